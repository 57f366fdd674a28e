"""The manifests of k8s/, as kubectl renders them, are valid for the API and consistent with the code."""

import os
import re

import kubernetes_validate
import pytest
import yaml

from app import create_app
from config import VERSION, ConfigurationError, Settings
from services.worker.page_timeout import GRACE_SECONDS
from stress.harness import REPOSITORY
from tasks.queue import QUEUE
from tests.support.manifests import K8S, Manifests, render, selects

DEFAULT, DEV, PRODUCTION, GPU = K8S, K8S / "overlays/dev", K8S / "overlays/production", K8S / "overlays/gpu"
#: Custom resources; the API has no schema for them.
CUSTOM = {("keda.sh/v1alpha1", "ScaledObject"), ("keda.sh/v1alpha1", "TriggerAuthentication")}
API_VERSIONS = ("1.29", "1.37")
OURS = ("web", "worker")


@pytest.fixture(params=[DEFAULT, DEV, PRODUCTION, GPU], ids=["default", "dev", "production", "gpu"])
def manifests(request) -> Manifests:
    return render(request.param)


@pytest.fixture
def default() -> Manifests:
    return render(DEFAULT)


@pytest.fixture
def production() -> Manifests:
    return render(PRODUCTION)


def render_base_with(folder, *components: str) -> Manifests:
    """Render the base with components, as described in docs/kubernetes.md."""
    up = os.path.relpath(K8S, folder)
    named = ", ".join(f"{up}/components/{name}" for name in components)
    lines = ["namespace: paddleocr", f"resources: [{up}/base]", f"components: [{named}]"]
    (folder / "kustomization.yaml").write_text("\n".join(lines))
    return render(folder)


@pytest.fixture(scope="session")
def external_redis(tmp_path_factory) -> Manifests:
    """The base with a Redis outside the cluster."""
    return render_base_with(tmp_path_factory.mktemp("external"), "external-redis")


@pytest.fixture(scope="session")
def with_s3(tmp_path_factory) -> Manifests:
    """The base with uploads in S3."""
    return render_base_with(tmp_path_factory.mktemp("s3"), "redis", "s3")


REAL_PASSWORD = "0123456789abcdef"


def settings_of(manifests: Manifests, monkeypatch, tmp_path, **changed: str) -> Settings:
    """The settings that the web container starts with. With a SECRET_KEY, Redis has a real password, too."""
    environment = manifests.environment("web")
    if "SECRET_KEY" in changed:
        environment["REDIS_URL"] = environment["REDIS_URL"].replace("change-me", REAL_PASSWORD)
    for name in os.environ:
        if name.lower() in Settings.__dataclass_fields__:
            monkeypatch.delenv(name)
    for name, value in {**environment, "DATA_DIR": str(tmp_path), **changed}.items():
        monkeypatch.setenv(name, value)
    return Settings.from_env(tmp_path / "no .env")


def ingress_paths(manifests: Manifests) -> list[dict]:
    (rule,) = manifests.one("Ingress", "web")["spec"]["rules"]
    return rule["http"]["paths"]


def is_routed(paths: list[dict], address: str) -> bool:
    """Does the Ingress forward this path? A prefix matches whole path segments."""
    return any(
        address == path["path"] or (path["pathType"] == "Prefix" and address.startswith(path["path"].rstrip("/") + "/"))
        for path in paths
    )


# The API


@pytest.mark.parametrize("version", API_VERSIONS)
def test_objects_are_valid_for_the_api(manifests, external_redis, version):
    for found in manifests.objects + external_redis.objects:
        if (found["apiVersion"], found["kind"]) not in CUSTOM:
            kubernetes_validate.validate(found, version, strict=True)


def test_default_needs_no_custom_resources(default):
    assert not {(found["apiVersion"], found["kind"]) for found in default.objects} & CUSTOM


def test_objects_are_in_the_restricted_namespace(manifests):
    (namespace,) = manifests.all("Namespace")
    others = [found for found in manifests.objects if found["kind"] != "Namespace"]
    assert {found["metadata"]["namespace"] for found in others} == {namespace["metadata"]["name"]}
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_selector_matches_pods(manifests):
    pods = [workload["spec"]["template"]["metadata"]["labels"] for workload in manifests.workloads()]
    selectors = [{"matchLabels": service["spec"]["selector"]} for service in manifests.all("Service")]
    selectors += [budget["spec"]["selector"] for budget in manifests.all("PodDisruptionBudget")]
    selectors += [policy["spec"]["podSelector"] for policy in manifests.all("NetworkPolicy")]
    for name in OURS:
        selectors += [found["labelSelector"] for found in manifests.pod(name)["topologySpreadConstraints"]]
    assert [selector for selector in selectors if not any(selects(selector, labels) for labels in pods)] == []


def test_named_ports_exist(manifests):
    for name in ("web", "redis"):
        (port,) = manifests.container(name)["ports"]
        (served,) = manifests.one("Service", name)["spec"]["ports"]
        assert served["targetPort"] == port["name"]
    for path in ingress_paths(manifests):
        backend = path["backend"]["service"]
        assert backend["port"]["name"] == manifests.one("Service", backend["name"])["spec"]["ports"][0]["name"]


# Settings and secrets


def test_variables_are_settings_or_parts_of_them(manifests, external_redis):
    for found in (manifests, external_redis):
        for name in OURS:
            variables = found.container(name)["env"]
            used = set(re.findall(r"\$\((\w+)\)", " ".join(variable.get("value", "") for variable in variables)))
            unknown = {variable.lower() for variable in set(found.environment(name)) - used}
            assert unknown <= set(Settings.__dataclass_fields__)


def test_production_rejects_the_sample_secrets(manifests, monkeypatch, tmp_path):
    if manifests is render(DEV):
        assert settings_of(manifests, monkeypatch, tmp_path).flask_env == "development"
        return
    with pytest.raises(ConfigurationError) as error:
        settings_of(manifests, monkeypatch, tmp_path)
    assert set(error.value.faults) == {"SECRET_KEY", "REDIS_URL"}


def test_development_creates_a_secret_at_the_first_start(monkeypatch, tmp_path):
    settings = settings_of(render(DEV), monkeypatch, tmp_path)
    assert settings.secret_key == (tmp_path / "secret_key").read_text()


def test_production_starts_with_real_secrets_and_all_values(manifests, monkeypatch, tmp_path):
    settings = settings_of(manifests, monkeypatch, tmp_path, SECRET_KEY="0123456789abcdef0123456789abcdef")
    for name, value in manifests.settings().items():
        found = getattr(settings, name.lower())
        if name != "DATA_DIR":
            assert (",".join(found) if isinstance(found, tuple) else str(found)).lower() == value.lower()
    assert manifests.secrets()["REDIS_PASSWORD"] == "change-me"
    assert settings.redis_url == f"redis://:{REAL_PASSWORD}@redis:6379/0"


def test_external_redis_replaces_the_included_one(external_redis):
    assert external_redis.environment("worker")["REDIS_URL"] == external_redis.secrets()["REDIS_URL"]
    assert not external_redis.all("StatefulSet")


@pytest.mark.parametrize("version", API_VERSIONS)
def test_s3_needs_no_shared_volume_and_gets_all_settings(with_s3, version):
    for found in with_s3.objects:
        kubernetes_validate.validate(found, version, strict=True)
    assert not with_s3.all("PersistentVolumeClaim")
    for name in OURS:
        environment = with_s3.environment(name)
        assert {"S3_BUCKET", "S3_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} <= set(environment)
        assert [volume["name"] for volume in with_s3.pod(name)["volumes"] if "emptyDir" in volume] == ["data", "tmp"]
    assert set(with_s3.one("NetworkPolicy", "to-s3")["spec"]["egress"][0]) == {"to", "ports"}


def test_web_and_workers_share_the_upload_volume(manifests, monkeypatch, tmp_path):
    for name in OURS:
        claims = {v["name"]: v["persistentVolumeClaim"]["claimName"] for v in manifests.pod(name)["volumes"][:1]}
        mounts = {m["mountPath"]: m["name"] for m in manifests.container(name)["volumeMounts"]}
        assert claims[mounts[manifests.settings()["DATA_DIR"]]] == "uploads"
        assert "/tmp" in mounts, "the root file system is read-only"


# Consistency with the code


def test_image_tag_is_this_version(manifests):
    for name in OURS:
        assert re.fullmatch(r"paddleocr-service(-gpu)?:" + re.escape(VERSION), manifests.container(name)["image"])


def test_pods_match_the_dockerfile_and_compose(manifests):
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    (user,) = set(re.findall(r"^USER (\d+):\1$", dockerfile, re.MULTILINE))
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    for name in OURS:
        assert manifests.pod(name)["securityContext"]["runAsUser"] == int(user)
        assert manifests.container(name)["volumeMounts"][0]["mountPath"] in re.findall(
            "^VOLUME (.*)$", dockerfile, re.M
        )
    assert manifests.arguments("worker") == compose["worker"]["command"]
    assert manifests.container("redis")["image"] == compose["redis"]["image"]


def test_web_port_matches_service_and_network_policy(manifests, monkeypatch, tmp_path):
    settings = settings_of(manifests, monkeypatch, tmp_path, SECRET_KEY="0" * 32)
    assert manifests.container("web")["ports"] == [{"name": "http", "containerPort": settings.port}]
    assert settings.host == "0.0.0.0"
    assert manifests.one("NetworkPolicy", "web")["spec"]["ingress"][0]["ports"] == [{"port": "http"}]


def test_web_probes_use_existing_routes(manifests, monkeypatch, tmp_path):
    app = create_app(settings_of(manifests, monkeypatch, tmp_path, SECRET_KEY="0" * 32))
    routes = {rule.rule for rule in app.url_map.iter_rules()}
    probes = {kind: manifests.container("web")[f"{kind}Probe"] for kind in ("startup", "readiness", "liveness")}
    assert {probe["httpGet"]["path"] for probe in probes.values()} <= routes
    assert probes["readiness"]["httpGet"]["path"] == "/health/ready"
    assert probes["liveness"]["httpGet"]["path"] == probes["startup"]["httpGet"]["path"] == "/health/alive"


@pytest.mark.parametrize("name", ["web", "worker", "redis"])
def test_probe_intervals(manifests, name):
    def times(kind):
        probe = manifests.container(name)[f"{kind}Probe"]
        return probe["periodSeconds"], probe["timeoutSeconds"], probe["failureThreshold"]

    assert times("readiness") == (10, 5, 2)
    assert times("liveness") == (60, 10, 3)
    assert times("startup")[0] * times("startup")[2] >= 120


def test_ingress_allows_maximum_bodies_and_long_waits(manifests, monkeypatch, tmp_path):
    settings = settings_of(manifests, monkeypatch, tmp_path, SECRET_KEY="0" * 32)
    annotations = manifests.one("Ingress", "web")["metadata"]["annotations"]
    proxy = {name.removeprefix("nginx.ingress.kubernetes.io/proxy-"): value for name, value in annotations.items()}
    assert proxy["body-size"] == str(settings.max_content_length)
    assert proxy["request-buffering"] == proxy["buffering"] == "off"
    assert int(proxy["read-timeout"]) > settings.request_timeout


def test_ingress_routes_all_paths_except_metrics_and_admin(manifests, monkeypatch, tmp_path):
    app = create_app(settings_of(manifests, monkeypatch, tmp_path, SECRET_KEY="0" * 32))
    addresses = {rule.rule for rule in app.url_map.iter_rules()}
    internal = {address for address in addresses if address.endswith("/metrics") or address.startswith("/admin/")}
    paths = ingress_paths(manifests)
    assert {address for address in addresses if is_routed(paths, address)} == addresses - internal
    assert {"/metrics", "/admin/dead-letters", "/admin/accounts"} <= internal


def test_web_pods_have_time_to_finish_accepted_requests(manifests):
    arguments = manifests.arguments("web")
    (wait,) = [
        int(after) for word, after in zip(arguments, arguments[1:], strict=False) if word == "--graceful-timeout"
    ]
    (_, leaving) = manifests.container("web")["lifecycle"]["preStop"]["exec"]["command"]
    assert wait >= 30, "slow uploads must be able to finish"
    assert manifests.pod("web")["terminationGracePeriodSeconds"] >= int(leaving) + wait + 5


def test_worker_has_time_to_finish_its_page(manifests, monkeypatch, tmp_path):
    settings = settings_of(manifests, monkeypatch, tmp_path, SECRET_KEY="0" * 32)
    longest_page = settings.ocr_timeout_per_page + GRACE_SECONDS
    assert manifests.pod("worker")["terminationGracePeriodSeconds"] >= longest_page + 10


# Scaling


@pytest.mark.parametrize("folder", [DEFAULT, PRODUCTION, GPU], ids=["default", "production", "gpu"])
def test_web_scales_from_4_to_20_fast_up_and_slowly_down(folder):
    found = render(folder)
    scaler = found.one("HorizontalPodAutoscaler", "web")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (4, 20)
    assert scaler["behavior"] == {
        "scaleUp": {
            "stabilizationWindowSeconds": 0,
            "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
        },
        "scaleDown": {
            "stabilizationWindowSeconds": 300,
            "policies": [{"type": "Percent", "value": 10, "periodSeconds": 60}],
        },
    }
    assert scaler["scaleTargetRef"]["name"] == found.workload("web")["metadata"]["name"]
    assert found.container("web")["resources"]["requests"]["cpu"], "utilisation is relative to the request"


def test_autoscaled_workloads_have_no_replicas(manifests):
    targets = [s["spec"]["scaleTargetRef"]["name"] for s in manifests.all("HorizontalPodAutoscaler", "ScaledObject")]
    assert [name for name in targets if "replicas" in manifests.workload(name)["spec"]] == []


def test_workloads_without_autoscaler_have_replicas():
    assert render(DEFAULT).workload("worker")["spec"]["replicas"] == 2
    assert [render(DEV).workload(name)["spec"]["replicas"] for name in OURS] == [1, 1]


def test_workers_scale_by_waiting_and_running_messages(production):
    scaler = production.one("ScaledObject", "worker")
    triggers = [trigger["metadata"] for trigger in scaler["spec"]["triggers"]]
    assert [found["listName"] for found in triggers] == [QUEUE, "unacked"]
    address = (
        f"redis.{scaler['metadata']['namespace']}.svc:{production.container('redis')['ports'][0]['containerPort']}"
    )
    assert {found["address"] for found in triggers} == {address}
    database = production.environment("worker")["REDIS_URL"].rsplit("/", 1)[1]
    assert {found["databaseIndex"] for found in triggers} == {database}


def test_keda_references_the_generated_secret_name(production):
    (secret,) = production.one("TriggerAuthentication", "redis")["spec"]["secretTargetRef"]
    assert secret["name"] == production.one("Secret", "ocr-secrets")["metadata"]["name"]
    assert secret["key"] in production.secrets()


def test_resource_requests_and_limits(manifests):
    assert manifests.container("web")["resources"] == {
        "requests": {"cpu": "500m", "memory": "512Mi"},
        "limits": {"cpu": "2", "memory": "1Gi"},
    }
    if manifests is not render(GPU):
        assert manifests.container("worker")["resources"]["limits"] == {"cpu": "2", "memory": "4Gi"}


def test_only_gpu_workers_request_a_gpu():
    manifests = render(GPU)
    assert manifests.container("worker")["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert "nvidia.com/gpu" not in manifests.container("web")["resources"]["limits"]
    assert manifests.settings()["USE_GPU"] == "true"

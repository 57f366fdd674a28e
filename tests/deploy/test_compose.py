"""docker-compose.yml is valid and consistent with the code, the Dockerfile and nginx's configuration."""

import os
import re
import signal
import subprocess
import sys

import pytest
import redis as redis_client

from config import VERSION, WEB_SECRETS, Settings
from embedded.redis_server import find_redis_server
from services.worker.page_timeout import GRACE_SECONDS
from stress.harness import REPOSITORY, free_port, wait_until
from tests.support import compose
from tests.support.manifests import K8S, render
from utils.process import tie_to

OURS = ("web", "worker", "flower")
#: Set by the image. Uploads are below DATA_DIR.
SET_BY_IMAGE = {"HOST", "PORT", "DATA_DIR", "UPLOAD_FOLDER"}
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()


@pytest.fixture
def services() -> dict:
    return compose.load()["services"]


@pytest.fixture
def settings(services, monkeypatch, tmp_path) -> Settings:
    """The settings of web and worker with all defaults."""
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in services["web"]["environment"].items():
        if value is not None:
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return Settings.from_env(tmp_path / "no .env")


# The file itself


def test_file_is_valid_for_the_compose_specification():
    pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(compose.FILE)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stdout


def test_compose_reads_the_file_as_these_tests_do(tmp_path):
    tool = compose.find_tool()
    if not tool:
        pytest.skip("neither `docker compose` nor docker-compose is installed")
    (tmp_path / "env").write_text("WORKER_CPUS=6\nOCR_LANG=de\nSECRET_KEY=0123456789abcdef\n")
    parsed = compose.tool_reads(tool, tmp_path / "env")
    ours = compose.load(WORKER_CPUS="6")
    assert set(parsed["services"]) == set(ours["services"])
    for name in ("web", "worker"):
        found, wanted = parsed["services"][name]["environment"], ours["services"][name]["environment"]
        assert {key: found[key] for key in wanted if wanted[key]} == {key: wanted[key] for key in wanted if wanted[key]}
        assert (found["OCR_LANG"], found["SECRET_KEY"]) == ("de", "0123456789abcdef")
    assert float(parsed["services"]["worker"]["cpus"]) == 6


def test_nginx_and_flower_have_profiles(services):
    assert {name: found.get("profiles", []) for name, found in services.items()} == {
        "web": [],
        "worker": [],
        "redis": [],
        "nginx": ["production"],
        "flower": ["flower"],
    }


def test_every_variable_is_documented():
    text = compose.FILE.read_text()
    head = text.split("x-hardened")[0] + (REPOSITORY / "env.example").read_text()
    used = set(re.findall(r"\$\{([A-Z_]+)", text))
    assert {name for name in used if not re.search(rf"\b{name}\b", head)} == set()


# Consistency with the code


@pytest.mark.parametrize("name", OURS)
def test_services_receive_exactly_the_settings(services, name):
    known = {field.upper() for field in Settings.__dataclass_fields__}
    if name != "web":
        known -= set(WEB_SECRETS)
    extra = {"FLOWER_BASIC_AUTH"} if name == "flower" else set()
    extra |= {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}  # read by boto3
    assert set(services[name]["environment"]) == (known - SET_BY_IMAGE) | extra


def test_image_sets_the_values_that_compose_relies_on(services):
    image = dict(re.findall(r"(?m)^\s+(\w+)=(\S+?)(?: \\)?$", DOCKERFILE.split("ENV PATH", 1)[1].split("WORKDIR")[0]))
    assert image["HOST"] == "0.0.0.0"
    assert services["web"]["ports"] == [f"127.0.0.1:5000:{image['PORT']}"]
    mounted = {volume.split(":")[1] for volume in services["web"]["volumes"]}
    assert image["DATA_DIR"] in mounted


def test_defaults_match_the_code(services, settings):
    assert settings.flask_env == "development", "production does not start without a SECRET_KEY"
    assert services["nginx"]["environment"]["MAX_CONTENT_LENGTH"] == settings.max_content_length
    assert services["nginx"]["environment"]["REQUEST_TIMEOUT"] == settings.request_timeout
    assert settings.redis_url == "redis://:only-for-development@redis:6379/0"


def test_image_tag_is_this_version(services):
    assert services["web"]["image"] == services["worker"]["image"] == f"paddleocr-service:{VERSION}"
    targets = set(re.findall(r"(?m)^FROM \S+ AS (\S+)$", DOCKERFILE))
    assert services["flower"]["build"]["target"] in targets


def test_worker_fits_8_gb_and_has_time_to_finish_its_page(services, settings):
    worker = services["worker"]
    assert (compose.bytes_of(worker["mem_limit"]), worker["cpus"]) == (4 << 30, 2)
    assert int(worker["stop_grace_period"].removesuffix("s")) >= settings.ocr_timeout_per_page + GRACE_SECONDS + 10


def test_web_has_time_to_finish_accepted_requests(services):
    wait = int(re.search(r'^CMD .*"--graceful-timeout", "(\d+)"', DOCKERFILE, re.M)[1])
    assert int(services["web"]["stop_grace_period"].removesuffix("s")) >= wait + 5
    assert int(services["nginx"]["stop_grace_period"].removesuffix("s")) >= wait + 5
    assert services["nginx"]["stop_signal"] == "SIGQUIT", "on SIGTERM nginx stops immediately"


def test_healthchecks_match_the_kubernetes_probes(services):
    pods = render(K8S)
    assert services["worker"]["healthcheck"]["test"][1:] == pods.container("worker")["livenessProbe"]["exec"]["command"]
    (path,) = re.findall(r"HEALTHCHECK.*\n.*?(/health/\w+)", DOCKERFILE)[:1]
    assert path == pods.container("web")["livenessProbe"]["httpGet"]["path"]
    assert services["redis"]["healthcheck"]["test"][1:] == ["redis-cli ping | grep -q PONG"]


@pytest.mark.parametrize("name", ["web", "worker", "redis", "nginx", "flower"])
def test_services_are_hardened_limited_and_restarted(services, name):
    found = services[name]
    assert (found["read_only"], found["cap_drop"], found["restart"]) == (True, ["ALL"], "unless-stopped")
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert compose.bytes_of(found["mem_limit"]) and found["pids_limit"]
    assert found["logging"]["options"]["max-size"], "logs must not fill the disk"
    assert name in OURS or found["user"] != "root"


def test_ports_are_local_by_default(services):
    ports = {name: found["ports"] for name, found in services.items() if "ports" in found}
    assert set(ports) == {"web", "nginx", "flower"}, "Redis publishes no port"
    assert {port.split(":")[0] for several in ports.values() for port in several} == {"127.0.0.1"}
    public = compose.load(BIND_ADDRESS="0.0.0.0")["services"]
    assert public["nginx"]["ports"] == ["0.0.0.0:80:8080", "0.0.0.0:443:8443"]
    assert public["web"]["ports"] == ports["web"], "public requests go through nginx"


def test_web_and_worker_share_volumes_and_all_are_declared(services):
    declared = set(compose.load()["volumes"])
    named = {name: {v.split(":")[0] for v in services[name]["volumes"]} for name in ("web", "worker", "redis")}
    assert named["web"] == named["worker"] == {"data", "models"} and named["redis"] == {"redis"}
    assert set().union(*named.values()) == declared


# nginx


def test_nginx_receives_the_files_variables_and_ports_it_needs(services):
    nginx = services["nginx"]
    sources = [volume.split(":")[0] for volume in nginx["volumes"]]
    created_later = {"./nginx/tls", "./nginx/acme"}
    assert [path for path in sources if path not in created_later and not (REPOSITORY / path).is_file()] == []
    listened = set(re.findall(r"listen (\d+)[ ;]", (REPOSITORY / "nginx/nginx.conf").read_text()))
    assert {port.rsplit(":", 1)[1] for port in nginx["ports"]} == listened
    used = set(re.findall(r"\$\{([A-Z_]+)\}", (REPOSITORY / "nginx/service.inc.template").read_text()))
    substituted = nginx["environment"]["NGINX_ENVSUBST_FILTER"]
    assert {name for name in used if not re.search(substituted, name)} == set()
    assert used - {"NGINX_LOCAL_RESOLVERS"} <= set(nginx["environment"])  # set by the image


def test_web_trusts_only_nginx_about_client_addresses(services, settings):
    networks = compose.load()["networks"]
    (subnet,) = [config["subnet"] for config in networks["proxy"]["ipam"]["config"]]
    assert settings.trusted_proxies == (subnet,)
    assert {name for name, found in services.items() if "proxy" in found["networks"]} == {"web", "nginx"}
    assert networks["proxy"]["internal"] and networks["backend"]["internal"]


# Redis


@pytest.fixture
def redis(tmp_path):
    """A real Redis with the command line from the file and 3 MB of memory."""
    program, *arguments = compose.load(REDIS_MAXMEMORY="3mb")["services"]["redis"]["command"]
    assert program == "redis-server"
    port = free_port()
    process = subprocess.Popen(
        [str(find_redis_server()), *arguments, "--port", str(port), "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
    )
    client = redis_client.Redis(port=port, password="only-for-development")
    try:
        wait_until(lambda: responds(client), 10, "Redis")
        yield client
    finally:
        process.kill()
        process.wait()


def responds(client):
    try:
        return client.ping()
    except redis_client.ConnectionError:
        return False


def test_redis_has_the_password_of_its_clients(redis):
    settings = compose.load(REDIS_PASSWORD="0123456789abcdef")["services"]
    assert settings["web"]["environment"]["REDIS_URL"] == "redis://:0123456789abcdef@redis:6379/0"
    assert settings["redis"]["environment"]["REDISCLI_AUTH"] == "0123456789abcdef"
    command = settings["redis"]["command"]
    assert command[command.index("--requirepass") + 1] == "0123456789abcdef"
    with pytest.raises(redis_client.AuthenticationError):
        redis_client.Redis(port=redis.connection_pool.connection_kwargs["port"]).ping()


def test_full_redis_rejects_writes_and_evicts_nothing(redis, tmp_path):
    stored = 0
    with pytest.raises(redis_client.exceptions.OutOfMemoryError):
        for stored in range(1000):  # noqa: B007
            redis.set(f"job {stored}", b"x" * 10_000, ex=3600)
    assert stored > 10 and redis.dbsize() == stored
    assert redis.config_get("appendonly") == {"appendonly": "yes"}
    wait_until(lambda: any(path.stat().st_size > stored * 10_000 for path in tmp_path.rglob("*.aof")), 5, "the file")


def test_redis_has_memory_for_rewriting_its_file(services):
    (maxmemory,) = re.findall(r"--maxmemory (\S+)", " ".join(services["redis"]["command"]))
    assert 2 * compose.bytes_of(maxmemory) <= compose.bytes_of(services["redis"]["mem_limit"])


def test_images_of_others_are_pinned_by_digest(services):
    used = [service["image"] for service in services.values()]
    used += re.findall(r"(?m)^ARG BASE=(\S+)$", DOCKERFILE)
    used += re.findall(r"newTag: (\S+)", (K8S / "components" / "redis" / "kustomization.yaml").read_text())
    others = [image for image in used if not image.startswith("paddleocr-service:")]
    assert len(others) == 4
    assert [image for image in others if not re.search(r"@sha256:[0-9a-f]{64}$", image)] == []
    bases = re.findall(r"(?m)^FROM (\S+)", DOCKERFILE)
    stages = re.findall(r"(?m)^FROM .* AS (\S+)", DOCKERFILE)
    assert set(bases) <= {"${BASE}", *stages}

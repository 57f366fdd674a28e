"""Isolation, privileges and availability of the pods of k8s/, compared with the standards."""

from ipaddress import ip_address, ip_network

import pytest

from tests.support.manifests import K8S, Manifests, render, selects

OVERLAYS = {
    "default": K8S,
    "dev": K8S / "overlays/dev",
    "production": K8S / "overlays/production",
    "gpu": K8S / "overlays/gpu",
}
OURS = ("web", "worker")
WORKLOADS = (*OURS, "redis")
#: Volume types that the restricted pod security standard allows.
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


@pytest.fixture(params=OVERLAYS)
def manifests(request) -> Manifests:
    return render(OVERLAYS[request.param])


@pytest.fixture(params=["default", "production", "gpu"])
def clusters(request) -> Manifests:
    """The overlays for clusters with several nodes."""
    return render(OVERLAYS[request.param])


# Restricted pod security


@pytest.mark.parametrize("name", WORKLOADS)
def test_pods_meet_the_restricted_standard(manifests, name):
    pod, container = manifests.pod(name), manifests.container(name)
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(pod)
    assert not any("hostPort" in port for port in container.get("ports", []))
    assert {kind for volume in pod.get("volumes", []) for kind in volume} - {"name"} <= VOLUMES


@pytest.mark.parametrize("name", WORKLOADS)
def test_pods_have_no_service_account_token_and_no_service_variables(manifests, name):
    pod = manifests.pod(name)
    assert pod["automountServiceAccountToken"] is False
    # A Service named `web` would add variables such as WEB_PORT to the settings.
    assert pod["enableServiceLinks"] is False


def test_namespace_enforces_the_standard(manifests):
    (namespace,) = manifests.all("Namespace")
    labels = namespace["metadata"]["labels"]
    assert {labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "audit", "warn")} == {"restricted"}


# Network policies


def sources(manifests: Manifests, name: str) -> list[dict]:
    """Peers that may connect to a workload's pods, from all policies that select them."""
    labels = manifests.workload(name)["spec"]["template"]["metadata"]["labels"]
    policies = [
        found["spec"] for found in manifests.all("NetworkPolicy") if selects(found["spec"]["podSelector"], labels)
    ]
    return [peer for policy in policies for rule in policy.get("ingress", []) for peer in rule["from"]]


def accepts(manifests: Manifests, name: str, other: str) -> bool:
    labels = manifests.workload(other)["spec"]["template"]["metadata"]["labels"]
    own = [peer["podSelector"] for peer in sources(manifests, name) if set(peer) == {"podSelector"}]
    return any(selects(selector, labels) for selector in own)


def test_traffic_is_denied_by_default(manifests):
    spec = manifests.one("NetworkPolicy", "default-deny")["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_only_web_and_workers_reach_redis(manifests):
    assert [accepts(manifests, "redis", other) for other in WORKLOADS] == [True, True, False]
    assert sources(manifests, "worker") == [], "workers receive no connections"
    assert not any(accepts(manifests, "web", other) for other in WORKLOADS)


def test_only_ingress_and_monitoring_namespaces_are_allowed(manifests):
    def namespaces(name):
        return [peer["namespaceSelector"] for peer in sources(manifests, name) if "namespaceSelector" in peer]

    (to_web,) = namespaces("web")
    assert to_web["matchExpressions"][0]["values"] == ["ingress-nginx", "monitoring"]
    keda = [{"matchLabels": {"kubernetes.io/metadata.name": "keda"}}]
    assert namespaces("redis") == (keda if manifests.all("ScaledObject") else [])


def egress(manifests: Manifests, name: str) -> list[dict]:
    """Rules for a workload's outgoing connections, from all policies that select its pods."""
    labels = manifests.workload(name)["spec"]["template"]["metadata"]["labels"]
    policies = [f["spec"] for f in manifests.all("NetworkPolicy") if selects(f["spec"]["podSelector"], labels)]
    return [rule for policy in policies for rule in policy.get("egress", [])]


def is_external(rule: dict) -> bool:
    return all("ipBlock" in peer for peer in rule.get("to", [{}]))


def test_only_workers_reach_the_internet_and_no_private_addresses(manifests):
    assert not any(is_external(rule) for rule in egress(manifests, "web"))
    (rule,) = [rule for rule in egress(manifests, "worker") if is_external(rule)]
    assert [(port["port"], port.get("endPort")) for port in rule["ports"]] == [(80, None), (443, None), (1024, 65535)]

    def reached(address):
        return any(
            address in ip_network(block["cidr"]) and not any(address in ip_network(n) for n in block.get("except", []))
            for block in (peer["ipBlock"] for peer in rule["to"])
        )

    assert reached(ip_address("8.8.8.8")) and reached(ip_address("2606:4700::1111"))
    inside = (
        "10.0.0.1 172.31.0.1 192.168.0.1 127.0.0.1 169.254.169.254 100.64.0.1 224.0.0.1 240.0.0.1 fd00::1 fe80::1 ::1"
    )
    assert not any(reached(ip_address(address)) for address in inside.split())


def test_web_and_workers_reach_only_redis_and_dns_inside(manifests):
    for name in OURS:
        rules = [rule for rule in egress(manifests, name) if not is_external(rule)]
        ports = sorted({str(port["port"]) for rule in rules for port in rule["ports"]})
        assert ports == ["53", "6379"]
        (dns,) = [rule for rule in rules if {port["port"] for port in rule["ports"]} == {53}]
        assert dns["to"] == [
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}},
            {"ipBlock": {"cidr": "169.254.20.10/32"}},
        ]
        (to_redis,) = [peer for rule in rules if rule is not dns for peer in rule.get("to", [])]
        redis = manifests.workload("redis")["spec"]["template"]["metadata"]["labels"]
        assert set(to_redis) == {"podSelector"} and selects(to_redis["podSelector"], redis)


# Availability


def test_disruption_budgets_limit_node_drains(clusters):
    allowed = {name: clusters.one("PodDisruptionBudget", name)["spec"]["maxUnavailable"] for name in OURS}
    assert allowed == {"web": "25%", "worker": 1}
    for name in OURS:
        selector = clusters.one("PodDisruptionBudget", name)["spec"]["selector"]
        labels = {other: clusters.workload(other)["spec"]["template"]["metadata"]["labels"] for other in WORKLOADS}
        matched = [other for other in WORKLOADS if selects(selector, labels[other])]
        assert matched == [name]


@pytest.mark.parametrize("name", OURS)
def test_pods_are_spread_over_zones_and_nodes(clusters, name):
    constraints = clusters.pod(name)["topologySpreadConstraints"]
    assert {found["topologyKey"] for found in constraints} == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
    assert {found["maxSkew"] for found in constraints} == {1}


@pytest.mark.parametrize("name", OURS)
def test_rolling_update_starts_new_pods_before_stopping_old_ones(manifests, name):
    strategy = manifests.workload(name)["spec"]["strategy"]
    assert strategy["rollingUpdate"]["maxUnavailable"] == 0 and strategy["rollingUpdate"]["maxSurge"]


def test_uploads_and_redis_data_survive_their_pods(manifests):
    (claim,) = manifests.all("PersistentVolumeClaim")
    multi_node = manifests is not render(OVERLAYS["dev"])
    assert claim["spec"]["accessModes"] == ["ReadWriteMany" if multi_node else "ReadWriteOnce"]
    (template,) = manifests.workload("redis")["spec"]["volumeClaimTemplates"]
    mounted = {mount["name"]: mount["mountPath"] for mount in manifests.container("redis")["volumeMounts"]}
    assert mounted[template["metadata"]["name"]] == "/data"

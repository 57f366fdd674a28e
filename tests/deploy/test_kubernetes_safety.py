"""What keeps the pods of k8s/ apart, unprivileged and available: as kubectl renders it, held against the standards."""

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
PARTS = (*OURS, "redis")
#: What the restricted standard of pod security allows.
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


@pytest.fixture(params=OVERLAYS)
def manifests(request) -> Manifests:
    return render(OVERLAYS[request.param])


@pytest.fixture(params=["default", "production", "gpu"])
def clusters(request) -> Manifests:
    """Those for clusters of several nodes."""
    return render(OVERLAYS[request.param])


# Restricted pod security


@pytest.mark.parametrize("name", PARTS)
def test_pods_keep_to_the_restricted_standard_and_write_to_their_volumes_alone(manifests, name):
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


@pytest.mark.parametrize("name", PARTS)
def test_pods_hold_no_key_to_the_cluster_and_no_variables_of_its_services(manifests, name):
    pod = manifests.pod(name)
    assert pod["automountServiceAccountToken"] is False
    # A Service named `web` would put WEB_PORT and the like among the settings.
    assert pod["enableServiceLinks"] is False


def test_the_namespace_enforces_the_standard(manifests):
    (namespace,) = manifests.all("Namespace")
    labels = namespace["metadata"]["labels"]
    assert {labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "audit", "warn")} == {"restricted"}


# Who may talk to whom


def sources(manifests: Manifests, name: str) -> list[dict]:
    """Who is let in to the pods of a part, by all policies that select them."""
    labels = manifests.workload(name)["spec"]["template"]["metadata"]["labels"]
    policies = [
        found["spec"] for found in manifests.all("NetworkPolicy") if selects(found["spec"]["podSelector"], labels)
    ]
    return [peer for policy in policies for rule in policy.get("ingress", []) for peer in rule["from"]]


def lets_in(manifests: Manifests, name: str, other: str) -> bool:
    labels = manifests.workload(other)["spec"]["template"]["metadata"]["labels"]
    own = [peer["podSelector"] for peer in sources(manifests, name) if set(peer) == {"podSelector"}]
    return any(selects(selector, labels) for selector in own)


def test_what_no_policy_allows_is_forbidden(manifests):
    spec = manifests.one("NetworkPolicy", "nothing-else")["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_redis_is_reached_by_web_and_workers_and_nobody_is_reached_by_redis(manifests):
    assert [lets_in(manifests, "redis", other) for other in PARTS] == [True, True, False]
    assert sources(manifests, "worker") == [], "nothing is sent to a worker"
    assert not any(lets_in(manifests, "web", other) for other in PARTS)


def test_only_the_door_and_who_watches_come_in_from_other_namespaces(manifests):
    def namespaces(name):
        return [peer["namespaceSelector"] for peer in sources(manifests, name) if "namespaceSelector" in peer]

    (to_web,) = namespaces("web")
    assert to_web["matchExpressions"][0]["values"] == ["ingress-nginx", "monitoring"]
    keda = [{"matchLabels": {"kubernetes.io/metadata.name": "keda"}}]
    assert namespaces("redis") == (keda if manifests.all("ScaledObject") else [])


def egress(manifests: Manifests, name: str) -> list[dict]:
    """What the pods of a part may call, by all policies that select them."""
    labels = manifests.workload(name)["spec"]["template"]["metadata"]["labels"]
    policies = [f["spec"] for f in manifests.all("NetworkPolicy") if selects(f["spec"]["podSelector"], labels)]
    return [rule for policy in policies for rule in policy.get("egress", [])]


def leads_outside(rule: dict) -> bool:
    return all("ipBlock" in peer for peer in rule.get("to", [{}]))


def test_workers_alone_may_call_receivers_of_webhooks_and_none_inside(manifests):
    assert not any(leads_outside(rule) for rule in egress(manifests, "web"))
    (rule,) = [rule for rule in egress(manifests, "worker") if leads_outside(rule)]
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


def test_web_and_workers_may_call_redis_and_look_up_names_and_nothing_more_inside(manifests):
    for name in OURS:
        rules = [rule for rule in egress(manifests, name) if not leads_outside(rule)]
        ports = sorted({str(port["port"]) for rule in rules for port in rule["ports"]})
        assert ports == ["53", "6379"]
        (to_redis,) = [peer for rule in rules for peer in rule.get("to", [])]
        redis = manifests.workload("redis")["spec"]["template"]["metadata"]["labels"]
        assert set(to_redis) == {"podSelector"} and selects(to_redis["podSelector"], redis)


# Staying available


def test_a_node_that_is_drained_takes_a_part_of_each_at_most(clusters):
    allowed = {name: clusters.one("PodDisruptionBudget", name)["spec"]["maxUnavailable"] for name in OURS}
    assert allowed == {"web": "25%", "worker": 1}
    for name in OURS:
        selector = clusters.one("PodDisruptionBudget", name)["spec"]["selector"]
        taken = [p for p in PARTS if selects(selector, clusters.workload(p)["spec"]["template"]["metadata"]["labels"])]
        assert taken == [name]


@pytest.mark.parametrize("name", OURS)
def test_pods_are_spread_over_zones_and_nodes(clusters, name):
    constraints = clusters.pod(name)["topologySpreadConstraints"]
    assert {found["topologyKey"] for found in constraints} == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
    assert {found["maxSkew"] for found in constraints} == {1}


@pytest.mark.parametrize("name", OURS)
def test_a_rolling_update_takes_none_away_before_its_successor_is_ready(manifests, name):
    strategy = manifests.workload(name)["spec"]["strategy"]
    assert strategy["rollingUpdate"]["maxUnavailable"] == 0 and strategy["rollingUpdate"]["maxSurge"]


def test_uploads_and_redis_outlive_their_pods(manifests):
    (claim,) = manifests.all("PersistentVolumeClaim")
    several = manifests is not render(OVERLAYS["dev"])
    assert claim["spec"]["accessModes"] == ["ReadWriteMany" if several else "ReadWriteOnce"]
    (template,) = manifests.workload("redis")["spec"]["volumeClaimTemplates"]
    mounted = {mount["name"]: mount["mountPath"] for mount in manifests.container("redis")["volumeMounts"]}
    assert mounted[template["metadata"]["name"]] == "/data"

"""Links, variables, make targets and names in the documentation exist."""

import re

import pytest

from config import Settings
from services import keys
from stress.harness import REPOSITORY
from tasks.queue import ARRIVALS, QUEUE
from tests.support.compose import FILE
from tests.support.manifests import K8S, render

GUIDES = ("operations", "vps", "kubernetes")
PAGES = sorted((REPOSITORY / "docs").glob("*.md"))
DOCUMENTS = [*(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *PAGES]
#: Variables that belong neither to the settings nor to docker-compose.yml.
OTHERS = {"REDIS_PASSWORD", "READY_SECONDS", "OCR_DEPLOY_CHECK"}


def guide(name: str) -> str:
    return (REPOSITORY / f"docs/{name}.md").read_text()


@pytest.mark.parametrize("name", GUIDES)
def test_variables_in_guides_exist(name):
    known = {field.upper() for field in Settings.__dataclass_fields__} | OTHERS
    known |= set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", FILE.read_text()))
    named = set(re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`", guide(name)))
    assert named and named <= known


@pytest.mark.parametrize("name", GUIDES)
def test_make_targets_in_guides_exist(name):
    targets = set(re.findall(r"(?m)^([a-z-]+):.*##", (REPOSITORY / "Makefile").read_text()))
    assert set(re.findall(r"`make ([a-z-]+)", guide(name))) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files_and_headings(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        path, _, heading = target.partition("#")
        if "://" in target:
            continue
        linked = document.parent / path if path else document
        assert linked.exists(), target
        headings = re.findall(r"(?m)^#+ (.+)$", linked.read_text()) if heading else []
        slugs = {re.sub(r"[^\w -]", "", text).lower().replace(" ", "-") for text in headings}
        assert not heading or heading in slugs, target


def test_index_lists_every_page():
    linked = set(re.findall(r"\]\((\w+\.md)\)", guide("index")))
    assert linked == {page.name for page in PAGES} - {"index.md"}


def test_redis_keys_in_the_operations_guide_exist():
    used = set(re.findall(r"redis-cli (LLEN|HLEN|ZRANGE) (\S+)", guide("operations")))
    queues = {("LLEN", QUEUE), ("LLEN", ARRIVALS), ("HLEN", "unacked")}
    assert used == queues | {("ZRANGE", keys.WAITING), ("ZRANGE", keys.WORKERS)}


def test_operations_guide_lists_every_alert():
    rules = (REPOSITORY / "monitoring/alerts.yml").read_text()
    alerts = set(re.findall(r"alert: (\w+)", rules))
    assert alerts and set(re.findall(r"`(OCR[A-Z][a-z]\w+)`", guide("operations"))) == alerts


def test_kubernetes_objects_in_the_operations_guide_exist():
    manifests, text = render(K8S), guide("operations")
    (namespace,) = manifests.all("Namespace")
    assert set(re.findall(r"kubectl -n (\S+)", text)) == {namespace["metadata"]["name"]}
    for kind, name in re.findall(r"\b(deployment|statefulset|service)/(\w+)", text):
        kinds = {"deployment": "Deployment", "statefulset": "StatefulSet", "service": "Service"}
        assert manifests.one(kinds[kind], name)
    (template,) = manifests.workload("redis")["spec"]["volumeClaimTemplates"]
    assert f"`{template['metadata']['name']}-redis-0`" in text and "`uploads`" in text

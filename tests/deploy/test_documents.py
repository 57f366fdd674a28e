"""What the documents for operators name is there."""

import re

import pytest

from config import Settings
from services import keys
from stress.harness import REPOSITORY
from tasks.queue import ARRIVALS, QUEUE
from tests.support.compose import FILE
from tests.support.manifests import K8S, render

GUIDES = ("operations", "vps", "kubernetes")
DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
#: Variables that are neither settings nor docker-compose.yml's.
OTHERS = {"REDIS_PASSWORD", "READY_SECONDS", "OCR_DEPLOY_CHECK"}


def guide(name: str) -> str:
    return (REPOSITORY / f"docs/{name}.md").read_text()


@pytest.mark.parametrize("name", GUIDES)
def test_every_variable_that_a_guide_names_is_one(name):
    known = {field.upper() for field in Settings.__dataclass_fields__} | OTHERS
    known |= set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", FILE.read_text()))
    named = set(re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`", guide(name)))
    assert named and named <= known


@pytest.mark.parametrize("name", GUIDES)
def test_every_target_that_a_guide_names_is_in_the_makefile(name):
    targets = set(re.findall(r"(?m)^([a-z-]+):.*##", (REPOSITORY / "Makefile").read_text()))
    assert set(re.findall(r"`make ([a-z-]+)", guide(name))) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file_and_to_a_heading_in_it(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        path, _, heading = target.partition("#")
        if "://" in target:
            continue
        found = document.parent / path if path else document
        assert found.exists(), target
        headings = re.findall(r"(?m)^#+ (.+)$", found.read_text()) if heading else []
        slugs = {re.sub(r"[^\w -]", "", text).lower().replace(" ", "-") for text in headings}
        assert not heading or heading in slugs, target


def test_the_operations_guide_asks_redis_for_keys_that_there_are():
    asked = set(re.findall(r"redis-cli (LLEN|HLEN|ZRANGE) (\S+)", guide("operations")))
    queues = {("LLEN", QUEUE), ("LLEN", ARRIVALS), ("HLEN", "unacked")}
    assert asked == queues | {("ZRANGE", keys.WAITING), ("ZRANGE", keys.WORKERS)}


def test_the_operations_guide_tells_of_every_alert():
    rules = (REPOSITORY / "monitoring/alerts.yml").read_text()
    alerts = set(re.findall(r"alert: (\w+)", rules))
    assert alerts and set(re.findall(r"`(OCR[A-Z][a-z]\w+)`", guide("operations"))) == alerts


def test_the_operations_guide_names_objects_of_the_manifests():
    manifests, text = render(K8S), guide("operations")
    (namespace,) = manifests.all("Namespace")
    assert set(re.findall(r"kubectl -n (\S+)", text)) == {namespace["metadata"]["name"]}
    for kind, name in re.findall(r"\b(deployment|statefulset|service)/(\w+)", text):
        kinds = {"deployment": "Deployment", "statefulset": "StatefulSet", "service": "Service"}
        assert manifests.one(kinds[kind], name)
    (template,) = manifests.workload("redis")["spec"]["volumeClaimTemplates"]
    assert f"`{template['metadata']['name']}-redis-0`" in text and "`uploads`" in text

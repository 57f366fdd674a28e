"""Alert rules and dashboard ask for numbers that a real service tells, and the documentation lists both."""

import json
import re

import pytest
import yaml

from stress.harness import REPOSITORY
from tests.support.metrics import Metrics

FOLDER = REPOSITORY / "monitoring"
RULES = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
PANELS = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
QUERIES = {
    **{rule["alert"]: rule["expr"] for rule in RULES},
    **{
        f"{panel['title']} {target['refId']}": target["expr"] for panel in PANELS for target in panel.get("targets", ())
    },
}
SELECTOR = re.compile(r"\b(ocr_\w+)(?:\{([^}]*)\})?")
GROUPING = re.compile(r"\b(?:by|without) \(([^)]*)\)")


@pytest.fixture(scope="module")
def told(service):
    """{name of a sample: {its labels}}, after all was told that can be told."""
    for path in ("/health/ai", "/capabilities"):
        service.get(path)
    service.post("/ocr/image", b"no picture")
    labels: dict[str, set[str]] = {}
    for sample in Metrics(service.get("/metrics").text).samples:
        labels.setdefault(sample.name, set()).update(sample.labels)
    return labels


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_names_metrics_and_labels_that_are_told(told, name):
    asked = SELECTOR.findall(QUERIES[name])
    assert asked or "up{" in QUERIES[name]
    for metric, matchers in asked:
        assert metric in told
        assert set(re.findall(r"(\w+)\s*=", matchers)) <= told[metric]
    known = set().union(*(told[metric] for metric, _ in asked))
    grouped = {label.strip() for group in GROUPING.findall(QUERIES[name]) for label in group.split(",")}
    assert grouped <= known


def test_the_documentation_lists_every_metric_and_every_alert(told):
    text = "".join((REPOSITORY / "docs" / page).read_text() for page in ("observability.md", "operations.md"))
    metrics = {re.sub(r"_(bucket|sum|count)$", "", name) for name in told}
    wanted = metrics | {rule["alert"] for rule in RULES}
    assert [name for name in sorted(wanted) if f"`{name}`" not in text and f"`{name}{{" not in text] == []


def test_every_alert_says_what_is_wrong_and_how_bad_it_is():
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"].endswith(".")

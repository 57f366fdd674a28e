"""Alert rules and the dashboard query metrics that the service exports, and the documentation lists them."""

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
def exported(service):
    """{name of a sample: {its labels}}, after requests that make the service export all of them."""
    for path in ("/health/ai", "/capabilities"):
        service.get(path)
    service.post("/ocr/image", b"not a picture")
    labels: dict[str, set[str]] = {}
    for sample in Metrics(service.get("/metrics").text).samples:
        labels.setdefault(sample.name, set()).update(sample.labels)
    return labels


@pytest.mark.parametrize("name", QUERIES)
def test_query_uses_exported_metrics_and_labels(exported, name):
    selectors = SELECTOR.findall(QUERIES[name])
    assert selectors or "up{" in QUERIES[name]
    for metric, matchers in selectors:
        assert metric in exported
        assert set(re.findall(r"(\w+)\s*=", matchers)) <= exported[metric]
    known = set().union(*(exported[metric] for metric, _ in selectors))
    grouped = {label.strip() for group in GROUPING.findall(QUERIES[name]) for label in group.split(",")}
    assert grouped <= known


def test_documentation_lists_every_metric_and_alert(exported):
    text = "".join((REPOSITORY / "docs" / page).read_text() for page in ("observability.md", "operations.md"))
    metrics = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exported}
    names = metrics | {rule["alert"] for rule in RULES}
    assert [name for name in sorted(names) if f"`{name}`" not in text and f"`{name}{{" not in text] == []


def test_every_alert_has_a_summary_and_a_severity():
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"].endswith(".")

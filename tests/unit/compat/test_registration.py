"""Which interfaces are enabled, and what a service pays that uses none."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from bootstrap import ConfigurationError
from middleware.foreign_interfaces import ForeignInterface, ForeignInterfaces, foreign_interfaces
from routes.compat import INTERFACES


def rules(app):
    return {rule.rule for rule in app.url_map.iter_rules()}


def test_all_interfaces_are_enabled_by_default(make_app):
    found = foreign_interfaces(make_app())
    assert found.of("GET", "/documentintelligence/info").name == "azure"


def test_none_are_enabled_with_none(make_app):
    app = make_app(COMPAT="none")
    assert foreign_interfaces(app).of("GET", "/documentintelligence/info") is None
    assert not any(rule.startswith("/documentintelligence") for rule in rules(app))


def test_only_the_named_ones_are_enabled(make_app):
    app = make_app(COMPAT="azure")
    assert "/documentintelligence/info" in rules(app)
    assert len(rules(app)) <= len(rules(make_app()))


def test_an_unknown_name_prevents_the_start(make_app):
    with pytest.raises(ConfigurationError) as error:
        make_app(COMPAT="azure,asure")
    assert "'asure' is not known. Known: azure" in error.value.faults["COMPAT"]


def test_modules_of_disabled_interfaces_are_not_imported():
    code = (
        "import sys, os; os.environ.update(COMPAT='none', REDIS_URL='redis://127.0.0.1:1/0'); import app; "
        "app.create_app(); print([m for m in sys.modules if m.startswith(('routes.compat.', 'wcwidth')) "
        "or m.startswith('controllers.compat.') and m.rpartition('.')[2] not in ('jobs', 'ignored')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]"), done.stdout


def test_own_paths_belong_to_no_interface(make_app):
    app = make_app()
    own = [
        rule for rule in rules(app) if rule.startswith(("/ocr/", "/auth/", "/admin/", "/health", "/docs", "/metrics"))
    ]
    assert len(own) > 20
    for method in ("GET", "POST", "DELETE"):
        assert [rule for rule in own if foreign_interfaces(app).of(method, rule)] == []


def test_an_interface_is_found_by_its_segment_or_by_its_route():
    def make(name, **paths):
        return ForeignInterface(name, paths.get("segments", ()), lambda *error: error, **paths["more"])

    first = make("first", segments=("one",), more={})
    second = make("second", more={"routes": (("POST", "/"), ("POST", "/two"))})
    found = ForeignInterfaces([first, second])
    assert found.of("GET", "/one") is found.of("PUT", "/one/more/of/it") is first
    assert found.of("POST", "/") is found.of("POST", "/two") is second
    assert found.of("GET", "/") is found.of("GET", "/two") is found.of("GET", "/three") is None


@pytest.mark.parametrize("name", INTERFACES)
def test_each_interface_marks_views_that_create_work(make_app, name):
    """So the rate limit and the check for a full queue come before the body is read."""
    app = make_app(SimpleNamespace(), COMPAT=name)
    limited = [view for view in app.view_functions.values() if hasattr(view, "_view_mark")]
    assert limited

"""Redis keys and constants are declared once, for Python and for the Lua scripts."""

import ast
import re
from pathlib import Path

import pytest

from services import keys
from services.keys import SHARED, lua_tables

SERVICES = Path(keys.__file__).parent
SCRIPTS = sorted((SERVICES / "scripts").glob("*.lua"))


def used(table: str) -> set[str]:
    return {name for script in SCRIPTS for name in re.findall(rf"\b{table}\.([A-Z_]+)", script.read_text())}


def test_the_lua_tables_hold_the_python_values():
    tables = lua_tables()
    assert f"JOB='{keys.JOB}'" in tables
    assert f"DEAD_LETTER_TTL={SHARED.dead_letter_ttl}" in tables
    assert f"PROBE_OWNER='{SHARED.probe_owner}'" in tables


def test_scripts_use_only_declared_names():
    """A missing name would be nil in Lua, and fail only when the line runs."""
    declared = dict(line.removeprefix("local ").split(" = ", 1) for line in lua_tables().splitlines())
    for table in "KC":
        names = set(re.findall(r"([A-Z_]+)=", declared[table]))
        assert used(table) and used(table) <= names
        assert table == "K" or used(table) == names, "a constant that no script uses is not shared"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_repeat_no_key_and_no_shared_text(script):
    source = re.sub(r"--.*", "", script.read_text())
    literals = set(re.findall(r"'([^']*)'", source))
    assert not {text for text in literals if text.startswith("ocr:")}
    assert not literals & {SHARED.probe_owner, SHARED.quick_lane, SHARED.bulk_lane}


def test_keys_are_declared_in_one_module():
    declared_elsewhere = {
        str(path.relative_to(SERVICES)): node.value
        for path in SERVICES.rglob("*.py")
        if path.name != "keys.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"ocr:[\w:-]+", node.value)
    }
    assert declared_elsewhere == {}


def test_the_counters_keep_their_key():
    """An upgrade must not reset them."""
    assert keys.COUNTERS == "ocr:tally"

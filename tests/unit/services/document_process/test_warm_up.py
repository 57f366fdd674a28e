"""A confined child can import nothing. So all that its code imports inside functions is loaded before."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import services

ROOT = Path(services.__file__).parents[1]
#: Packages whose code runs in the child.
PACKAGES = ("services/ocr_service", "services/extraction", "services/exports")
PROGRAM = """
import json, sys
from services.document_process.child import _warm_up
_warm_up()
json.dump(sorted(sys.modules), sys.stdout)
"""


def late_imports():
    """(place, module) of each import inside a function."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if path.name == "__main__.py":
                continue
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, ast.FunctionDef):
                    for node in ast.walk(function):
                        yield from ((f"{path.name}:{node.lineno}", name) for name in imported(node))


def imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) else []


def test_all_late_imports_are_loaded_before_the_child_is_confined():
    program = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, check=True, timeout=60)
    loaded = set(json.loads(program.stdout))
    found = list(late_imports())
    assert len(found) > 50
    assert [(place, name) for place, name in found if name not in loaded] == []

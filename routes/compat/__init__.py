"""Interfaces of other services, for programs that already speak them: docs/compat.md.

Each is one module here (paths and key) and one in `controllers/compat/` (translation). A module has the function
`interface(limits, rate_limit) -> (ForeignInterface, Blueprint)`. Only those that are enabled are imported.
"""

from collections.abc import Collection
from importlib import import_module

from flask import Flask, g

from controllers import submission
from controllers.compat import ignored, jobs
from controllers.context import RequestLimits
from middleware.foreign_interfaces import foreign_interfaces
from middleware.view_marks import Mark
from routes.blueprint import Decorator

#: {name in the setting COMPAT: module of this package}
INTERFACES = {
    "azure": "azure",
    "azure-read": "azure_read",
    "tika": "tika",
    "ocrspace": "ocrspace",
    "textract": "textract",
    "earlier": "earlier",
    "docling": "docling",
    "mistral": "mistral",
    "paddlex": "paddlex",
    "openwebui": "openwebui",
}
ALL, NONE = "all", "none"


def register(app: Flask, names: Collection[str], limits: RequestLimits, rate_limit: Decorator) -> None:
    """Adds the interfaces with these names. `rate_limit`: decorator for views that create work.

    Raises ValueError, which names an unknown interface.
    """
    for name in _chosen(names):
        interface, blueprint = import_module(f"routes.compat.{INTERFACES[name]}").interface(limits, rate_limit)
        blueprint.before_request(_ensure_accepting)
        blueprint.after_request(ignored.report)
        app.register_blueprint(blueprint)
        foreign_interfaces(app).add(interface)
        jobs.remember_limits(app, limits)


def _chosen(names: Collection[str]) -> list[str]:
    unknown = [name for name in names if name not in (*INTERFACES, ALL, NONE)]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not known. Known: {', '.join((*INTERFACES, ALL, NONE))}.")
    return list(INTERFACES) if ALL in names else [name for name in INTERFACES if name in names]


def _ensure_accepting() -> None:
    """Reject a request before its body is read if no job could be accepted."""
    if Mark.CREATES_WORK in g.marks:
        submission.ensure_accepting()

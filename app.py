"""The web entry point: `gunicorn "app:create_app()"`, or `python app.py` for the whole service on one machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap import Services, Settings, add_middleware, add_routes, add_server_hooks, bootstrap, build_flask
from embedded.service import CannotStart, run_embedded

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: Settings | None = None, services: Services | None = None) -> Flask:
    """The web application. Opens no connection and loads no model. Tests pass their own settings and services."""
    runtime = bootstrap(settings, services)
    app = build_flask(runtime)
    add_middleware(app, runtime)
    add_routes(app, runtime)
    add_server_hooks(app, runtime)
    return app


def main() -> int:
    """`python app.py`: run Redis, web server and worker until Ctrl-C."""
    root = Path(__file__).resolve().parent
    try:
        return run_embedded(root, sample=root / "docs" / "sample.png")
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

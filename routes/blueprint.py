"""The blueprint class of all routes: validates options strictly and describes every operation in OpenAPI."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from flask_smorest import Blueprint

from controllers.context import ErrorClass
from middleware.error_catalog import problem_body, status_of
from middleware.option_parser import OptionsParser
from routes.schemas.examples import REQUEST_ID
from routes.schemas.service import Problem

PROBLEM = "application/problem+json"
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds until the next request."}}

View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    """Of views; keeps their signature."""

    def __call__(self, view: View, /) -> View: ...


class DescribedBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no type information
    """Gives each operation the name of its view, and adds `problems` to the decorators of flask-smorest."""

    ARGUMENTS_PARSER = OptionsParser()

    # Inherited. Declared for the type checker.
    response: Callable[..., Decorator]

    def arguments(self, schema: Any, *, hidden: tuple[str, ...] = (), **how: Any) -> Decorator:
        """hidden: names of fields that are not described, because they may not be in that place."""
        decorate = super().arguments(schema, **how)

        def describe(view: View) -> View:
            decorated: View = decorate(view)
            for parameter in getattr(decorated, "_apidoc")["arguments"]["parameters"]:  # noqa: B009
                if hidden and parameter["schema"] is schema:
                    parameter["schema"] = schema(exclude=hidden)
            return decorated

        return describe

    def doc(self, **fields: Any) -> Decorator:
        return _description_only(super().doc(**fields))

    def alt_response(self, status_code: int, **description: Any) -> Decorator:
        return _description_only(super().alt_response(status_code, **description))

    def route(self, rule: str, **options: Any) -> Decorator:
        register = super().route(rule, **options)

        def decorate(view: View) -> View:
            register(self.doc(operationId=view.__name__)(view))
            return view

        return decorate

    def problems(self, *errors: ErrorClass) -> Decorator:
        """Describe the errors that the view can respond with."""
        by_status: dict[int, list[ErrorClass]] = {}
        for error in errors:
            by_status.setdefault(status_of(error), []).append(error)

        def decorate(view: View) -> View:
            for status, group in sorted(by_status.items()):
                view = self.alt_response(
                    status,
                    schema=Problem,
                    content_type=PROBLEM,
                    description="; ".join(f"`{error.code}`: {error.title}" for error in group),
                    examples={error.code: _example(error) for error in group},
                    headers=RETRY_AFTER if status in (429, 503) else None,
                )(view)
            return view

        return decorate


def _description_only(decorate: Callable[[Any], Any]) -> Decorator:
    """Keep the description that a decorator of flask-smorest adds, without the function that it puts around the view.

    A view has about ten descriptions, and each function would be called in each request.
    """

    def describe(view: View) -> View:
        added = decorate(lambda: None)._apidoc
        setattr(view, "_apidoc", _merged(getattr(view, "_apidoc", {}), added))  # noqa: B010
        return view

    return describe


def _merged(described: Any, added: Any) -> Any:
    """Both descriptions. flask-smorest would copy all earlier descriptions of the view, which slows down the start."""
    if isinstance(described, dict) and isinstance(added, dict):
        return {**described, **{key: _merged(described.get(key), value) for key, value in added.items()}}
    if isinstance(described, list) and isinstance(added, list):
        return described + added
    return added


def _example(error: ErrorClass) -> dict[str, object]:
    return {"summary": error.title, "value": problem_body(error(), REQUEST_ID)}

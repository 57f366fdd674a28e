"""The blueprint class of all routes: validates options strictly and describes every operation in OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from flask_smorest import Blueprint
from marshmallow import Schema

from controllers.context import ErrorClass
from middleware.error_catalog import status_of
from middleware.option_parser import OptionsParser
from routes.schemas.examples import problem_example
from routes.schemas.problems import Problem

PROBLEM = "application/problem+json"
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds until the next request."}}

View = TypeVar("View", bound=Callable[..., Any])
SchemaLike = type[Schema] | Schema | dict[str, Any]


class Decorator(Protocol):
    """Of views; keeps their signature."""

    def __call__(self, view: View, /) -> View: ...


class DescribedBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no type information
    """Gives each operation the name of its view, and adds `problems` and types to the decorators of flask-smorest."""

    ARGUMENTS_PARSER = OptionsParser()

    def route(self, rule: str, **options: Any) -> Decorator:
        register = super().route(rule, **options)

        def decorate(view: View) -> View:
            register(self.doc(operationId=view.__name__)(view))
            return view

        return decorate

    def arguments(self, schema: SchemaLike, **options: Any) -> Decorator:
        return cast(Decorator, super().arguments(schema, **options))

    def response(self, status: int, schema: SchemaLike | None = None, **options: Any) -> Decorator:
        return cast(Decorator, super().response(status, schema, **options))

    def alt_response(self, status: int, **options: Any) -> Decorator:
        return cast(Decorator, super().alt_response(status, **options))

    def doc(self, **fields: Any) -> Decorator:
        return cast(Decorator, super().doc(**fields))

    def problems(self, *errors: ErrorClass) -> Decorator:
        """Describe the errors that the view can respond with."""
        by_status: dict[int, list[ErrorClass]] = {}
        for error in errors:
            by_status.setdefault(status_of(error), []).append(error)

        def decorate(view: View) -> View:
            for status, group in sorted(by_status.items()):
                view = self._problem(status, group)(view)
            return view

        return decorate

    def _problem(self, status: int, errors: list[ErrorClass]) -> Decorator:
        return self.alt_response(
            status,
            schema=Problem,
            content_type=PROBLEM,
            description="; ".join(f"`{error.code}`: {error.title}" for error in errors),
            examples={error.code: {"summary": error.title, "value": problem_example(error)} for error in errors},
            headers=RETRY_AFTER if status in (429, 503) else None,
        )

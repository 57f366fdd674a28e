"""The kind of blueprint that all routes use: strict about options, and described in full."""

from __future__ import annotations

from flask_smorest import Blueprint

from middleware.error_catalog import CATALOG, status_of
from middleware.option_parser import OptionsParser
from routes.schemas.examples import problem_example
from routes.schemas.problems import Problem

PROBLEM = "application/problem+json"
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait before the next try."}}


class DescribedBlueprint(Blueprint):
    """Each operation bears the name of its view, and tells the errors that it may answer with."""

    ARGUMENTS_PARSER = OptionsParser()

    def route(self, rule: str, **options):
        register = super().route(rule, **options)

        def decorate(view):
            register(self.doc(operationId=view.__name__)(view))
            return view

        return decorate

    def problems(self, *codes: str):
        """The errors of these codes belong to what the view may answer."""
        statuses = sorted({status_of(CATALOG[code]) for code in codes})

        def decorate(view):
            for status in statuses:
                view = self._problem(status, [code for code in codes if status_of(CATALOG[code]) == status])(view)
            return view

        return decorate

    def _problem(self, status: int, codes: list[str]):
        return self.alt_response(
            status,
            schema=Problem,
            content_type=PROBLEM,
            description="; ".join(f"`{code}`: {CATALOG[code].title}" for code in codes),
            examples={code: {"summary": CATALOG[code].title, "value": problem_example(code)} for code in codes},
            headers=RETRY_AFTER if status in (429, 503) else None,
        )

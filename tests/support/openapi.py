"""Answers held against the description of the API."""

from __future__ import annotations

import copy

from openapi_schema_validator import OAS31Validator, oas31_format_checker


class Description:
    """An OpenAPI document. What an answer says and the document does not is taken for a fault of the document."""

    def __init__(self, document: dict) -> None:
        self.document = document
        self._components = _closed(document["components"])

    def operations(self) -> dict[tuple[str, str], dict]:
        """{(method, path): operation}"""
        return {
            (method, path): operation
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if method in ("get", "post", "put", "patch", "delete")
        }

    def check(self, method: str, path: str, status: int, content_type: str, body: object) -> None:
        """`path` as the document spells it. Raises AssertionError or jsonschema's ValidationError."""
        responses = self.operations()[method, path]["responses"]
        assert str(status) in responses, f"{method} {path} does not tell of {status}"
        content = responses[str(status)]["content"]
        assert content_type in content, f"{method} {path} {status} does not tell of {content_type}"
        self.validate(content[content_type]["schema"], body)

    def validate(self, schema: dict, body: object) -> None:
        whole = {**schema, "components": self._components}
        OAS31Validator(whole, format_checker=oas31_format_checker).validate(body)


def _closed(components: dict) -> dict:
    """The same schemas, but nothing may stand in an object that they do not name."""
    closed = copy.deepcopy(components)
    for schema in closed["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return closed

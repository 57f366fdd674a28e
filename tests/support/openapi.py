"""Compares responses with the OpenAPI document."""

from __future__ import annotations

import copy

from openapi_schema_validator import OAS31Validator, oas31_format_checker


class Description:
    """An OpenAPI document. A field of a response that the document does not describe fails the comparison."""

    def __init__(self, document: dict) -> None:
        self.document = document
        self._components = _without_additional_properties(document["components"])

    def operations(self) -> dict[tuple[str, str], dict]:
        """{(method, path): operation}"""
        return {
            (method, path): operation
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if method in ("get", "post", "put", "patch", "delete")
        }

    def check(self, method: str, path: str, status: int, content_type: str, body: object) -> None:
        """`path` as in the document. Raises AssertionError or jsonschema's ValidationError."""
        responses = self.operations()[method, path]["responses"]
        assert str(status) in responses, f"{method} {path} does not describe {status}"
        content = responses[str(status)]["content"]
        assert content_type in content, f"{method} {path} {status} does not describe {content_type}"
        self.validate(content[content_type]["schema"], body)

    def validate(self, schema: dict, body: object) -> None:
        whole = {**schema, "components": self._components}
        OAS31Validator(whole, format_checker=oas31_format_checker).validate(body)


def _without_additional_properties(components: dict) -> dict:
    """The same schemas, but objects may only have the properties that they name."""
    closed = copy.deepcopy(components)
    for schema in closed["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return closed

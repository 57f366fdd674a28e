"""What all schemas share."""

from typing import Any

from marshmallow import RAISE, Schema


class StrictSchema(Schema):
    """Unknown fields are errors."""

    class Meta:
        unknown = RAISE


class JobOptionsSchema(StrictSchema):
    """Options that may be sent as a JSON object, together with files (see `middleware/option_parser.py`)."""

    files_in_json = True


class NoOptions(StrictSchema):
    """For operations without options."""


def about(description: str, **attributes: Any) -> dict[str, Any]:
    """A field's description and other attributes in OpenAPI: `fields.Integer(**about("Bytes."))`."""
    return {"metadata": {"description": description, **attributes}}

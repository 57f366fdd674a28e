"""The resources of one page. Pages may share them, so they are copied before they change."""

from __future__ import annotations

from copy import copy

import pikepdf
from pikepdf import Dictionary, Name


def own_resources(page: pikepdf.Page) -> pikepdf.Object:
    """Resources that no other page uses. Fonts, images and other objects in them are still shared."""
    resources = copy_of(page.resources)
    page.obj.Resources = resources
    return resources


def copy_of(resources: pikepdf.Object) -> pikepdf.Object:
    """A copy of resources and of the dictionaries in them."""
    result = Dictionary()
    for key, value in resources.items():
        result[key] = copy(value) if isinstance(value, Dictionary) else value
    return result


def add_font(resources: pikepdf.Object, font: pikepdf.Object, name: str) -> str:
    """Add a font to the resources of one page. Returns its name there: `name`, with underscores if it is taken."""
    fonts = resources.get(Name.Font)
    if fonts is None:
        resources.Font = fonts = Dictionary()
    while f"/{name}" in fonts:
        name += "_"
    resources.Font[f"/{name}"] = font
    return name

"""Absolute addresses of this service as clients see them: behind proxies too, with their host, scheme and path."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import current_app, request, url_for


def external_url(endpoint: str, **values: Any) -> str:
    """The address of a view."""
    return absolute(url_for(endpoint, **values))


def absolute(path: str) -> str:
    """A path that begins with the path of the service itself. An address with a host stays as it is."""
    public = urlsplit(current_app.config["PUBLIC_URL"])
    return urljoin(f"{public.scheme}://{public.netloc}/" if public.netloc else request.host_url, path)

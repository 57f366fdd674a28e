"""A full queue is told before Flask in the very words of the error handler."""

from types import SimpleNamespace

import pytest

from middleware.plain_refusal import PATHS
from services.errors import QueueFull


@pytest.fixture
def refused(make_app):
    """`refused(path, **headers)`: the answer to a request that the server found no place for; `refused.told` counts."""

    def refuse(path="/ocr/image", **headers):
        place = {"ocr.place": QueueFull(6.2)}
        return client.post(path, headers={"X-Request-ID": "r", **headers}, environ_overrides=place)

    refuse.told = []
    admission = SimpleNamespace(tell_refusal=lambda: refuse.told.append(1))
    client = make_app(SimpleNamespace(admission=admission)).test_client()
    return refuse


@pytest.mark.parametrize("path", sorted(PATHS))
def test_it_is_told_as_the_error_handler_tells_it(refused, path):
    quick = refused(path)
    usual = refused(path, Origin="https://example.org")
    assert (quick.status_code, quick.json["code"], quick.headers["Retry-After"]) == (503, "queue_full", "7")
    assert quick.json == usual.json
    assert dict(quick.headers) == {name: value for name, value in usual.headers.items() if name != "Vary"}
    assert len(refused.told) == 2


def test_what_is_at_no_address_is_not_found(refused):
    assert refused("/ocr/imagery").status_code == 404
    assert refused.told == []

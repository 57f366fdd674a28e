"""The client's address is read from a header only if a trusted proxy sent it."""

import ipaddress
from types import SimpleNamespace

import pytest
from flask import request

from middleware.client_address import client_address

PROXIES = ("10.0.0.0/8", "192.168.7.7/32", "fd00::/8")


def trusted(address):
    return any(address in ipaddress.ip_network(network) for network in PROXIES)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 192.168.7.7", "198.51.100.1"),
        ("10.0.0.1", "10.9.9.9, 192.168.7.7", "10.9.9.9"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("fd00::1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, <script>", "10.0.0.1"),
        ("10.0.0.1", ", ,", "10.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_trusted_proxy(peer, forwarded, client):
    assert client_address(peer, forwarded, trusted) == client


def address_reader(app):
    """`read(peer, header)`: the client's address as the application sees it."""
    app.add_url_rule("/address", view_func=lambda: request.remote_addr)
    client = app.test_client()

    def read(peer, **headers):
        return client.get("/address", environ_base={"REMOTE_ADDR": peer}, headers=headers).text

    return read


def test_by_default_no_proxy_is_trusted(make_app):
    read = address_reader(make_app())
    assert read("127.0.0.1", **{"X-Forwarded-For": "1.2.3.4"}) == "127.0.0.1"
    assert read("10.0.0.1", **{"X-Forwarded-For": "1.2.3.4"}) == "10.0.0.1"


def test_the_configured_proxies_are_trusted(make_app):
    read = address_reader(make_app(TRUSTED_PROXIES="10.0.0.1, 172.16.0.0/12"))
    assert read("10.0.0.1", **{"X-Forwarded-For": "1.2.3.4"}) == "1.2.3.4"
    assert read("172.20.1.1", **{"X-Forwarded-For": "1.2.3.4"}) == "1.2.3.4"
    assert read("10.0.0.2", **{"X-Forwarded-For": "1.2.3.4"}) == "10.0.0.2"


@pytest.mark.parametrize(("proxies", "second"), [("", 429), ("10.0.0.1", 400)])
def test_a_forged_address_does_not_avoid_the_rate_limit(make_app, accepting_jobs, proxies, second):
    """The limit is one request. Only behind a trusted proxy are two addresses two clients."""
    limit = {"RATE_LIMIT_ENABLED": "true", "RATE_LIMIT_REQUESTS": 1}
    app = make_app(SimpleNamespace(jobs=accepting_jobs), TRUSTED_PROXIES=proxies, **limit)
    client = app.test_client()

    def post(forwarded):
        base = {"REMOTE_ADDR": "10.0.0.1"}
        return client.post("/ocr/image", environ_base=base, headers={"X-Forwarded-For": forwarded}).status_code

    assert (post("1.2.3.4"), post("5.6.7.8")) == (400, second)

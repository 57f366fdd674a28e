"""The client's address is read from headers only behind a trusted proxy."""

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
def test_only_addresses_from_trusted_proxies_count(peer, forwarded, client):
    assert client_address(peer, forwarded, trusted) == client


def address_reporter(app):
    """`report(peer, **headers)`: the address that the application sees."""
    app.add_url_rule("/address", view_func=lambda: request.remote_addr)
    client = app.test_client()

    def report(peer, **headers):
        return client.get("/address", environ_base={"REMOTE_ADDR": peer}, headers=headers).text

    return report


def test_without_trusted_proxies_the_header_is_ignored(make_app):
    report = address_reporter(make_app())
    assert report("127.0.0.1", **{"X-Forwarded-For": "1.2.3.4"}) == "127.0.0.1"
    assert report("10.0.0.1", **{"X-Forwarded-For": "1.2.3.4"}) == "10.0.0.1"


def test_the_header_of_a_trusted_proxy_is_used(make_app):
    report = address_reporter(make_app(TRUSTED_PROXIES="10.0.0.1, 172.16.0.0/12"))
    assert report("10.0.0.1", **{"X-Forwarded-For": "1.2.3.4"}) == "1.2.3.4"
    assert report("172.20.1.1", **{"X-Forwarded-For": "1.2.3.4"}) == "1.2.3.4"
    assert report("10.0.0.2", **{"X-Forwarded-For": "1.2.3.4"}) == "10.0.0.2"


@pytest.mark.parametrize(("proxies", "second"), [("", 429), ("10.0.0.1", 400)])
def test_a_forged_address_does_not_evade_the_rate_limit(make_app, proxies, second):
    """One request per client: addresses forged by one client count as one, addresses from a trusted proxy as two."""
    jobs = SimpleNamespace(ensure_accepting=lambda slot: None, check_options=lambda options: None)
    limit = {"RATE_LIMIT_ENABLED": "true", "RATE_LIMIT_REQUESTS": 1}
    app = make_app(SimpleNamespace(jobs=jobs), TRUSTED_PROXIES=proxies, **limit)
    client = app.test_client()

    def post(forwarded):
        base = {"REMOTE_ADDR": "10.0.0.1"}
        return client.post("/ocr/image", environ_base=base, headers={"X-Forwarded-For": forwarded}).status_code

    assert (post("1.2.3.4"), post("5.6.7.8")) == (400, second)

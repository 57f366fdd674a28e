"""A client's address is its own word only where a proxy that is trusted vouches for it."""

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
def test_only_trusted_proxies_are_believed(peer, forwarded, client):
    assert client_address(peer, forwarded, trusted) == client


def seen_by(app):
    app.add_url_rule("/who", view_func=lambda: request.remote_addr)
    client = app.test_client()

    def ask(peer, **headers):
        return client.get("/who", environ_base={"REMOTE_ADDR": peer}, headers=headers).text

    return ask


def test_without_the_setting_nobody_is_believed(make_app):
    ask = seen_by(make_app())
    assert ask("127.0.0.1", **{"X-Forwarded-For": "1.2.3.4"}) == "127.0.0.1"
    assert ask("10.0.0.1", **{"X-Forwarded-For": "1.2.3.4"}) == "10.0.0.1"


def test_with_the_setting_the_named_proxies_are_believed(make_app):
    ask = seen_by(make_app(TRUSTED_PROXIES="10.0.0.1, 172.16.0.0/12"))
    assert ask("10.0.0.1", **{"X-Forwarded-For": "1.2.3.4"}) == "1.2.3.4"
    assert ask("172.20.1.1", **{"X-Forwarded-For": "1.2.3.4"}) == "1.2.3.4"
    assert ask("10.0.0.2", **{"X-Forwarded-For": "1.2.3.4"}) == "10.0.0.2"


@pytest.mark.parametrize(("proxies", "second"), [("", 429), ("10.0.0.1", 400)])
def test_a_forged_address_buys_no_new_budget(make_app, proxies, second):
    """One request each: a stranger's forgery is counted as his own, a trusted proxy's word as another client."""
    jobs = SimpleNamespace(ensure_accepting=lambda slot: None, check_options=lambda options: None)
    limit = {"RATE_LIMIT_ENABLED": "true", "RATE_LIMIT_REQUESTS": 1}
    app = make_app(SimpleNamespace(jobs=jobs), TRUSTED_PROXIES=proxies, **limit)
    client = app.test_client()

    def post(forwarded):
        base = {"REMOTE_ADDR": "10.0.0.1"}
        return client.post("/ocr/image", environ_base=base, headers={"X-Forwarded-For": forwarded}).status_code

    assert (post("1.2.3.4"), post("5.6.7.8")) == (400, second)

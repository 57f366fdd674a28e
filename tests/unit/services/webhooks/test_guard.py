"""The guard decides by address, whatever the name or the URL looks like."""

import socket
import threading

import pytest

from services.errors import InvalidOption
from services.webhooks.guard import Guard, NotAllowed
from services.webhooks.resolver import NoAnswer, NoSuchName, Resolver
from stress.processes import wait_until

PUBLIC = ["8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
#: IPv6 addresses with an embedded public IPv4 address.
EMBEDS_PUBLIC = ["::ffff:8.8.8.8", "2002:808:808::1", "64:ff9b::808:808"]
INTERNAL = [
    *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.127.255.255", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255"),
    *("240.0.0.1", "255.255.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    *("192.88.99.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fdff::1", "ff02::1", "ff0e::1"),
    *("2001:db8::1", "3fff::1", "100::1", "2001::1", "2001:10::1", "5f00::1", "4000::1", "::127.0.0.1", "::8.8.8.8"),
]
EMBEDS_INTERNAL = [
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0"),
    *("2002:7f00:1::1", "2002:a00:1::", "2002:c0a8:101::", "2002:a9fe:a9fe::"),
    *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808"),
]


def resolver(*addresses, error=None):
    """Returns the same addresses for every name."""

    def lookup(host, port, **_):
        if error:
            raise error
        return [
            (socket.AF_INET6 if ":" in found else socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))
            for found in addresses
        ]

    return Resolver(lookup=lookup)


def guard(*addresses, allowed=(), error=None):
    return Guard(allowed, resolver(*addresses, error=error))


@pytest.mark.parametrize("address", [*PUBLIC, *EMBEDS_PUBLIC])
def test_public_address_is_permitted(address):
    assert guard().permits(address)


@pytest.mark.parametrize("address", [*INTERNAL, *EMBEDS_INTERNAL])
def test_other_address_is_not_permitted(address):
    assert not guard().permits(address)


@pytest.mark.parametrize(
    "address",
    ["168.63.129.16", "169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "::ffff:a83f:8110"],
)
def test_metadata_services_of_clouds_are_never_permitted(address):
    assert not guard(allowed=("0.0.0.0/0", "::/0")).permits(address)


def test_operator_can_allow_internal_networks():
    allowing = guard(allowed=("10.1.0.0/16", "fd00::/8"))
    assert all(allowing.permits(address) for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "8.8.8.8"))
    assert not any(allowing.permits(address) for address in ("10.2.0.1", "127.0.0.1", "fc00::1", "2002:a02:1::"))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
        "http://0177.0.0.1/", "http://localhost/", "http://0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1%25eth0]/",
        "http://169.254.169.254/latest/meta-data/", "https://10.0.0.1:8443/hook", "http://[::]:8080/",
    ],
)  # fmt: skip
def test_every_spelling_of_an_internal_address_is_rejected(url):
    with pytest.raises(InvalidOption, match="callback_url"):
        Guard().check(url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com/hook", "x",
        "http://", "http:///path", "https://user@example.com/", "https://user:word@example.com/",
        "http://example.com:0/", "http://example.com:65536/", "http://example.com:22/", "http://example.com:25/",
        "http://example.com:-1/", "http://example.com:http/", "http://example.com\\@10.0.0.1/", "http://exa mple.com/",
        "http://example.com/\r\nHost: x", "http://example.com/\x00", "http://bücher.example/",
        "https://example.com/" + "a" * 2048,
    ],
)  # fmt: skip
def test_invalid_or_unsuitable_url_is_rejected(url):
    with pytest.raises(InvalidOption, match="callback_url"):
        guard("8.8.8.8").check(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com", "https://example.com/hook?token=a%20b#top", "https://example.com:8443/", "HTTPS://E.com/",
        "http://example.com:80/", "https://xn--bcher-kva.example/", "https://[2606:4700::1111]/hook",
    ],
)  # fmt: skip
def test_url_of_a_public_host_is_accepted(url):
    guard("8.8.8.8").check(url)


@pytest.mark.parametrize("addresses", [("8.8.8.8", "10.0.0.1"), ("2606:4700::1111", "::1"), ("::ffff:127.0.0.1",)])
def test_name_with_one_internal_address_is_rejected(addresses):
    with pytest.raises(InvalidOption):
        guard(*addresses).check("https://example.com/")
    with pytest.raises(NotAllowed):
        guard(*addresses).resolve("example.com", 443)


def test_missing_name_and_internal_name_get_the_same_error():
    messages = []
    for rejecting in (guard(error=socket.gaierror(socket.EAI_NONAME, "")), guard("10.0.0.1"), guard()):
        with pytest.raises(InvalidOption) as caught:
            rejecting.check("https://example.com/")
        messages.append(caught.value.message)
    assert len(set(messages)) == 1


@pytest.mark.parametrize("error", [socket.gaierror(socket.EAI_AGAIN, ""), socket.gaierror(socket.EAI_FAIL, "")])
def test_name_is_accepted_after_a_temporary_lookup_error_and_looked_up_again_for_the_call(error):
    failing = guard(error=error)
    failing.check("https://example.com/")
    with pytest.raises(NoAnswer):
        failing.resolve("example.com", 443)


def test_name_with_an_invalid_label_is_rejected():
    with pytest.raises(InvalidOption):
        Guard().check(f"https://{'a' * 64}.example/")


def test_hanging_lookups_time_out_and_use_a_limited_number_of_threads():
    release = threading.Event()
    lookups = []

    def lookup(host, port, **_):
        lookups.append(host)
        release.wait(10)
        return []

    hanging = Resolver(seconds=0.1, max_lookups=2, lookup=lookup)
    try:
        for _ in range(4):
            with pytest.raises(NoAnswer):
                hanging.endpoints("example.com", 443)
        wait_until(lambda: len(lookups) >= 2, 5)
        assert len(lookups) == 2
    finally:
        release.set()


def test_name_without_addresses_does_not_exist():
    with pytest.raises(NoSuchName):
        resolver().endpoints("example.com", 443)

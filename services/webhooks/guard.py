"""Decides which hosts webhooks and downloads may call: none in the operator's network, unless it is allowed.

The address counts, not the name. `problem_of` looks it up when a job is submitted, `resolve` again for each call, and
the connection goes to exactly the addresses that `resolve` returned.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from services.errors import InvalidOption
from services.webhooks.resolver import Endpoint, NoAnswer, NoSuchName, Resolver

MAX_URL_LENGTH = 2048
#: Scheme: default port.
SCHEMES = {"http": 80, "https": 443}
#: Lower ports belong to services such as mail and SSH, which might take a request for one of their own.
FIRST_FREE_PORT = 1024
#: Every IPv6 address on the internet is in this network. All others are private or not assigned.
GLOBAL_UNICAST = IPv6Network("2000::/3")
DOCUMENTATION = IPv6Network("3fff::/20")  # RFC 9637; missing in the ipaddress module of this Python
NAT64 = IPv6Network("64:ff9b::/96")
RELAYS = ipaddress.IPv4Network("192.88.99.0/24")  # RFC 7526: deprecated 6to4 relays
PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")  # RFC 6890: for protocols; partly public in the ipaddress module
#: Services of clouds that hand out credentials of the machine: Azure, AWS and most others, Alibaba, Oracle, AWS (IPv6).
#: They may never be called, even if the operator allows their network.
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        ("168.63.129.16", "169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"),
    )
)


class NotAllowed(Exception):
    """The host has an address that must not be called."""


class NotAURL(Exception):
    """The text is not a URL that can be called. The message is the end of a sentence about it."""


class Guard:
    """allowed: networks that may be called although they are not public."""

    def __init__(self, allowed: Iterable[str] = (), resolver: Resolver | None = None) -> None:
        self._allowed = [ipaddress.ip_network(network) for network in allowed]
        self._resolver = resolver or Resolver()

    def check(self, url: str) -> None:
        """Check a `callback_url` when a job is submitted. Raises InvalidOption."""
        if problem := self.problem_of(url):
            raise InvalidOption(f"The option `callback_url` {problem}.")

    def problem_of(self, url: str) -> str:
        """Why a URL must not be called, as the end of a sentence. Empty if it may be called.

        A name whose lookup fails temporarily is accepted: each call looks it up again. A name that does not exist and
        one with an internal address have the same problem, so that clients cannot probe for internal names.
        """
        try:
            self.resolve(*destination(url))
        except NotAURL as error:
            return str(error)
        except NoAnswer:
            return ""
        except (NoSuchName, NotAllowed):
            return "names a host that has no address on the public internet"
        return ""

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        """The endpoints to connect to. Raises NotAllowed, NoSuchName or NoAnswer.

        One address that is not allowed rejects the name: a DNS answer that mixes public and internal addresses is
        suspicious.
        """
        endpoints = self._resolver.endpoints(host.strip("[]"), port)
        if not all(self.permits(address[0]) for _, address in endpoints):
            raise NotAllowed(f"{host} has an address that is not public")
        return endpoints

    def permits(self, text: str) -> bool:
        """Whether an address may be called. If an IPv4 address is embedded in it, that one decides."""
        address = ipaddress.ip_address(text)
        address = _embedded_ipv4(address) or address
        if address in METADATA:
            return False
        return is_public(address) or any(address in network for network in self._allowed)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    if address.version == 6 and address not in GLOBAL_UNICAST:
        return False
    others = (DOCUMENTATION, RELAYS, PROTOCOLS)
    return address.is_global and not address.is_multicast and not any(address in network for network in others)


def _embedded_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv4-mapped, 6to4 or NAT64 address: the packets go there."""
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def port_of(url: Url) -> int:
    return SCHEMES[url.scheme or ""] if url.port is None else url.port


def destination(url: str) -> tuple[str, int]:
    """Host and port of a URL. Raises NotAURL if it is malformed, or is not for a web server."""
    if len(url) > MAX_URL_LENGTH or not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        raise NotAURL(f"must be a URL of at most {MAX_URL_LENGTH} printable ASCII characters")
    try:
        parsed = parse_url(url)  # the parser of those who call it, too, so that they cannot disagree
    except LocationParseError as error:
        raise NotAURL("is not a URL") from error
    if parsed.scheme not in SCHEMES or not parsed.host:
        raise NotAURL("must begin with https:// or http:// and name a host")
    if parsed.auth is not None:
        raise NotAURL("must not contain a user name or password; put a secret into the path or the query instead")
    port = port_of(parsed)
    if port < FIRST_FREE_PORT and port not in SCHEMES.values():
        raise NotAURL(f"must use port 80, port 443, or a port from {FIRST_FREE_PORT} up")
    return parsed.host, port

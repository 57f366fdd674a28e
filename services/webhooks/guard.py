"""Who may be called: nobody inside the operator's network, unless the operator says so.

What counts is the address, not the name: `check` looks at it when a job is submitted, `reach` again at each connection,
and the connection is made to the very addresses that `reach` looked at.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from services.errors import InvalidOption
from services.webhooks.names import Endpoint, Names, NoAnswer, NoSuchName

LONGEST_URL = 2048
SCHEMES = {"http": 80, "https": 443}
#: Below it are the ports of mail, shells and the like, which may take a request for one of theirs.
FIRST_FREE_PORT = 1024
#: All that is given out for use on the internet; what lies outside of it is somebody's own, or nobody's.
GLOBAL_UNICAST = IPv6Network("2000::/3")
DOCUMENTATION = IPv6Network("3fff::/20")  # RFC 9637; younger than the list of this Python
NAT64 = IPv6Network("64:ff9b::/96")
RELAYS = ipaddress.IPv4Network("192.88.99.0/24")  # RFC 7526: 6to4 relays that are no more


class NotAllowed(Exception):
    """The host has an address that must not be called."""


class Guard:
    """`allowed`: networks that may be called although they are not public."""

    def __init__(self, allowed: Iterable[str] = (), names: Names | None = None) -> None:
        self._allowed = [ipaddress.ip_network(network) for network in allowed]
        self._names = names or Names()

    def check(self, url: str) -> None:
        """What can be said when a job is submitted. Raises InvalidOption naming `callback_url`.

        A name of which nobody can say anything right now is taken: it is looked up again at each try. A name that is
        not there and one that leads inside get the same answer, so that nobody learns the names of the inside.
        """
        host, port = _destination(url)
        try:
            self.reach(host, port)
        except NoAnswer:
            return
        except (NoSuchName, NotAllowed) as error:
            raise _invalid("names a host that has no address on the public internet") from error

    def reach(self, host: str, port: int) -> list[Endpoint]:
        """Where to connect to. One address that is not allowed condemns the name: who answers so is up to something.

        Raises NotAllowed, NoSuchName or NoAnswer.
        """
        endpoints = self._names.endpoints(host.strip("[]"), port)
        if not all(self.permits(address[0]) for _, address in endpoints):
            raise NotAllowed(f"{host} has an address that is not public")
        return endpoints

    def permits(self, text: str) -> bool:
        """Whether an address may be called; one that carries an IPv4 address is judged by that."""
        address = ipaddress.ip_address(text)
        address = _carried(address) or address
        return is_public(address) or any(address in network for network in self._allowed)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address not in GLOBAL_UNICAST or address in DOCUMENTATION):
        return False
    if isinstance(address, IPv4Address) and address in RELAYS:
        return False
    return address.is_global and not address.is_multicast


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside of an IPv4-mapped, 6to4 or NAT64 one: where its packets end up."""
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def parse(url: str) -> Url:
    """The one way in which a URL is taken apart, for the check and for the call. Raises LocationParseError."""
    return parse_url(url)


def port_of(url: Url) -> int:
    return SCHEMES[url.scheme] if url.port is None else url.port


def _destination(url: str) -> tuple[str, int]:
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        raise _invalid(f"must be a URL of at most {LONGEST_URL} printable ASCII characters")
    try:
        parsed = parse(url)
    except LocationParseError as error:
        raise _invalid("is not a URL") from error
    if parsed.scheme not in SCHEMES or not parsed.host:
        raise _invalid("must begin with https:// or http:// and name a host")
    if parsed.auth is not None:
        raise _invalid("must not hold a user name or password; sign in by the signature, or by a secret in the path")
    port = port_of(parsed)
    if port < FIRST_FREE_PORT and port not in SCHEMES.values():
        raise _invalid(f"must use port 80, 443, or one from {FIRST_FREE_PORT} on")
    return parsed.host, port


def _invalid(fault: str) -> InvalidOption:
    return InvalidOption(f"The option `callback_url` {fault}.")

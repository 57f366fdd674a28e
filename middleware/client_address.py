"""Finds the client's address behind proxies, and the path under which they offer the service.

It runs before anything else uses the request's address.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: The path that a proxy adds in front of all others.
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]{1,64}){1,8}")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def with_client_address(
    application: WSGIApplication, trusted_proxies: Iterable[str], public_path: str = ""
) -> WSGIApplication:
    """`trusted_proxies` are networks. Without any, no header changes the client's address or the path.

    public_path: the path under which clients find the service, unless a proxy reports another one.
    """
    networks = [ipaddress.ip_network(network) for network in trusted_proxies]
    if not networks and not public_path:
        return application

    def trusted(address: Address) -> bool:
        return any(address in network for network in networks)

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        prefix = environ.get("HTTP_X_FORWARDED_PREFIX", "")
        if prefix or public_path:
            address = _address(peer)
            reported = prefix.rstrip("/") if address and trusted(address) else ""
            _add_prefix(environ, reported if _PREFIX.fullmatch(reported) else public_path)
        environ["REMOTE_ADDR"] = client_address(peer, environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)
        return application(environ, start_response)

    return wrapped


def client_address(peer: str, forwarded: str, trusted: Callable[[Address], bool]) -> str:
    """The nearest address that does not belong to a trusted proxy. Everything beyond it may be forged.

    peer: the other end of the connection. forwarded: X-Forwarded-For; each proxy appends the address of its client.
    """
    client = peer
    for hop in (peer, *reversed(forwarded.split(","))):
        address = _address(hop)
        if address is None:
            break
        client = str(address)
        if not trusted(address):
            break
    return client


def _add_prefix(environ: WSGIEnvironment, prefix: str) -> None:
    """Addresses in responses then begin with the prefix, whether or not the proxy has removed it from the path."""
    if not prefix:
        return
    environ["SCRIPT_NAME"] = prefix
    path = environ.get("PATH_INFO", "")
    if path.startswith(f"{prefix}/"):
        environ["PATH_INFO"] = path.removeprefix(prefix)


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    # A server that listens on IPv6 sees the addresses of IPv4 clients in this form.
    return getattr(address, "ipv4_mapped", None) or address

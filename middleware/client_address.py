"""Who the client is when proxies stand between: decided before anything else looks at the request's address."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator

from flask import Flask

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def init_app(app: Flask, trusted_proxies: Iterable[str]) -> None:
    """`trusted_proxies` are networks. Without any, no header changes the client's address."""
    networks = [ipaddress.ip_network(network) for network in trusted_proxies]
    if networks:
        app.wsgi_app = _with_client_address(app.wsgi_app, networks)


def _with_client_address(wsgi_app: Callable, networks: list) -> Callable:
    def trusted(address: Address) -> bool:
        return any(address in network for network in networks)

    def application(environ: dict, start_response: Callable):
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = client_address(environ.get("REMOTE_ADDR", ""), forwarded, trusted)
        return wsgi_app(environ, start_response)

    return application


def client_address(peer: str, forwarded: str, trusted: Callable[[Address], bool]) -> str:
    """The nearest address that is not a trusted proxy's: from there on the header says what anybody may have written.

    peer: who opened the connection. forwarded: X-Forwarded-For, to which each proxy added whom it heard from.
    """
    client = peer
    for hop in _hops(peer, forwarded):
        if hop is None:
            break
        client = str(hop)
        if not trusted(hop):
            break
    return client


def _hops(peer: str, forwarded: str) -> Iterator[Address | None]:
    """From the nearest to the farthest; None for what is no address."""
    yield _address(peer)
    if forwarded:
        yield from (_address(text) for text in reversed(forwarded.split(",")))


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    # A server that listens on IPv6 hears of IPv4 clients in this disguise.
    return getattr(address, "ipv4_mapped", None) or address

"""The address of a caller, and which proxies are believed about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from app.errors import CannotStart

MOST_HOPS = 16
"""Proxies of one request that are looked at."""


class UnknownNetwork(CannotStart):
    """A trusted proxy is neither an address nor a network; the text says which."""


class Clients:
    """Tells the addresses of callers; only proxies of these networks are believed."""

    def __init__(self, proxies: Iterable[str]) -> None:
        try:
            self._proxies = [ip_network(proxy, strict=False) for proxy in proxies]
        except ValueError as error:
            msg = f"NOCTURNA_TRUSTED_PROXIES must list addresses or networks: {error}"
            raise UnknownNetwork(msg) from error

    def address(self, peer: str, forwarded: Sequence[str]) -> str:
        """The address of the caller: the last one that no proxy of ours has; '' if unknown.

        `forwarded` holds the values of X-Forwarded-For.
        """
        if not self._proxies or not forwarded:
            return peer
        told = ",".join(forwarded[-MOST_HOPS:]).rsplit(",", MOST_HOPS)
        for hop in reversed(told[-MOST_HOPS:]):
            before = _address(hop)
            if before is None or not self._is_ours(peer):
                break
            peer = str(before)
        return peer

    def _is_ours(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address, an IPv4 one inside IPv6 as IPv4; None for anything else."""
    try:
        address = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address

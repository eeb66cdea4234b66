"""From where a request comes, and whose word about that counts."""

from __future__ import annotations

import pytest

from app.errors import CannotStart
from app.security.clients import Clients

PROXIES = ("10.0.0.0/8", "192.0.2.7", "2001:db8::/32")


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("198.51.100.1, 203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("198.51.100.1, 203.0.113.9, 192.0.2.7",), "203.0.113.9"),
        ("10.0.0.1", ("198.51.100.1", "203.0.113.9"), "203.0.113.9"),
        ("10.0.0.1", ("10.2.3.4",), "10.2.3.4"),
        ("::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("2001:db8::1", ("[2001:4860::1]",), "2001:4860::1"),
        ("10.0.0.1", ("unknown",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("",), "10.0.0.1"),
        ("", ("198.51.100.1",), ""),
    ],
)
def test_only_proxies_of_ours_are_believed(
    peer: str, forwarded: tuple[str, ...], expected: str
) -> None:
    assert Clients(PROXIES).address(peer, forwarded) == expected


def test_without_proxies_nobody_is_believed() -> None:
    assert Clients(()).address("127.0.0.1", ("198.51.100.1",)) == "127.0.0.1"


def test_what_is_no_network_is_refused_at_the_start() -> None:
    with pytest.raises(CannotStart, match=r"NOCTURNA_TRUSTED_PROXIES.*proxy\.example"):
        Clients(["proxy.example"])


def test_a_long_way_of_proxies_ends() -> None:
    way = ", ".join(["10.0.0.1"] * 1000)
    assert Clients(PROXIES).address("10.0.0.1", (way,)) == "10.0.0.1"

"""HTTP as bytes, for requests that no client library would send."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.server import LONG_ENOUGH, token

OWN = "/api/v1/calculations/natal-chart"


@dataclass(frozen=True, slots=True)
class RawReply:
    """What came back; status 0 when nothing did."""

    status: int
    headers: dict[str, str]
    body: bytes


def exchange(url: str, parts: bytes | Iterable[bytes], *, half_close: bool = False) -> RawReply:
    """Send bytes over a connection of their own and read one reply, or until the server closes it.

    `half_close` says that no more comes.
    """
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port or 0), LONG_ENOUGH) as connection:
        for part in (parts,) if isinstance(parts, bytes) else parts:
            connection.sendall(part)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        received = bytearray()
        while not _is_whole(received) and (data := connection.recv(65_536)):
            received += data
    return _reply(bytes(received))


def request(
    line: bytes,
    *headers: bytes,
    body: bytes = b"",
    scopes: tuple[str, ...] = ("calculations",),
) -> bytes:
    """The bytes of a request that ends its connection, with a token of these scopes."""
    mine = [b"Host: test", b"Connection: close"]
    if scopes:
        mine.append(b"Authorization: Bearer " + token(*scopes).encode())
    if body:
        mine.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join((line, *mine, *headers, b"", body))


def _is_whole(received: bytes | bytearray) -> bool:
    head, found, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: ([0-9]+)", head)
    return bool(found and length and len(body) >= int(length[1]))


def _reply(received: bytes) -> RawReply:
    if not received:
        return RawReply(0, {}, b"")
    head, _, body = received.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    pairs = (field.split(": ", 1) for field in fields)
    return RawReply(int(line.split(" ")[1]), {name.lower(): value for name, value in pairs}, body)

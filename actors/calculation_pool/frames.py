"""The bytes between the pool and a worker.

Pool to worker: one frame holds one or more requests. Worker to pool: one frame a reply, as soon
as it is computed. Both start with their length; numbers are big-endian.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from struct import Struct

from app.wire import Outcome

_LENGTH = Struct("!I")
_REQUEST = Struct("!IHI")
_REPLY = Struct("!IHBIBII")

READY = 0
"""Id of the reply that a worker sends once it can compute; requests count from 1."""


@dataclass(frozen=True, slots=True)
class WorkerRequest:
    """One request of a frame."""

    id: int
    operation: str
    body: bytes


@dataclass(frozen=True, slots=True)
class WorkerReply:
    """One computed answer, and the seconds it took."""

    id: int
    outcome: Outcome
    seconds: float


def request_frame(requests: Iterable[WorkerRequest]) -> bytes:
    parts = [b""]
    for request in requests:
        operation = request.operation.encode()
        parts += (
            _REQUEST.pack(request.id, len(operation), len(request.body)),
            operation,
            request.body,
        )
    frame = b"".join(parts)
    return _LENGTH.pack(len(frame)) + frame


def requests_in(frame: bytes) -> Iterator[WorkerRequest]:
    """The requests of a frame without its length."""
    at = 0
    while at < len(frame):
        number, operation_length, body_length = _REQUEST.unpack_from(frame, at)
        at += _REQUEST.size
        operation = frame[at : at + operation_length].decode()
        at += operation_length
        yield WorkerRequest(number, operation, frame[at : at + body_length])
        at += body_length


def reply_frame(reply: WorkerReply) -> bytes:
    outcome = reply.outcome
    digest = outcome.digest.encode()
    header = _REPLY.pack(
        reply.id,
        outcome.status,
        outcome.lasting,
        round(reply.seconds * 1e6),
        len(digest),
        len(outcome.fragment),
        len(outcome.meta),
    )
    frame = b"".join((header, digest, outcome.fragment, outcome.meta))
    return _LENGTH.pack(len(frame)) + frame


def reply_in(frame: bytes) -> WorkerReply:
    """The reply of a frame without its length."""
    number, status, lasting, microseconds, digest_end, fragment_length, meta_length = (
        _REPLY.unpack_from(frame)
    )
    at = _REPLY.size
    digest = frame[at : at + digest_end].decode()
    at += digest_end
    fragment = frame[at : at + fragment_length]
    at += fragment_length
    meta = frame[at : at + meta_length]
    outcome = Outcome(status, fragment, meta, digest, bool(lasting))
    return WorkerReply(number, outcome, microseconds / 1e6)


class FrameBuffer:
    """Cuts a stream of bytes into whole frames, without their lengths."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Whole frames, once enough bytes are here."""
        self._bytes += data
        at = 0
        while len(self._bytes) - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._bytes, at)
            end = at + _LENGTH.size + length
            if len(self._bytes) < end:
                break
            yield bytes(self._bytes[at + _LENGTH.size : end])
            at = end
        del self._bytes[:at]

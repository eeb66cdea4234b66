"""The bytes between the pool and a worker: what goes in comes out, however the stream is cut."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.calculation_pool.frames import (
    FrameBuffer,
    WorkerReply,
    WorkerRequest,
    reply_frame,
    reply_in,
    request_frame,
    requests_in,
)
from app.wire import Outcome

_NUMBERS = st.integers(0, 2**32 - 1)
_REQUESTS = st.lists(
    st.builds(WorkerRequest, id=_NUMBERS, operation=st.text(max_size=40), body=st.binary()),
    max_size=8,
)
_OUTCOMES = st.builds(
    Outcome,
    status=st.integers(100, 599),
    fragment=st.binary(),
    meta=st.binary(),
    digest=st.text("0123456789abcdef", max_size=32),
    lasting=st.booleans(),
)
_REPLIES = st.builds(
    WorkerReply,
    id=_NUMBERS,
    outcome=_OUTCOMES,
    # As the wire carries them: whole microseconds.
    seconds=st.integers(0, 2**32 - 1).map(lambda microseconds: microseconds / 1e6),
)


def _fed(pieces: Iterable[bytes]) -> list[bytes]:
    """The frames of a stream that arrives in these pieces."""
    buffer = FrameBuffer()
    return [frame for piece in pieces for frame in buffer.feed(piece)]


def _pieces(stream: bytes, size: int) -> list[bytes]:
    return [stream[at : at + size] for at in range(0, len(stream), size)]


@given(_REQUESTS)
def test_a_frame_carries_its_requests_in_order(requests: list[WorkerRequest]) -> None:
    (frame,) = _fed([request_frame(requests)])
    assert list(requests_in(frame)) == requests


@given(_REPLIES)
def test_a_reply_comes_out_as_it_went_in(reply: WorkerReply) -> None:
    (frame,) = _fed([reply_frame(reply)])
    assert reply_in(frame) == reply


@given(st.lists(_REPLIES, max_size=5))
def test_replies_that_arrive_byte_by_byte_come_out_whole(replies: list[WorkerReply]) -> None:
    stream = b"".join(map(reply_frame, replies))
    assert [reply_in(frame) for frame in _fed(_pieces(stream, 1))] == replies


@given(st.lists(_REQUESTS, max_size=5), st.integers(1, 50))
def test_frames_come_out_the_same_wherever_the_stream_is_cut(
    batches: list[list[WorkerRequest]], size: int
) -> None:
    stream = b"".join(map(request_frame, batches))
    assert [list(requests_in(frame)) for frame in _fed(_pieces(stream, size))] == batches


@pytest.mark.parametrize("missing", [1, 3, 20])
def test_an_unfinished_frame_waits_for_its_rest(missing: int) -> None:
    stream = request_frame([WorkerRequest(7, "natal-chart", b"{}" * 20)])
    buffer = FrameBuffer()
    assert list(buffer.feed(stream[:-missing])) == []
    (frame,) = buffer.feed(stream[-missing:])
    assert [request.id for request in requests_in(frame)] == [7]


def test_an_empty_frame_holds_no_request() -> None:
    (frame,) = _fed([request_frame([])])
    assert list(requests_in(frame)) == []


def test_a_frame_that_was_taken_out_leaves_nothing_behind() -> None:
    buffer = FrameBuffer()
    for _ in range(3):
        assert len(list(buffer.feed(request_frame([WorkerRequest(1, "echo", b"x")])))) == 1
    assert buffer._bytes == b""

"""Where answers are compressed: long ones at once, very long ones in a thread, if one is free."""

from __future__ import annotations

import gzip
import threading

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from app.web import answers
from app.web.answers import (
    APART_FROM,
    COMPRESS_FROM,
    LONGEST_CHOICE,
    MOST_APART,
    accepts,
    compress,
    has_already,
)


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The threads that compressed, in their order."""
    found: list[int] = []
    packing = answers._gzipped

    def noted(body: bytes) -> bytes:
        found.append(threading.get_ident())
        return packing(body)

    monkeypatch.setattr(answers, "_gzipped", noted)
    return found


def answer(length: int) -> web.Response:
    return web.Response(body=b"x" * length)


def unpacked(response: web.Response) -> bytes:
    assert response.headers["Content-Encoding"] == "gzip"
    assert isinstance(response.body, bytes)
    return gzip.decompress(response.body)


async def finished(response: web.Response, accepted: str = "gzip") -> web.Response:
    """The answer as the wrapper sends it."""
    await compress(accepted, response)
    return response


@pytest.mark.parametrize("length", [COMPRESS_FROM, APART_FROM - 1])
async def test_a_long_answer_is_compressed_at_once(threads: list[int], length: int) -> None:
    sent = await finished(answer(length))
    assert unpacked(sent) == b"x" * length
    assert threads == [threading.get_ident()]


@pytest.mark.parametrize("length", [APART_FROM, 10 * APART_FROM])
async def test_a_very_long_answer_is_compressed_in_a_thread(
    threads: list[int], length: int
) -> None:
    sent = await finished(answer(length))
    assert unpacked(sent) == b"x" * length
    assert len(threads) == 1
    assert threads != [threading.get_ident()]


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0"])
async def test_a_very_long_answer_stays_for_who_takes_no_gzip(
    threads: list[int], accepted: str
) -> None:
    sent = await finished(answer(APART_FROM), accepted)
    assert sent.body == b"x" * APART_FROM
    assert threads == []


async def test_while_enough_threads_compress_a_very_long_answer_is_sent_as_it_is(
    threads: list[int],
) -> None:
    for _ in range(MOST_APART):
        assert answers._apart.acquire(blocking=False)
    try:
        sent = await finished(answer(APART_FROM))
    finally:
        answers._apart.release(MOST_APART)
    assert (sent.body, threads) == (b"x" * APART_FROM, [])
    assert "Content-Encoding" not in sent.headers
    assert "Content-Encoding" in (await finished(answer(APART_FROM))).headers


async def test_a_thread_is_free_again_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: bytes) -> bytes:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(answers, "_gzipped", fail)
        for _ in range(MOST_APART):
            with pytest.raises(MemoryError):
                await compress("gzip", answer(APART_FROM))
    assert "Content-Encoding" in (await finished(answer(APART_FROM))).headers


async def test_what_is_compressed_already_stays() -> None:
    response = web.Response(body=b"x" * APART_FROM, headers={"Content-Encoding": "br"})
    assert (await finished(response)).body == b"x" * APART_FROM


def accepting(*headers: str) -> web.Request:
    given = CIMultiDict([("Accept", header) for header in headers])
    return make_mocked_request("GET", "/", headers=given)


@pytest.mark.parametrize(
    "headers",
    [
        ["text/markdown"],
        ["Text/Markdown"],
        ["application/json;q=0.5,  text/markdown ; charset=utf-8"],
        ["text/markdown;q=0.1, application/json"],
        ["text/markdown;q=0.01"],
        ["application/json", "text/markdown"],
    ],
)
def test_a_media_type_that_is_named_is_accepted(headers: list[str]) -> None:
    assert accepts(accepting(*headers), "text/markdown")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["text/markdown;q=0"],
        ["text/markdown;charset=utf-8; Q=0.000"],
        ["text/markdown;q=0, */*"],
        ["*/*"],
        ["text/*"],
        ["text/markdown-of-another-kind"],
    ],
)
def test_a_media_type_that_is_refused_or_not_named_is_not_accepted(headers: list[str]) -> None:
    assert not accepts(accepting(*headers), "text/markdown")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ('W/"a1"', True),
        ('"a1"', True),
        ('"b2", W/"a1"', True),
        ("*", True),
        ('"A1"', False),
        ("a1", False),
        ("", False),
    ],
)
def test_whoever_names_a_tag_has_its_answer(told: str, *, expected: bool) -> None:
    request = make_mocked_request("GET", "/", headers=CIMultiDict({"If-None-Match": told}))
    assert has_already(request, "a1") is expected


def test_lists_without_end_are_not_read_to_theirs() -> None:
    """Each header may have kilobytes, and there may be a hundred of them."""
    kept = answers._names.cache_info().currsize
    flood = [("Accept", "," * 8000)] * 100
    request = make_mocked_request(
        "GET",
        "/",
        headers=CIMultiDict(
            [*flood, ("Accept", "text/markdown"), ("If-None-Match", "," * 8000 + '"a1"')]
        ),
    )
    assert not accepts(request, "text/markdown")
    assert not has_already(request, "a1")
    assert answers._names.cache_info().currsize == kept + 1
    short = make_mocked_request(
        "GET", "/", headers=CIMultiDict({"Accept": "," * (LONGEST_CHOICE - 13) + "text/markdown"})
    )
    assert accepts(short, "text/markdown")

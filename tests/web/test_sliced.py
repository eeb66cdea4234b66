"""Long answers leave in slices, short ones as all others."""

from __future__ import annotations

import json

import pytest
from aiohttp import web
from aiohttp.payload import Payload
from aiohttp.test_utils import make_mocked_request

from app.web.answers import REQUEST_ID
from app.web.sliced import SLICED_FROM, sliced


def request() -> web.Request:
    made = make_mocked_request("GET", "/api/v1/x")
    made[REQUEST_ID] = "null"
    return made


async def test_a_short_answer_is_put_together() -> None:
    response = sliced(request(), [b"[1", b",2]"])
    assert isinstance(response.body, bytes)
    assert json.loads(response.body)["data"] == [1, 2]


@pytest.mark.parametrize("more", [0, 1, 1_000_000])
async def test_a_long_answer_is_sent_slice_by_slice(more: int) -> None:
    slices = [b'["', b"x" * SLICED_FROM, b"y" * more, b'"]']
    response = sliced(request(), slices)
    body = response.body
    assert isinstance(body, Payload)
    sent = [each async for each in body._value]
    assert sent[1:-1] == slices
    whole = b"".join(sent)
    assert int(response.headers["Content-Length"]) == len(whole)
    told = json.loads(whole)
    assert (told["success"], told["meta"]["request_id"]) == (True, "null")
    assert told["data"] == ["x" * SLICED_FROM + "y" * more]

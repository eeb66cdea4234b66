"""The list of all calculations: made by a worker once, and sent as it was kept."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from actors.calculation_pool.messages import Compute, Lane
from actors.runtime.testing import RecordingRef
from app.calculations import listing as made
from app.calculations.catalogue import catalogue
from app.calculations.listing import LIST
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA
from app.errors import InternalError
from app.keys import POOL, SETTINGS
from app.settings import Settings
from app.web.answers import REQUEST_ID
from app.web.listing import LISTING, list_calculations, listing
from app.wire import Outcome, decode
from tests.server import RunningServer

BASE = "/api/v1/calculations"


def answering(outcome: Outcome) -> tuple[web.Application, RecordingRef[Compute]]:
    """An application whose workers answer so."""
    app, pool = web.Application(), RecordingRef[Compute]({Compute: outcome})
    app[POOL], app[SETTINGS] = pool, Settings()
    app[LISTING] = listing(app)
    return app, pool


def asking(app: web.Application, number: int, **headers: str) -> web.Request:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    request = make_mocked_request("GET", BASE, told, app=app)
    request[REQUEST_ID] = f"request-{number}"
    return request


def body_of(response: web.Response) -> Any:
    assert isinstance(response.body, bytes)
    packed = response.headers.get("Content-Encoding") == "gzip"
    return decode(gzip.decompress(response.body) if packed else response.body)


async def test_workers_are_asked_once_whoever_asks() -> None:
    app, pool = answering(Outcome(200, b'{"calculations":[]}'))
    answers = [body_of(await list_calculations(asking(app, number))) for number in range(3)]
    assert pool.asked == [Compute(LIST, b"", Lane.LONG)]
    assert [answer["meta"]["request_id"] for answer in answers] == [
        "request-0",
        "request-1",
        "request-2",
    ]
    assert [answer["data"] for answer in answers] == [{"calculations": []}] * 3


@pytest.mark.parametrize("repeats", [1, 3000])
async def test_the_packed_answer_ends_with_what_belongs_to_the_request(repeats: int) -> None:
    app, _ = answering(Outcome(200, b"[%b0]" % (b'"some text",' * repeats)))
    for number in range(3):
        plain = body_of(await list_calculations(asking(app, number)))
        packed = body_of(await list_calculations(asking(app, number, Accept_Encoding="gzip")))
        assert packed["data"] == plain["data"]
        assert len(plain["data"]) == repeats + 1
        assert packed["meta"]["request_id"] == f"request-{number}"


async def test_a_failure_is_no_list_and_the_next_one_asks_again() -> None:
    app, pool = answering(Outcome(500, b'"success":false'))
    with pytest.raises(InternalError):
        await list_calculations(asking(app, 0))
    pool.replies[Compute] = Outcome(200, b"[]")
    assert body_of(await list_calculations(asking(app, 1)))["data"] == []


def test_a_worker_describes_the_whole_catalogue() -> None:
    told = made.operations()[LIST](b"", SwissAlmanac([DATA]))
    assert told.status == 200
    assert [one["name"] for one in decode(told.fragment)["calculations"]] == list(catalogue())


def test_who_has_the_list_is_told_that_it_still_holds(server: RunningServer) -> None:
    first = server.get(BASE)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = server.get(BASE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert server.get(BASE, headers={"If-None-Match": '"another"'}).status_code == 200


def test_the_list_has_the_envelope_of_every_answer(server: RunningServer) -> None:
    response = server.get(BASE, headers={"X-Request-ID": "of-this-test"})
    answer = json.loads(response.content)
    assert list(answer) == ["success", "data", "error", "meta"]
    assert answer["meta"].keys() == {"request_id", "timestamp"}
    assert answer["meta"]["request_id"] == "of-this-test"

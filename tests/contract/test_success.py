"""Every documented operation answers: its status, the names of its fields, and their types."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
import requests

from tests.contract.rows import Row, Success, Wrap
from tests.contract.shapes import Shape, departures
from tests.contract.table import ROWS
from tests.contract.world import World
from tests.server import LONG_ENOUGH


def cases() -> list[Any]:
    return [
        pytest.param(row, path, success, id=f"{row.name}-{success.what}-{family(path)}")
        for row in ROWS
        for path in row.paths
        for success in row.successes
    ]


def family(path: str) -> str:
    """The first words of a path, which tell its two forms apart."""
    return "calculations" if path.startswith("/api/calculations/") else "api"


def sent(world: World, row: Row, path: str, success: Success) -> requests.Response:
    return world.send(row.method, path, success.ask, success.caller or row.caller)


def data_of(row: Row, body: Any) -> Any:
    """What an answer tells, with the envelope that its clients know around it."""
    if row.wrap is Wrap.BARE:
        return body
    assert body["success"] is True
    assert body.get("error") is None
    if row.wrap is Wrap.BOTH:
        assert {name: body[name] for name in body["data"]} == body["data"]
    return body["data"]


@pytest.mark.parametrize(("row", "path", "success"), cases())
def test_an_operation_answers_in_its_shape(
    world: World, row: Row, path: str, success: Success
) -> None:
    reply = sent(world, row, path, success)
    assert reply.status_code == row.status, reply.text
    assert str(UUID(reply.headers["X-Request-ID"])) == reply.headers["X-Request-ID"]
    if row.wrap is Wrap.EMPTY:
        assert reply.content == b""
        return
    assert reply.headers["Content-Type"].startswith("application/json")
    shape: Shape = row.shape if success.shape is None else success.shape
    assert list(departures(data_of(row, reply.json()), shape)) == []


@pytest.mark.parametrize(
    ("row", "path"),
    [
        pytest.param(row, path, id=f"{row.name}-{family(path)}")
        for row in ROWS
        for path in row.paths
        if row.takes_json
    ],
)
def test_json_is_read_whatever_its_type_is_said_to_be(world: World, row: Row, path: str) -> None:
    """Clients that forget the header are understood."""
    success = row.successes[0]
    reply = requests.request(
        row.method,
        world.server.url + world.filled(path),
        data=json.dumps(world.filled(success.ask.json)).encode(),
        headers=world.credentials(success.caller or row.caller),
        timeout=LONG_ENOUGH,
    )
    assert reply.status_code == row.status, reply.text

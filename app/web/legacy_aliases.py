"""Paths that clients know from documentation alone: other names of what is elsewhere.

Not here, and so 404, are `/v1/calculate/natal`, which wants a chart without a token, and the other
paths under `/v1`, whose place is `/api`. `/api/charts/compare` has no request that anybody wrote
down: charts are compared at `/api/charts/{chart_id}/synastry`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from enum import unique
from types import MappingProxyType
from typing import Annotated, Any

from aiohttp import web
from pydantic import FailFast, Field, ValidationError

from app.astrology.names import Name
from app.calculations.fields import named
from app.calculations.problems import invalid
from app.calculations.request import CalculationRequest
from app.errors import InvalidInput
from app.security.tokens import Scope
from app.web import auth, health
from app.web.answers import enveloped
from app.web.bodies import json_members, require_json
from app.web.calculations import compute, legacy
from app.web.limits import count_more
from app.web.routing import Route, RouteClass
from app.wire import Outcome, decode, encode, inside, success


@unique
class Part(Name):
    """What a bundle may hold."""

    POSITIONS = "positions"
    ASPECTS = "aspects"
    HOUSES = "houses"


ENTRIES = MappingProxyType(
    {Part.POSITIONS: "planetary-positions", Part.ASPECTS: "aspects", Part.HOUSES: "houses"}
)
"""The calculation behind each part of a bundle; no two of them name a member alike."""
MOST_PARTS = 8
"""Parts that are read, the same one twice included."""


class Bundle(CalculationRequest):
    """Several calculations for one birth, whose fields stand beside `calculations`."""

    calculations: Annotated[
        tuple[Annotated[Part, *named(Part)], ...],
        FailFast(),
        Field(max_length=MOST_PARTS),
    ]


async def post_bundle(request: web.Request) -> web.Response:
    """POST /api/v1/calculations -> 200 with the data of all, or the refusal of one of them.

    It counts as many calculations against the limit as it holds: 429 unless all of them may be.
    """
    require_json(request)
    birth = await json_members(request)
    parts = dict.fromkeys(_parts(birth.pop("calculations", None)))
    if len(parts) > 1:
        count_more(request, len(parts) - 1)
    body = encode(birth)
    outcomes = await _computed(request, parts, body)
    failure = next((outcome for outcome in outcomes if not _is_success(outcome)), None)
    if failure is not None:
        return enveloped(request, failure)
    return enveloped(request, _joined(dict(zip(parts, outcomes, strict=True))))


async def _computed(request: web.Request, parts: Iterable[Part], body: bytes) -> list[Outcome]:
    """What each part answers; raises the first failure, and the others are given up."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(compute(request, ENTRIES[part], body)) for part in parts]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


def _parts(asked: Any) -> tuple[Part, ...]:
    """What is asked for; raises InvalidInput."""
    given = {} if asked is None else {"calculations": asked}
    try:
        parts = Bundle.model_validate_json(encode(given)).calculations
    except ValidationError as error:
        raise invalid(error, Bundle) from error
    if not parts:
        expected = f"one or more of {', '.join(Part.__members__)}"
        raise InvalidInput.of("calculations", expected, asked)
    return parts


def _is_success(outcome: Outcome) -> bool:
    return outcome.status < web.HTTPBadRequest.status_code


def _joined(outcomes: dict[Part, Outcome]) -> Outcome:
    """The members of all answers as one, and the meta of each by its name."""
    data: dict[str, Any] = {}
    for outcome in outcomes.values():
        data |= decode(b"{%b}" % outcome.fragment)["data"]
    meta = {part.value: decode(b"{%b}" % outcome.meta) for part, outcome in outcomes.items()}
    return Outcome(200, success(encode(data)), inside({"calculations": meta}))


def routes() -> tuple[Route, ...]:
    scope, calculation = Scope.CALCULATIONS, RouteClass.CALCULATION
    return (
        Route("POST", "/api/v1/calculations", post_bundle, scope, hidden=True, counted=calculation),
        Route("GET", "/api/v1/calculations/health", health.health, hidden=True),
        *(
            Route("POST", path, legacy(operation), scope, hidden=True, counted=calculation)
            for path, operation in (
                ("/api/calculations/positions", "calculations/planetary-positions"),
                ("/api/calculations/chart", "stateless/natal-chart"),
            )
        ),
        Route(
            *("GET", "/api/users/profile", auth.get_me, scope),
            hidden=True,
            counted=RouteClass.ACCOUNT,
        ),
        Route("POST", "/api/auth/token", auth.post_login, hidden=True, counted=RouteClass.AUTH),
    )

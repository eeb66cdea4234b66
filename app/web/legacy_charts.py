"""Stored charts as existing clients keep them: bare bodies, `skip` and `limit`, local dates."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import Field

from app.accounts.holders import account_of
from app.charts.keeping import change_chart, chart_of, delete_chart
from app.charts.lookup import oldest_charts
from app.charts.reading import Manner, content_from
from app.compat.stateless import LegacyNatalChart
from app.compat.stored_shapes import (
    LegacyChartBody,
    LegacyChartChange,
    LegacyNatalBody,
    LegacySavedChart,
    LegacyStoredNatal,
    body_of,
    change_of,
    natal_body,
    natal_request,
    saved_shape,
)
from app.errors import AppError, InvalidInput
from app.keys import ACCOUNTS, EDIT_TURNS, PRINCIPAL, SETTINGS
from app.security.tokens import Scope
from app.storage.charts import (
    ChartContent,
    SavedChart,
    insert_chart,
)
from app.storage.postgres import Connection
from app.web.answers import bare, enveloped
from app.web.bodies import Body, json_members, query_of
from app.web.calculations import compute
from app.web.charts import asking, chart_id_in
from app.web.finding import listed_at
from app.web.idempotency import Answer, once
from app.web.instants import instant
from app.web.routing import Handler, Route, RouteClass
from app.wire import decode, encode, failure

LEGACY_CHARTS = "/api/charts"
LEGACY_CHART = f"{LEGACY_CHARTS}/{{chart_id}}"
NATAL = "stateless/natal-chart"
MANNER, NATAL_MANNER = Manner(lax=True), Manner(lax=True, zone="UTC")
MOST_SKIPPED, MOST_LISTED = 100_000, 1000
SHOWN_AT_ONCE = 100
"""Charts that take half a millisecond to be shaped; then others have their turn."""


class Page(Body):
    """Which charts, in the order in which they were made."""

    skip: Annotated[int, Field(ge=0, le=MOST_SKIPPED)] = 0
    limit: Annotated[int, Field(ge=0, le=MOST_LISTED)] = 20


class ToldInText(AppError):
    """What is wrong with a request whose refusals are a text, not a list."""

    code = "VALIDATION_ERROR"


async def create_natal(request: web.Request) -> web.Response:
    """POST /api/charts/natal -> 200 with the chart, computed and stored; 422."""
    given = natal_body(await json_members(request))
    try:
        content = await content_from(asking(request), given, manner=NATAL_MANNER)
    except InvalidInput as error:
        raise _in_text(error) from error
    outcome = await compute(request, NATAL, encode(natal_request(content)))
    if outcome.status != HTTPStatus.OK:
        return enveloped(request, outcome)
    reply: LegacyNatalChart = decode(b"{%b}" % outcome.fragment)["data"]

    def told(chart: SavedChart) -> LegacyStoredNatal:
        return {"chart_id": str(chart.id), **reply}

    return await _stored(request, content, told)


async def create(request: web.Request) -> web.Response:
    """POST /api/charts -> 200 with the chart; 422."""
    given = body_of(await json_members(request))
    content = await content_from(asking(request), given, manner=MANNER)
    return await _stored(request, content, partial(_shown, request))


async def list_all(request: web.Request) -> web.Response:
    """GET /api/charts?skip&limit -> 200 with a bare list; 422."""
    page = query_of(request, Page)
    postgres, owner = request.app[ACCOUNTS].postgres, _owner(request)
    charts = await oldest_charts(postgres, owner, page.limit, page.skip)
    shown = []
    for start in range(0, len(charts), SHOWN_AT_ONCE):
        shown += [_shown(request, chart) for chart in charts[start : start + SHOWN_AT_ONCE]]
        await asyncio.sleep(0)
    return bare(shown)


async def get(request: web.Request) -> web.Response:
    """GET /api/charts/{chart_id} -> 200, 404."""
    chart = await chart_of(request.app[ACCOUNTS].postgres, _owner(request), _chart_id(request))
    return bare(_shown(request, chart))


async def change(request: web.Request) -> web.Response:
    """PUT /api/charts/{chart_id} -> 200 with the chart as it is then; 404, 422."""
    postgres, turns = request.app[ACCOUNTS].postgres, request.app[EDIT_TURNS]
    owner, chart_id, given = _owner(request), _chart_id(request), await json_members(request)
    changed = await change_chart(
        *(postgres, turns, asking(request), owner, chart_id, given), manner=MANNER, meant=change_of
    )
    return bare(_shown(request, changed.chart))


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/charts/{chart_id} -> 204, 404."""
    await delete_chart(request.app[ACCOUNTS].postgres, _owner(request), _chart_id(request))
    return web.Response(status=204)


async def _stored(
    request: web.Request, content: ChartContent, show: Callable[[SavedChart], Any]
) -> web.Response:
    """The answer about a chart that is stored now."""
    owner, most = _owner(request), request.app[SETTINGS].charts_per_user

    async def work(connection: Connection) -> Answer:
        answer = show(await insert_chart(connection, owner, content, most))
        return Answer(answer, answer)

    return await once(request, work)


def _owner(request: web.Request) -> UUID:
    return account_of(request[PRINCIPAL])


def _chart_id(request: web.Request) -> UUID:
    return chart_id_in(request, "chart_id")


def _shown(request: web.Request, chart: SavedChart) -> LegacySavedChart:
    return saved_shape(chart, partial(instant, request))


def _in_text(error: InvalidInput) -> AppError:
    """A refusal of values as a text; of what is missing it stays a list."""
    if any(problem.kind == "missing" for problem in error.problems):
        return error
    details = decode(b"{%b}" % failure(error))["error"]["details"]
    return ToldInText(error.message, details=details)


def routes() -> tuple[Route, ...]:
    def route(method: str, path: str, handler: Handler, summary: str, **more: Any) -> Route:
        given = {"scope": Scope.CALCULATIONS, "counted": RouteClass.STORED, **more}
        finding = listed_at(LEGACY_CHARTS, handler)
        return Route(method, path, finding, summary=f"{summary} (compatible shape)", **given)

    chart: dict[str, Any] = {"gives": LegacySavedChart}
    making: dict[str, Any] = {"once": True, "refuses": (409,)}
    return (
        route(
            *("POST", f"{LEGACY_CHARTS}/natal", create_natal, "Compute and store a natal chart"),
            counted=RouteClass.CALCULATION,
            takes=LegacyNatalBody,
            gives=LegacyStoredNatal,
            **making,
        ),
        route(
            "POST", LEGACY_CHARTS, create, "Store a chart", takes=LegacyChartBody, **chart, **making
        ),
        route(
            *("GET", LEGACY_CHARTS, list_all, "Your charts, the oldest first"),
            query=Page,
            gives=list[LegacySavedChart],
        ),
        route("GET", LEGACY_CHART, get, "One of your charts", refuses=(404,), **chart),
        route(
            *("PUT", LEGACY_CHART, change, "Change a chart; what is left out stays"),
            takes=LegacyChartChange,
            refuses=(404, 409),
            **chart,
        ),
        route("DELETE", LEGACY_CHART, delete, "End a chart", answers=204, refuses=(404,)),
    )

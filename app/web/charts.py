"""Stored charts over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aiohttp import hdrs, web
from aiohttp.helpers import ETAG_ANY

from actors.calculation_pool.messages import Compute
from app.accounts.holders import account_of
from app.charts import keeping
from app.charts.reading import Ask, content_from
from app.compat.legacy import Payload
from app.errors import Conflicting, InvalidInput
from app.keys import ACCOUNTS, EDIT_TURNS, POOL, PRINCIPAL, SETTINGS
from app.security.tokens import Scope
from app.storage.charts import Listing, SavedChart, insert_chart, no_chart
from app.storage.postgres import Connection
from app.web.answers import has_already, note_ignored, told
from app.web.bodies import json_members, query_of
from app.web.chart_shapes import (
    ChartAnswer,
    ChartChange,
    ChartsPage,
    ChartsQuery,
    FieldsQuery,
    NewChart,
    members_in,
    shown,
)
from app.web.chart_warnings import unread
from app.web.finding import listed_at
from app.web.idempotency import Answer, once
from app.web.ids import LONGEST_ID, id_of
from app.web.routing import Route, RouteClass
from app.wire import Outcome

CHARTS = "/api/v1/charts"


async def create(request: web.Request) -> web.Response:
    """POST …/charts -> 201, 409 beyond the most of an account, 422."""
    user_id, given = account_of(request[PRINCIPAL]), await json_members(request)
    note_ignored(request, unread(given, NewChart))
    warnings: list[str] = []
    content = await content_from(asking(request), given, warn=warnings.append)
    note_ignored(request, warnings)
    most = request.app[SETTINGS].charts_per_user

    async def work(connection: Connection) -> Answer:
        made = shown(request, await insert_chart(connection, user_id, content, most))
        return Answer(made, made, 201)

    return await once(request, work)


async def list_all(request: web.Request) -> web.Response:
    """GET …/charts?limit&cursor&sort&search&fields -> 200, 422."""
    asked = query_of(request, ChartsQuery)
    members = members_in(asked.fields)
    page = await keeping.page_of_charts(
        request.app[ACCOUNTS].postgres,
        account_of(request[PRINCIPAL]),
        Listing(asked.sort, asked.limit),
        search=asked.search,
        cursor=asked.cursor,
    )
    charts = [shown(request, chart, members) for chart in page.charts]
    return told(request, {"charts": charts, "next_cursor": page.next_cursor})


async def get(request: web.Request) -> web.Response:
    """GET …/charts/{id}?fields -> 200 with ETag, 304, 404."""
    members = members_in(query_of(request, FieldsQuery).fields)
    chart = await keeping.chart_of(*_whose(request))
    headers = {hdrs.ETAG: _tag(chart)}
    if has_already(request, str(chart.version)):
        return web.Response(status=304, headers=headers)
    return _told(request, chart, members)


async def change(request: web.Request) -> web.Response:
    """PATCH, PUT …/charts/{id} -> 200, 404, 409 for another version than the one named, 422."""
    postgres, user_id, chart_id = _whose(request)
    given = await json_members(request)
    version = _version(request, given)
    changed = await keeping.change_chart(
        postgres,
        request.app[EDIT_TURNS],
        asking(request),
        user_id,
        chart_id,
        given,
        version=version,
    )
    as_shown = (shown(request, chart) for chart in (changed.before, changed.chart))
    note_ignored(request, unread(given, ChartChange, *as_shown))
    note_ignored(request, changed.warnings)
    return _told(request, changed.chart)


async def delete(request: web.Request) -> web.Response:
    """DELETE …/charts/{id} -> 204, 404, 409 for another version than the one named."""
    await keeping.delete_chart(*_whose(request), version=_version(request, {}))
    return web.Response(status=204)


def asking(request: web.Request) -> Ask:
    """What asks a worker on behalf of a request; raises what `Ref.ask` raises."""
    pool, within = request.app[POOL], request.app[SETTINGS].request_deadline

    async def ask(operation: str, body: bytes) -> Outcome:
        return await pool.ask(Compute(operation, body), within=within)

    return ask


def chart_id_in(request: web.Request, name: str = "id") -> UUID:
    """The chart in the path; raises NotFound for what is no id either."""
    return id_of(request.match_info[name], no_chart)


def _whose(request: web.Request) -> tuple[Any, UUID, UUID]:
    """The database, the caller's account, and the chart in the path."""
    return request.app[ACCOUNTS].postgres, account_of(request[PRINCIPAL]), chart_id_in(request)


def _version(request: web.Request, given: Payload) -> int | None:
    """The version that a change is meant for; raises InvalidInput, or Conflicting for no version.

    Of `version` in the body and `If-Match` the body counts.
    """
    version = given.get("version")
    if version is not None:
        if not isinstance(version, int) or isinstance(version, bool):
            raise InvalidInput.of("version", "a whole number", version)
        return version
    tags = request.if_match
    if tags is None or ETAG_ANY in {tag.value for tag in tags}:
        return None
    numbers = [tag.value for tag in tags]
    if len(numbers) != 1 or not (numbers[0].isascii() and numbers[0].isdigit()):
        msg = "If-Match names no version of this chart; send the ETag that you have got"
        raise Conflicting(msg)
    return int(numbers[0][:LONGEST_ID])


def _told(
    request: web.Request, chart: SavedChart, members: frozenset[str] | None = None
) -> web.Response:
    response = told(request, shown(request, chart, members))
    response.headers[hdrs.ETAG] = _tag(chart)
    return response


def _tag(chart: SavedChart) -> str:
    return f'W/"{chart.version}"'


def routes() -> tuple[Route, ...]:
    def route(method: str, path: str, handler: Any, summary: str, **more: Any) -> Route:
        given = {"scope": Scope.CALCULATIONS, "counted": RouteClass.STORED, **more}
        return Route(method, path, listed_at(CHARTS, handler), summary=summary, **given)

    one = f"{CHARTS}/{{id}}"
    chart: dict[str, Any] = {"gives": ChartAnswer}
    changing: dict[str, Any] = {"takes": ChartChange, "refuses": (404, 409), "etag": True, **chart}
    return (
        route(
            *("POST", CHARTS, create, "Keep a chart"),
            takes=NewChart,
            answers=201,
            once=True,
            refuses=(409,),
            **chart,
        ),
        route(
            *("GET", CHARTS, list_all, "A page of your charts"), query=ChartsQuery, gives=ChartsPage
        ),
        route(
            *("GET", one, get, "One of your charts"),
            query=FieldsQuery,
            refuses=(404,),
            etag=True,
            **chart,
        ),
        route("PATCH", one, change, "Change a chart; what is left out stays", **changing),
        route("PUT", one, change, "Change a chart, as PATCH does", **changing),
        route(*("DELETE", one, delete, "End a chart"), answers=204, refuses=(404, 409), etag=True),
    )

"""Calculations on stored charts: the catalogue's, and those of the public API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from aiohttp import web
from pydantic_core import to_json

from app.accounts.holders import account_of
from app.calculations.catalogue import Calculation, catalogue
from app.charts.legacy_names import hints
from app.charts.lookup import charts_with_ids
from app.charts.merging import (
    SECOND,
    SECOND_IDS,
    ZONE,
    is_of_two,
    legacy_request,
    own_request,
    second_id,
    time_of_birth,
    warnings,
    without_ids,
)
from app.charts.reading import zone_of
from app.charts.refusals import beside, renamed, timeless
from app.compat.charts import CHART_ADAPTERS
from app.compat.direct import OPERATIONS
from app.compat.legacy import read_object
from app.errors import LEGACY_STATUS_OF, AppError, InvalidInput
from app.keys import ACCOUNTS, PRINCIPAL
from app.security.tokens import Scope
from app.storage.charts import SavedChart, no_chart
from app.web.answers import enveloped
from app.web.bodies import READ_HERE, body_too_large, read_body, require_json
from app.web.calculations import (
    asked,
    compute,
    known_name,
    legacy,
    long_work,
    note_unread_query,
    shown,
)
from app.web.charts import CHARTS, asking
from app.web.finding import listed_at
from app.web.ids import id_of
from app.web.legacy_charts import LEGACY_CHART, LEGACY_CHARTS
from app.web.routing import Handler, Route, RouteClass
from app.web.streams import streamed, wants_lines
from app.wire import Outcome, decode, inside

OWN = f"{CHARTS}/{{id}}/{{calculation}}"
LEGACY = ("/api/calculations/charts/{chart_id}", LEGACY_CHART)
"""The two families of paths of the public API."""
STRICT_TARGET = LEGACY[0]
"""The family where a synastry without another chart is 400, not 422."""

SYNASTRY = "charts/synastry"
_BY_ID = MappingProxyType(
    {f"calculations/{one.name}": f"charts/{one.chart_name}" for one in OPERATIONS}
)
"""Operations for birth data, and the same for a stored chart."""


class NoTarget(AppError):
    """No second chart is told, which one family of paths has always answered with 400."""

    code = "VALIDATION_ERROR"

    @property
    def status(self) -> int:
        return LEGACY_STATUS_OF[self.code]


async def post_chart_calculation(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/charts/{id}/{calculation} -> as the calculation itself; 404 unknown chart."""
    entry = catalogue()[known_name(request.match_info["calculation"])]
    require_json(request)
    body = read_object(await read_body(request, READ_HERE))
    note_unread_query(request, entry.name, ())
    told = _second_of_pair(entry, body)
    chart, second = await _charts(request, request.match_info["id"], told)
    given = await _with_zone(request, without_ids(body) if second is not None else body)
    text = to_json(own_request(entry, given, chart, second))
    if wants_lines(request, entry.name):
        return await streamed(request, long_work(request, entry.name, text))
    outcome = await compute(request, asked(request, entry.name), text)
    if told is not None:
        outcome = renamed(outcome, beside(second=told[0]))
    times = {time_of_birth(entry): ("path.id", str(chart.id)), **_time_of(told)}
    told_better = _with_hints(timeless(outcome, times), hints(entry, given))
    return shown(request, _marked(told_better, chart, second, warnings(entry, given, chart)))


def of_chart(operation: str, family: str) -> Handler:
    """The handler of POST <family>/<op>, in the shape of the public API."""

    async def post_legacy(request: web.Request) -> web.Response:
        body = _object_in(await read_body(request, READ_HERE))
        told = _target(body, family) if operation == SYNASTRY else None
        chart, second = await _charts(request, request.match_info["chart_id"], told)
        text = to_json(legacy_request(without_ids(body), chart, second))
        outcome = await compute(request, operation, text)
        named = renamed(outcome, beside(second=told[0] if told else None))
        times = {"time": ("path.chart_id", str(chart.id)), **_time_of(told)}
        return enveloped(request, _marked(timeless(named, times), chart, second))

    return listed_at(LEGACY_CHARTS, post_legacy)


def by_birth_or_chart(operation: str) -> Handler:
    """The handler of an operation for birth data, taking `{chart_id, parameters}` where it can."""
    by_birth, by_id = legacy(operation), _BY_ID.get(operation)
    if by_id is None:
        return by_birth

    async def post_legacy(request: web.Request) -> web.StreamResponse:
        if b'"chart_id"' not in (text := await read_body(request)):
            return await by_birth(request)
        if len(text) > READ_HERE:
            raise body_too_large(READ_HERE)
        body = read_object(text)
        chart_id = body.pop("chart_id", None)
        if chart_id is None:
            return await by_birth(request)
        parameters = body.pop("parameters", None)
        if not isinstance(parameters, dict | None):
            raise InvalidInput.of("parameters", "an object, or left out", parameters)
        chart, _ = await _charts(request, _id_text("chart_id", chart_id), None)
        merged = legacy_request({**body, **(parameters or {})}, chart)
        outcome = await compute(request, by_id, to_json(merged))
        aside = None if parameters is None else body.keys() - parameters.keys()
        named = renamed(outcome, beside(parameters=aside))
        times = {"time": ("chart_id", str(chart.id))}
        return enveloped(request, _marked(timeless(named, times), chart))

    return listed_at(LEGACY_CHARTS, post_legacy)


def _second_of_pair(entry: Calculation, body: dict[str, Any]) -> tuple[str, str] | None:
    """The name and text of another chart's id, or None; raises InvalidInput."""
    if not is_of_two(entry):
        return None
    told, inline = second_id(body), body.get(SECOND)
    if told is None and inline is None:
        expected = f"given, or {SECOND_IDS[0]} with the id of another stored chart"
        raise InvalidInput.of(SECOND, expected, None)
    if told is not None and inline is not None:
        raise InvalidInput.of(SECOND, f"left out, because {told[0]} is given", inline)
    return None if told is None else (told[0], _id_text(*told))


def _target(body: dict[str, Any], family: str) -> tuple[str, str]:
    """The same for a synastry of the public API, which cannot do without."""
    if (told := second_id(body)) is not None:
        return told[0], _id_text(*told)
    if family == STRICT_TARGET:
        msg = f"{SECOND_IDS[0]} must be given: the id of another stored chart"
        raise NoTarget(msg, details={"field": SECOND_IDS[0]})
    raise InvalidInput.of(SECOND_IDS[0], "given: the id of another stored chart", None)


def _time_of(told: tuple[str, str] | None) -> dict[str, tuple[str, str]]:
    """Which id belongs to the time of the second chart, as its refusal names it."""
    return {} if told is None else {f"{told[0]}.time": told}


async def _with_zone(request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
    """A body whose second birth has a zone: that of its coordinates where it tells none.

    Raises InvalidInput.
    """
    other = body.get(SECOND)
    if not isinstance(other, dict) or other.get(ZONE) is not None:
        return body
    try:
        zone = await zone_of(asking(request), other)
    except InvalidInput as error:
        raise error.inside(SECOND) from error
    return body if zone is None else {**body, SECOND: {**other, ZONE: zone}}


async def _charts(
    request: web.Request, chart_id: str, second: tuple[str, str] | None
) -> tuple[SavedChart, SavedChart | None]:
    """The charts of the caller with these ids; raises NotFound."""
    first, other = id_of(chart_id, no_chart), None if second is None else id_of(second[1], no_chart)
    owner, postgres = account_of(request[PRINCIPAL]), request.app[ACCOUNTS].postgres
    return await charts_with_ids(postgres, owner, first, other)


def _id_text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidInput.of(field, "the id of a stored chart", value)
    return value


def _object_in(body: bytes) -> dict[str, Any]:
    if not body:
        raise InvalidInput.of("body", "given: a JSON object, which may be {}", None)
    return read_object(body)


def _marked(
    outcome: Outcome,
    chart: SavedChart,
    second: SavedChart | None = None,
    warned: Sequence[str] = (),
) -> Outcome:
    """The same outcome, whose meta tells which chart it was, and in which version."""
    told: dict[str, Any] = {"chart_id": chart.id, "chart_version": chart.version}
    if second is not None:
        told |= {"target_chart_id": second.id, "target_chart_version": second.version}
    meta = outcome.meta
    if warned and meta:
        known = decode(b"{%b}" % meta)
        meta = inside({**known, "warnings": [*known["warnings"], *warned]})
    return replace(outcome, meta=b",".join(filter(None, (inside(told), meta))))


def _with_hints(outcome: Outcome, hinted: Mapping[str, str]) -> Outcome:
    """The same outcome, whose warnings name what is asked here by another name."""
    if not hinted or not outcome.meta:
        return outcome
    known = decode(b"{%b}" % outcome.meta)
    known["warnings"] = [hinted.get(warning, warning) for warning in known["warnings"]]
    return replace(outcome, meta=inside(known))


def routes() -> tuple[Route, ...]:
    return (
        *(
            Route(
                "POST",
                f"{family}/{adapter.name.removeprefix('charts/')}",
                of_chart(adapter.name, family),
                Scope.CALCULATIONS,
                summary=f"{adapter.entry().summary}, for a stored chart (compatible shape)",
                operation=adapter.name,
                counted=RouteClass.CALCULATION,
            )
            for family in LEGACY
            for adapter in CHART_ADAPTERS
        ),
        Route(
            "POST",
            OWN,
            listed_at(CHARTS, post_chart_calculation),
            Scope.CALCULATIONS,
            summary="Any calculation, for a stored chart",
            counted=RouteClass.CALCULATION,
        ),
    )

"""What is asked of a stored chart, as a request to the operation that answers it.

The stored birth goes where the operation has a birth: to the top level, into `natal_chart`, or into
`chart1` of two. What the caller gives stands, but for the birth itself; what the caller leaves out
of houses, aspects and orbs is as the chart prefers it. Days of the sky of any time are those of the
birthplace's clock, and what is about no birth is asked for that place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from app.astrology.aspects import MAJOR_ASPECTS
from app.astrology.houses import HouseSystem
from app.astrology.names import spelled
from app.calculations.birth import UNKNOWN, BirthRequest
from app.calculations.catalogue import Calculation
from app.calculations.charts import ChartData
from app.calculations.orbs import MOST_ORBS, OrbChoice
from app.calculations.paths import kinds
from app.calculations.request import CalculationRequest
from app.calculations.sky_events import EventPlace
from app.errors import InvalidInput
from app.storage.charts import SavedChart

Members = dict[str, Any]
Request = type[CalculationRequest]

_ANSWERING_WITHOUT = frozenset({"eclipses"})
"""Calculations about the sky of any time to which a birth of known time only adds something."""
_LEFT_OUT = "the time of the stored chart is unknown: its houses, and the points hit, were left out"
SECOND = "chart2"
FLAT = ""
"""Where the birth is, in requests that have its members at top level."""
ZONE, PLACE = "timezone", "place"
"""What requests without a birth may have of one."""
TO_NATAL = "orbs_to_natal"
"""Orbs of aspects to a birth, where others are those of a chart that is cast beside it."""
BIRTH_FIELDS = tuple(BirthRequest.model_fields)
SECOND_IDS = ("target_chart_id", "second_chart_id", "chart2_id")
"""Names by which callers tell another stored chart."""


@cache
def births_of(request: Request) -> tuple[str, ...]:
    """The fields of a request that hold a birth: none, one, or the two of a pair."""
    if issubclass(request, BirthRequest):
        return (FLAT,)
    fields = request.model_fields.items()
    return tuple(name for name, known in fields if ChartData in kinds(known))


def time_of_birth(entry: Calculation) -> str:
    """The field of a request that tells the time of the first birth."""
    return ".".join(filter(None, (*births_of(entry.request)[:1], "time")))


def is_of_two(entry: Calculation) -> bool:
    """Whether a calculation compares two charts."""
    return SECOND in births_of(entry.request)


def own_request(
    entry: Calculation, body: Members, chart: SavedChart, second: SavedChart | None = None
) -> Members:
    """The request to a catalogue entry; raises InvalidInput."""
    births = births_of(entry.request)
    if not births:
        return {**_at_birthplace(entry.request, body, chart), **body}
    field = births[0]
    asked = {**body, **_preferred(entry.request, body, chart.config)}
    if field == FLAT:
        return {**_houses(entry.request, chart), **asked, **_birth(chart)}
    asked = {**_clock(entry.request, chart), **asked}
    if _only_adds(entry, chart):
        asked.pop(field, None)
        return asked
    asked[field] = {**_houses(ChartData, chart), **_given(field, body), **_birth(chart)}
    if second is not None:
        asked[SECOND] = {**_houses(ChartData, second), **_birth(second)}
    return asked


def _only_adds(entry: Calculation, chart: SavedChart) -> bool:
    """Whether the birth would only add to an answer, and cannot since nobody knows its time."""
    return entry.name in _ANSWERING_WITHOUT and chart.birth.get("time") == UNKNOWN


def warnings(entry: Calculation, body: Members, chart: SavedChart) -> list[str]:
    """A warning for a birth that was left out, and each member that it took the place of."""
    births = births_of(entry.request)
    if not births:
        return []
    field = births[0]
    path = f"{field}." if field else ""
    given = _given(field, body) if field else body
    told = [name for name in BIRTH_FIELDS if name in given]
    ignored = [f"field '{path}{name}' was ignored: the stored chart tells it" for name in told]
    return [_LEFT_OUT, *ignored] if _only_adds(entry, chart) else ignored


def second_id(body: Members) -> tuple[str, Any] | None:
    """The name and the value by which a body tells the second chart; None without one."""
    found = ((name, body[name]) for name in SECOND_IDS if body.get(name) is not None)
    return next(found, None)


def without_ids(body: Members) -> Members:
    """A body without what only names another chart."""
    return {name: value for name, value in body.items() if name not in SECOND_IDS}


def legacy_request(body: Members, chart: SavedChart, second: SavedChart | None = None) -> Members:
    """The request to an operation `charts/<op>` of the public API."""
    asked = {**body, "chart": _stored(chart)}
    return asked if second is None else {**asked, "target_chart": _stored(second)}


def _stored(chart: SavedChart) -> Members:
    return {**_birth(chart), "config": dict(chart.config)}


def _birth(chart: SavedChart) -> Members:
    return {name: chart.birth[name] for name in BIRTH_FIELDS if chart.birth.get(name) is not None}


def _at_birthplace(request: Request, body: Members, chart: SavedChart) -> Members:
    """The clock of the birthplace, and the place itself where charts are cast."""
    found = _clock(request, chart)
    if PLACE in request.model_fields and body.get("include_charts"):
        found[PLACE] = {name: chart.birth[name] for name in EventPlace.model_fields}
        found |= _houses(request, chart)
    return found


def _clock(request: Request, chart: SavedChart) -> Members:
    """The zone of the birthplace, for days that are not those of the birth itself."""
    return {ZONE: chart.birth[ZONE]} if ZONE in request.model_fields else {}


def _given(field: str, body: Members) -> Members:
    """What the caller says of the stored chart beside its birth; raises InvalidInput."""
    given = body.get(field)
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise InvalidInput.of(field, "an object, or left out", given)
    return given


def _houses(request: Request, chart: SavedChart) -> Members:
    """The house system that the chart prefers, where the request has one beside the birth.

    A chart has the customary one where nobody chose another; a request that is customarily asked in
    others, or in none, keeps to that.
    """
    known, preferred = request.model_fields.get("house_system"), chart.config.get("house_system")
    if known is None or not preferred:
        return {}
    if spelled(preferred) == HouseSystem.PLACIDUS and known.default is not HouseSystem.PLACIDUS:
        return {}
    return {"house_system": preferred}


def _preferred(request: Request, body: Members, config: Mapping[str, Any]) -> Members:
    """The aspects and orbs that the chart prefers, where the request means those of a chart.

    Where points that move have one orb for all aspects to a birth, they keep it: preferred orbs are
    those of a chart's own aspects. Where a chart of them is cast as well, its own have these.
    """
    found: Members = {}
    if _is_usual(request, "aspects") and config.get("aspects") and not body.get("aspects"):
        found["aspects"] = list(config["aspects"])
    if not _is_usual(request, "orbs") or not config.get("orbs"):
        return found
    casts = TO_NATAL in request.model_fields
    if casts or "orb" not in request.model_fields:
        sought = body.get("aspects") or found.get("aspects") or MAJOR_ASPECTS
        found |= _orbs(config["orbs"], body.get("orbs"), sought)
    if casts and body.get(TO_NATAL) is None:
        found[TO_NATAL] = body.get("orbs") or {}
    return found


def _is_usual(request: Request, name: str) -> bool:
    """Whether a field of a request is the one that charts have for their own aspects."""
    known, usual = request.model_fields.get(name), OrbChoice.model_fields[name]
    if known is None:
        return False
    return known.annotation == usual.annotation and known.default == usual.default


def _orbs(preferred: Mapping[str, float], given: Any, sought: Any) -> Members:
    """Orbs for the aspects that are looked for, those of the caller before those of the chart."""
    if given is not None and not isinstance(given, dict):
        return {}  # to be refused as it is
    own: Members = dict(given or {})
    wanted = _names(sought if isinstance(sought, list | tuple) else ()) - _names(own)
    return {"orbs": {name: orb for name, orb in preferred.items() if spelled(name) in wanted} | own}


def _names(names: Iterable[Any]) -> set[str]:
    """Aspects as they are named here; of more than a request may have, the first ones."""
    return {spelled(name) for name in list(names)[:MOST_ORBS] if isinstance(name, str)}

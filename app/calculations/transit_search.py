"""When transits, progressions or directed points are exact upon a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.bodies import Point
from app.astrology.search import Curves
from app.astrology.torn_loops import outside
from app.astrology.transits import (
    Pass,
    Passing,
    Visit,
    edges_of,
    joined,
    loops,
    passing,
    visits,
    within,
)
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.conventions import celestial
from app.calculations.provenance import computed_for
from app.calculations.shapes import Degrees, instant_text
from app.calculations.slices import columns, from_columns, spans
from app.calculations.transit_curves import (
    Search,
    TransitSearchRequest,
    edge_curves,
    search_of,
    seconds_a_day,
)
from app.calculations.untimed import time_definitions
from app.errors import CalculationFailed

MOST_HITS = 25_000
"""Ten years of thirteen bodies over 104 targets have 18,400."""


class HitReply(TypedDict):
    """One exact aspect."""

    planet1: Annotated[str, Field(description="The natal point, or the other moving one")]
    planet2: Annotated[str, Field(description="The moving point")]
    natal_planet: Annotated[
        str | None, Field(description="The same as `planet1`; null to EACH_OTHER, where both move")
    ]
    moving_planet: Annotated[str, Field(description="The same as `planet2`")]
    aspect_type: str
    angle: float
    date: Annotated[str, Field(description="UTC")]
    julian_day: float
    longitude: Annotated[
        Degrees,
        Field(description="Of the moving point when it is exact; to EACH_OTHER of `planet1`"),
    ]
    is_retrograde: Annotated[
        bool | None,
        Field(
            description="The moving point runs back, in the progressed days of PROGRESSIONS; null "
            "to EACH_OTHER"
        ),
    ]
    grazing: Annotated[
        bool, Field(description="A station within a second of arc of the target, told once")
    ]
    pass_number: Annotated[int, Field(description="Which pass of its retrograde loop")]
    passes: Annotated[
        int,
        Field(
            description="Passes of this loop, those outside the span too; from another center than "
            "the Earth those within it"
        ),
    ]


class WindowReply(TypedDict):
    """A stay within orb; null where it reaches beyond the span."""

    planet1: Annotated[str, Field(description="The natal point, or the other moving one")]
    planet2: Annotated[str, Field(description="The moving point")]
    natal_planet: Annotated[str | None, Field(description="Null to EACH_OTHER, where both move")]
    moving_planet: str
    aspect_type: str
    enter: str | None
    leave: str | None
    exact: Annotated[list[str], Field(description="Empty where it turns before it is exact")]


class TransitSearchReply(TypedDict):
    hits: Annotated[list[HitReply], Field(description="In the order of time")]
    windows: Annotated[
        list[WindowReply] | None, Field(description="Null unless asked for; by their beginning")
    ]


def _split(request: TransitSearchRequest, ephemeris: Almanac) -> list[Any]:
    search = search_of(request, ephemeris)
    edges = [
        {"curves": curves, "after": after}
        for curves in edge_curves(search)
        for after in (False, True)
    ]
    return [*spans(search.span, seconds_a_day(request, search)), *edges]


def _part(request: TransitSearchRequest, part: Any, ephemeris: Almanac) -> Any:
    search = search_of(request, ephemeris)
    if "curves" in part:
        return {"outside": columns(_outside(search, part["curves"], after=part["after"]))}
    found = passing(search.curves, search.levels, part["start"], part["end"])
    if len(found) > MOST_HITS:
        raise _too_many(len(found))
    value: dict[str, Any] = {"exact": columns(found)}
    if search.firsts is not None:
        value["longitudes"] = _longitudes(search.firsts, found)
    if request.include_windows:
        edges = edges_of(search.levels, search.orbs)
        value["edges"] = columns(passing(search.curves, edges, part["start"], part["end"]))
    return value


def _outside(search: Search, curves: Sequence[int], *, after: bool) -> Passing:
    """Passes beyond one edge of the span that may be of loops which it cuts."""
    edge, way = (search.span.end, 1.0) if after else (search.span.start, -1.0)
    return joined(
        [
            outside(search.curves, curve, search.levels, edge, way * search.loops.gaps[curve])
            for curve in curves
        ]
    )


@long_calculation(
    "transit-search",
    split=_split,
    part=_part,
    example={
        "natal_chart": EXAMPLE,
        "start_date": "2026-01-01",
        "end_date": "2026-12-31",
        "planets": ["JUPITER", "SATURN"],
        "natal_points": ["SUN", "MOON", "ASC"],
        "include_windows": True,
    },
    sources=(Source("Robert Hand, Planets in Transit (1976): passes of a retrograde loop"),),
)
def transit_search(
    request: TransitSearchRequest, parts: Sequence[Any], ephemeris: Almanac
) -> Answer[TransitSearchReply]:
    """Every exact aspect of moving points to a natal chart, or to each other, within a span.

    The moving points are transits, the secondary progressed chart (with its angles, as
    progressions have them), or the chart directed by solar arc or a rate a year. `planet1` is the
    natal point, `planet2` the one that moves. Every pass is found, those beside a station too:
    each lies within half a second of the true moment, or within a millionth of a degree. The
    passes of one retrograde loop are numbered, also where it began before the span or ends after
    it. With `include_windows` the answer also tells when
    each aspect enters and leaves its orb. A span is at most a century, and an answer at most
    25,000 hits. Transits to a birth with `time` unknown are those to the noon of its day, without
    angles, lots and the Moon.
    """
    search = search_of(request, ephemeris)
    beyond = joined([from_columns(part["outside"]) for part in parts if "outside" in part])
    parts = [part for part in parts if "exact" in part]
    exact = joined([from_columns(part["exact"]) for part in parts])
    if len(exact) > MOST_HITS:
        raise _too_many(len(exact))
    hits = [
        hit
        for hit in loops(joined([exact, beyond]), search.loops.longest)
        if search.span.start < hit.moment <= search.span.end
    ]
    places = _places(exact, parts)
    reply: TransitSearchReply = {
        "hits": [_hit_reply(search, hit, places) for hit in hits],
        "windows": _windows(search, hits, parts) if request.include_windows else None,
    }
    definitions = {
        **request.chart_definitions(search.chart, _echoed(request, search)),
        **request.motion_definitions(),
        "against": request.against,
        "aspects": {str(target.rule.name): target.rule.angle for target in search.targets},
        "orb": request.orb if request.include_windows else None,
        **_own_orbs(request),
        **(time_definitions(search.natal)[0] if search.natal else {}),
    }
    others = {"end_date": search.span.last}
    if search.natal is not None:
        others["natal_chart"] = search.natal
    provenance = computed_for(search.span.first, search.bodies, ephemeris, definitions, others)
    return Answer(reply, provenance, search.natal is None or search.natal.lasting)


def _own_orbs(request: TransitSearchRequest) -> dict[str, Any]:
    """The orbs of own aspects, where windows have them."""
    if not (request.own_aspects and request.include_windows):
        return {}
    return {"own_orbs": {own.name: own.orb for own in request.own_aspects}}


def _echoed(request: TransitSearchRequest, search: Search) -> Sequence[Point]:
    """The natal points that definitions are echoed for."""
    known = search.natal is None or search.natal.time_known
    return request.natal_points if known else celestial(request.natal_points)


def _longitudes(firsts: Curves, found: Passing) -> list[float]:
    """Where the first of each pair stands at its passes."""
    longitudes = np.empty(len(found))
    for curve in np.unique(found.curves).tolist():
        own = found.curves == curve
        longitudes[own] = firsts.sample(found.moments[own], (curve,))[:, 0, 0]
    return list(longitudes.tolist())


def _too_many(count: int) -> CalculationFailed:
    msg = (
        f"the search found {count} hits, and an answer holds at most {MOST_HITS}; ask for a "
        "shorter span in several requests, for fewer planets or for fewer natal_points"
    )
    return CalculationFailed(msg, details={"field": "end_date", "limit": MOST_HITS})


def _places(exact: Passing, parts: Sequence[Any]) -> Mapping[tuple[int, float], float]:
    """Longitudes of the first of two moving points, by curve and moment of the pass."""
    longitudes = [longitude for part in parts for longitude in part.get("longitudes", ())]
    moments = zip(exact.curves.tolist(), exact.moments.tolist(), strict=True)
    return dict(zip(moments, longitudes, strict=False))


class _Pair(TypedDict):
    """Who meets whom."""

    planet1: str
    planet2: str
    natal_planet: str | None
    moving_planet: str


def _pair(search: Search, curve: int, level: int) -> _Pair:
    moving, other = search.names[curve]
    if other is not None:
        return {"planet1": moving, "planet2": other, "natal_planet": None, "moving_planet": other}
    natal = str(search.targets[level].point)
    return {
        "planet1": natal,
        "planet2": moving,
        "natal_planet": natal,
        "moving_planet": moving,
    }


def _hit_reply(search: Search, hit: Pass, places: Mapping[tuple[int, float], float]) -> HitReply:
    target = search.targets[hit.level]
    return {
        **_pair(search, hit.curve, hit.level),
        "aspect_type": target.rule.name,
        "angle": target.rule.angle,
        "date": instant_text(hit.moment),
        "julian_day": hit.moment,
        "longitude": places.get((hit.curve, hit.moment), target.longitude),
        "is_retrograde": None
        if search.firsts is not None
        else hit.rising is search.backwards and not hit.grazing,
        "grazing": hit.grazing,
        "pass_number": hit.number,
        "passes": hit.of,
    }


def _windows(search: Search, hits: Sequence[Pass], parts: Sequence[Any]) -> list[WindowReply]:
    edges = joined([from_columns(part["edges"]) for part in parts])
    inside = within(search.curves, search.levels, search.orbs, search.span.start)
    return [_window(search, visit) for visit in visits(hits, edges, inside)]


def _window(search: Search, visit: Visit) -> WindowReply:
    target = search.targets[visit.level]
    return {
        **_pair(search, visit.curve, visit.level),
        "aspect_type": target.rule.name,
        "enter": None if visit.enter is None else instant_text(visit.enter),
        "leave": None if visit.leave is None else instant_text(visit.leave),
        "exact": [instant_text(moment) for moment in visit.exact],
    }

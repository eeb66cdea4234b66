"""Charts of the moments when a body comes back to where it was at a birth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.aspects import aspects_between
from app.astrology.curves import reach
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import View
from app.astrology.place import Place
from app.astrology.returns import Returning
from app.astrology.sky import Ephemeris
from app.astrology.transits import Pass, Passing, joined, loops, passing
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.conventions import sources
from app.calculations.provenance import computed_for
from app.calculations.return_search import (
    MOST_RETURNS,
    CountBy,
    ReturnsRequest,
    ReturnType,
    Search,
    search_of,
)
from app.calculations.shapes import instant_text
from app.calculations.slices import columns, from_columns, slices_between
from app.calculations.to_natal import NatalAspectReply, natal_aspect_replies
from app.calculations.wheel import (
    POINTS_AND_ANGLES,
    AspectedWheelReply,
    Wheel,
    aspected_wheel,
    wheel_of,
)
from app.errors import InvalidInput

LONGEST_WINDOW = 366.0 * 1200.0
"""Days: all that the shipped files reach."""
_SECONDS_OF_A_SAMPLE = 2.5e-5


class ReturnReply(TypedDict):
    """One return and its chart."""

    return_type: str
    planet: Annotated[str, Field(description="What came back; PHASE for the phase")]
    return_time: Annotated[str, Field(description="UTC")]
    julian_day: float
    longitude: Annotated[
        float, Field(description="Degrees that came back: in the zodiac, or from the Sun")
    ]
    is_retrograde: bool
    pass_number: Annotated[int, Field(description="Which pass of its retrograde loop")]
    passes: Annotated[int, Field(description="Passes of this loop in the time that was searched")]
    chart: AspectedWheelReply
    aspects_to_natal: Annotated[
        list[NatalAspectReply],
        Field(description="`planet1` of the birth, `planet2` of the return, which moves"),
    ]


class ReturnsReply(TypedDict):
    returns: list[ReturnReply]


def _split(request: ReturnsRequest, ephemeris: Almanac) -> list[Any]:
    """Slices of time for each kind of return."""
    if request.count * len(request.kinds()) > MOST_RETURNS:
        expected = f"at most {MOST_RETURNS // len(request.kinds())} of each kind"
        raise InvalidInput.of("count", expected, request.count)
    return [part for kind in request.kinds() for part in _slices(request, kind, ephemeris)]


def _slices(request: ReturnsRequest, kind: ReturnType, ephemeris: Almanac) -> list[Any]:
    search = search_of(request, kind, ephemeris)
    start, end = search.window(request)
    if end - start > LONGEST_WINDOW:
        most = int(LONGEST_WINDOW / search.gap)
        raise InvalidInput.of("count", f"at most {most} for {search.name}", request.count)
    if end <= start:
        raise InvalidInput.of("end_date", "after return_date", request.end_date)
    each = _SECONDS_OF_A_SAMPLE / search.returning.curves.step(0)
    return [{"kind": kind, **part} for part in slices_between(start, end, each)]


def _part(request: ReturnsRequest, part: Any, ephemeris: Almanac) -> Any:
    kind, start, end = ReturnType(part["kind"]), part["start"], part["end"]
    returning = search_of(request, kind, ephemeris).returning
    try:
        return {"kind": kind, **columns(_passing(returning, start, end))}
    except OutsideEphemeris as error:
        try:
            found = _passing(returning, start, reach(returning.curves, start, end))
        except OutsideEphemeris:
            found = joined([])
        return {"kind": kind, **columns(found), "outside": error.message}


@long_calculation(
    "returns",
    split=_split,
    part=_part,
    example={
        "natal_chart": EXAMPLE,
        "return_date": "2026-01-01",
        "return_type": "SOLAR",
        "planets": ["SUN", "MOON", "ASC", "MC"],
    },
    sources=(Source("astro.com, solar return of 2030 for San Diego", verified=True),),
)
def returns(
    request: ReturnsRequest, parts: Sequence[Any], ephemeris: Almanac
) -> Answer[ReturnsReply]:
    """Solar, lunar and planetary returns, and returns of the Moon's phase, each with its chart.

    A solar return is the one in the calendar year of `return_date`, all others are the next at or
    after it; `count` asks for more, `end_date` for all until then, and `return_types` for several
    kinds at once. A planet may pass its natal degree three times or five within one retrograde
    loop: each pass is told with its number. `precession` CORRECTED returns to the natal place
    among the stars, about nine hours later in a life of 27 years. The chart stands at the
    birthplace or at `location`. Its own aspects have the orbs of a birth, those to the birth one
    `orb`, 3 degrees, unless `orbs` says otherwise.
    """
    searches = [search_of(request, kind, ephemeris) for kind in request.kinds()]
    wanted = [_found(request, search, parts) for search in searches]
    _refuse_too_many(request, sum(map(len, wanted)))
    first = searches[0]
    system = request.house_system or request.natal_chart.house_system
    natal = wheel_of(first.chart, request.planets or POINTS_AND_ANGLES, system)
    rules = request.orb_rules()
    definitions = {
        **request.chart_definitions(first.chart, request.planets),
        **request.house_definitions(system),
        **request.orb_definitions(rules),
        **request.natal_orb_definitions(request.natal_rules()),
        "return_types": list(request.kinds()),
        "precession": request.precession,
        "year_rule": request.year_rule if ReturnType.SOLAR in request.kinds() else None,
        "count_by": request.count_by,
        "place": {"latitude": _place(request).latitude, "longitude": _place(request).longitude},
    }
    found = [
        _return_reply(request, search, natal, hit, ephemeris)
        for search, hits in zip(searches, wanted, strict=True)
        for hit in hits
    ]
    bodies = [
        *sources(request.planets or POINTS_AND_ANGLES),
        *(search.body for search in searches),
    ]
    others = {"return_date": first.first}
    if first.last is not None:
        others["end_date"] = first.last
    provenance = computed_for(first.natal, bodies, ephemeris, definitions, others)
    lasting = first.natal.lasting and first.first.lasting
    return Answer({"returns": found}, provenance, lasting)


def _found(request: ReturnsRequest, search: Search, parts: Sequence[Any]) -> list[Pass]:
    """The returns of one kind; raises OutsideEphemeris where the files end before the last."""
    own = [part for part in parts if part["kind"] == search.kind]
    wanted = _wanted(request, search, loops(joined([from_columns(part) for part in own])))
    outside = next((part["outside"] for part in own if "outside" in part), None)
    if outside is not None and (request.end_date is not None or len(wanted) < request.count):
        raise OutsideEphemeris(outside, details={"field": "return_date"})
    return wanted


def _refuse_too_many(request: ReturnsRequest, count: int) -> None:
    if request.end_date is not None and count > MOST_RETURNS:
        expected = f"nearer: {count} returns until then, and at most {MOST_RETURNS} fit"
        raise InvalidInput.of("end_date", expected, request.end_date)


def _passing(returning: Returning, start: float, end: float) -> Passing:
    return passing(returning.curves, np.array([returning.longitude]), start, end)


def _wanted(request: ReturnsRequest, search: Search, hits: Sequence[Pass]) -> list[Pass]:
    """As many as were asked for, or all until the end date."""
    if search.last is not None:
        return list(hits)
    if request.count_by is CountBy.PASSES:
        return list(hits[: request.count])
    starts = [index for index, hit in enumerate(hits) if hit.number == 1]
    beyond = [*starts, len(hits)][request.count] if request.count <= len(starts) else len(hits)
    return list(hits[:beyond])


def _place(request: ReturnsRequest) -> Place:
    where = request.location or request.natal_chart
    return Place(where.latitude, where.longitude, where.altitude)


def _return_reply(
    request: ReturnsRequest, search: Search, natal: Wheel, hit: Pass, ephemeris: Ephemeris
) -> ReturnReply:
    place = _place(request)
    moment = replace(search.natal, julian_day=hit.moment, place=place)
    chart = request.chart_of(moment, ephemeris, angles_move=request.angles_move)
    if request.center is View.TOPOCENTRIC:
        chart = replace(chart, place=place)
    system = request.house_system or request.natal_chart.house_system
    rules = request.orb_rules()
    wheel = wheel_of(chart, request.planets or POINTS_AND_ANGLES, system)
    between = aspects_between(
        natal.positions, wheel.positions, request.natal_rules(), second_moves=True
    )
    return {
        "return_type": search.kind,
        "planet": search.name,
        "return_time": instant_text(hit.moment),
        "julian_day": hit.moment,
        "longitude": search.returning.longitude,
        "is_retrograde": not hit.rising,
        "pass_number": hit.number,
        "passes": hit.of,
        "chart": aspected_wheel(wheel, chart, request, rules),
        "aspects_to_natal": natal_aspect_replies(between),
    }

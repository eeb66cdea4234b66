"""Slices of a search for returns: the passes that each finds, and the charts of the first ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, NotRequired

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.aspects import aspects_among, aspects_between
from app.astrology.chart import Instant
from app.astrology.curves import reach
from app.astrology.errors import OutsideEphemeris
from app.astrology.returns import Precession, Returning
from app.astrology.sky import LONGITUDE, Ephemeris
from app.astrology.transits import Passing, joined, passing
from app.calculations.orbs import DAYS_SEARCHED
from app.calculations.return_search import (
    MOST_RETURNS,
    CountBy,
    ReturnsRequest,
    ReturnType,
    Search,
    place_of,
    search_of,
)
from app.calculations.shapes import Degrees
from app.calculations.slices import (
    SECONDS_OF_A_SAMPLE,
    columns,
    looks_a_day,
    seconds_of_a_sample,
    slices_between,
)
from app.calculations.to_natal import NatalAspectReply, natal_aspect_replies
from app.calculations.wheel import (
    POINTS_AND_ANGLES,
    AspectedWheelReply,
    Wheel,
    aspected_wheel,
    wheel_of,
)
from app.errors import CalculationFailed, InvalidInput

LONGEST_WINDOW = 366.0 * 1200.0
"""Days: all that the shipped files reach."""
MOST_DAYS_SEARCHED = 20.0 * DAYS_SEARCHED
"""Days of all windows of exact times of one answer: some three seconds of work."""
_SECONDS_OF_A_CHART, _SECONDS_OF_A_DAY = 4e-3, 0.15 / DAYS_SEARCHED
"""Of a chart with its aspects, and of a day that is looked through for an exact time."""
_PASSES_OF_A_CYCLE = 5


class Part(TypedDict):
    """A slice of time, in Julian days, in which one kind of return is looked for."""

    kind: ReturnType
    start: float
    end: float


class CastReply(TypedDict):
    """The chart of a return, and where in the zodiac the returned body stands."""

    longitude: Annotated[
        Degrees, Field(description="What came back: in the zodiac asked for, or from the Sun")
    ]
    sidereal_longitude: NotRequired[
        Annotated[
            float,
            Field(description="The natal place among the stars, Fagan and Bradley's; CORRECTED"),
        ]
    ]
    chart: AspectedWheelReply
    aspects_to_natal: Annotated[
        list[NatalAspectReply],
        Field(description="`planet1` of the birth, `planet2` of the return, which moves"),
    ]


class Refusal(TypedDict):
    """An OutsideEphemeris as JSON has it."""

    message: str
    details: dict[str, Any]
    moment: float | None


class Found(TypedDict):
    """What a slice found: its passes, as columns, and charts of the first in the order of time.

    `outside` tells why the slice was not searched to its end.
    """

    kind: ReturnType
    passes: dict[str, Sequence[Any]]
    charts: list[CastReply]
    outside: NotRequired[Refusal]


def split(request: ReturnsRequest, ephemeris: Almanac) -> list[Part]:
    """Slices of time for each kind of return; raises InvalidInput for what would be too many."""
    kinds = request.kinds()
    if request.count * len(kinds) > MOST_RETURNS:
        expected = f"at most {MOST_RETURNS // len(kinds)} of each kind"
        raise InvalidInput.of("count", expected, request.count)
    searches = [search_of(request, kind, ephemeris) for kind in kinds]
    days = _days_of_a_chart(request, searches[0])
    windows = [_window(request, search) for search in searches]
    _refuse_long_searches(request, searches, days)
    return [
        {"kind": search.kind, "start": piece["start"], "end": piece["end"]}
        for search, (start, end) in zip(searches, windows, strict=True)
        for piece in slices_between(start, end, _seconds_a_day(search, days))
    ]


def part(request: ReturnsRequest, part: Part, ephemeris: Almanac) -> Found:
    """The passes of one slice, and their charts."""
    search = search_of(request, ReturnType(part["kind"]), ephemeris)
    returning, start, end = search.returning, part["start"], part["end"]
    try:
        passes = _passing(returning, start, end)
    except OutsideEphemeris as error:
        try:
            passes = _passing(returning, start, reach(returning.curves, start, end))
        except OutsideEphemeris:
            passes = joined([])
        found = _found(request, search, passes, ephemeris)
        found["outside"] = {
            "message": error.message,
            "details": dict(error.details or {}),
            "moment": error.moment,
        }
        return found
    return _found(request, search, passes, ephemeris)


def cast(request: ReturnsRequest, search: Search, moment: float, ephemeris: Ephemeris) -> CastReply:
    """The chart of a return at a Julian day."""
    place = place_of(request)
    born = replace(search.natal, julian_day=moment, place=place)
    chart = request.chart_of(born, ephemeris, angles_move=request.angles_move)
    wheel = _wheel(request, chart)
    natal = _wheel(request, search.chart)
    between = aspects_between(
        natal.positions, wheel.positions, request.natal_rules(), second_moves=True
    )
    reply: CastReply = {
        "longitude": search.returning.longitude,
        "chart": aspected_wheel(wheel, chart, request, request.orb_rules()),
        "aspects_to_natal": natal_aspect_replies(between),
    }
    if request.precession is Precession.CORRECTED and search.kind is not ReturnType.PHASE:
        frame = search.chart.conventions.frame
        row = ephemeris.positions((moment,), (search.body,), frame)[0, 0]
        reply["longitude"] = float(row[LONGITUDE])
        reply["sidereal_longitude"] = search.returning.longitude
    return reply


def _found(request: ReturnsRequest, search: Search, passes: Passing, ephemeris: Ephemeris) -> Found:
    """The passes with charts of as many as may be wanted; what fails is left to the answer."""
    charts: list[CastReply] = []
    for moment in sorted(passes.moments.tolist())[: _most(request)]:
        try:
            charts.append(cast(request, search, moment, ephemeris))
        except (CalculationFailed, InvalidInput):
            break
    return {"kind": search.kind, "passes": columns(passes), "charts": charts}


def _most(request: ReturnsRequest) -> int:
    """How many passes of one kind an answer may hold."""
    if request.end_date is not None:
        return MOST_RETURNS
    return request.count * (_PASSES_OF_A_CYCLE if request.count_by is CountBy.CYCLES else 1)


def _wheel(request: ReturnsRequest, chart: Instant) -> Wheel:
    system = request.house_system or request.natal_chart.house_system
    return wheel_of(chart, request.planets or POINTS_AND_ANGLES, system)


def _window(request: ReturnsRequest, search: Search) -> tuple[float, float]:
    """The days that are searched; raises InvalidInput where they are none or too many."""
    start, end = search.window(request)
    if end - start > LONGEST_WINDOW:
        most = int(LONGEST_WINDOW / search.gap)
        raise InvalidInput.of("count", f"at most {most} for {search.name}", request.count)
    if search.last is not None and end <= search.first.julian_day:
        raise InvalidInput.of("end_date", "after return_date", request.end_date)
    if search.last is not None and (end - start) / search.gap > MOST_RETURNS:
        expected = f"nearer: at most {MOST_RETURNS} returns fit"
        raise InvalidInput.of("end_date", expected, request.end_date)
    return start, end


def _refuse_long_searches(request: ReturnsRequest, searches: Sequence[Search], days: float) -> None:
    """Refuse more exact times than may be searched for one answer; raises InvalidInput."""
    charts = sum(
        (search.last.julian_day - search.first.julian_day) / search.gap
        if search.last is not None
        else request.count
        for search in searches
    )
    if charts * days > MOST_DAYS_SEARCHED:
        expected = (
            f"asked of at most {int(MOST_DAYS_SEARCHED / days)} returns with this exact_window: "
            "ask for fewer returns, fewer planets or aspects, or a shorter exact_window"
        )
        raise InvalidInput.of("include_exact_time", expected, f"{charts:.0f} returns")


def _days_of_a_chart(request: ReturnsRequest, search: Search) -> float:
    """About how many days are looked through for one chart's exact times: those of the birth's."""
    if not request.include_exact_time:
        return 0.0
    aspects = aspects_among(_wheel(request, search.chart).positions, request.orb_rules())
    return request.days_searched(aspects)


def _seconds_a_day(search: Search, days: float) -> float:
    """About how long each day of the window takes, in seconds."""
    sample = seconds_of_a_sample(search.body)
    if search.kind is ReturnType.PHASE:
        sample += SECONDS_OF_A_SAMPLE
    chart = _SECONDS_OF_A_CHART + days * _SECONDS_OF_A_DAY
    return sample * looks_a_day(search.returning.curves, 0) + chart / search.gap


def _passing(returning: Returning, start: float, end: float) -> Passing:
    return passing(returning.curves, np.array([returning.longitude]), start, end)

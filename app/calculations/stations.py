"""When planets turn retrograde and direct, and the shadows of their loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.angles import norm
from app.astrology.bodies import LUNAR_POINTS, Celestial
from app.astrology.stations import Loop, LoopPhase, Passage, Station, phase_at, tremor_of
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.provenance import computed_for
from app.calculations.shapes import DegreeReply, degree_reply, instant_text
from app.calculations.station_search import (
    Found,
    Search,
    State,
    StationsRequest,
    loops_in,
    part,
    search_of,
    split,
    stations_in,
)
from app.errors import CalculationFailed

MOST_STATIONS = 25_000
"""A century of all planets has 1,800; one of an osculating node 5,400."""

Row = TypeVar("Row")


class StationReply(DegreeReply):
    """A planet stands still."""

    planet: str
    date: Annotated[str, Field(description="UTC")]
    julian_day: float
    direction: Annotated[str, Field(description="RETROGRADE or DIRECT, which begins")]


class PassageReply(TypedDict):
    """A planet at a degree."""

    date: Annotated[str, Field(description="UTC")]
    julian_day: float
    longitude: float


class PeriodReply(TypedDict):
    """A retrograde loop that touches the span; null for what lies outside the ephemeris."""

    planet: str
    pre_shadow: Annotated[
        PassageReply | None, Field(description="Last pass over the degree of the direct station")
    ]
    retrograde: PassageReply | None
    direct: PassageReply | None
    post_shadow: Annotated[
        PassageReply | None,
        Field(description="First pass over the degree of the retrograde station"),
    ]


class PhaseReply(TypedDict):
    """Where in its loop a planet is at `moment`."""

    planet: str
    phase: Annotated[
        str,
        Field(description="DIRECT, PRE_SHADOW, STATIONARY, RETROGRADE or POST_SHADOW"),
    ]
    loop_phase: Annotated[str, Field(description="The same without STATIONARY")]
    longitude: float
    speed: Annotated[float, Field(description="Degrees a day")]
    mean_speed: Annotated[float, Field(description="Degrees a day that the threshold is a part of")]
    is_retrograde: bool
    is_stationary: bool


class StationsReply(TypedDict):
    stations: Annotated[list[StationReply], Field(description="In the order of time")]
    periods: Annotated[list[PeriodReply], Field(description="By their first known moment")]
    phases: Annotated[
        list[PhaseReply] | None, Field(description="Null without `moment`; in the order asked")
    ]


@long_calculation(
    "stations",
    split=split,
    part=part,
    example={
        "start_date": "2026-01-01",
        "end_date": "2026-12-31",
        "planets": ["MERCURY", "MARS"],
        "moment": "2026-11-20",
    },
    sources=(
        Source("Jean Meeus, Astronomical Algorithms (1998), chapter 36: stations", verified=False),
    ),
)
def stations(
    request: StationsRequest, parts: Sequence[Found], ephemeris: Almanac
) -> Answer[StationsReply]:
    """When planets stand still and turn, and the shadows that their retrograde loops cast.

    A station is the moment when the speed of the apparent longitude is 0, as Swiss Ephemeris gives
    it, wherever the span begins; the longitude itself turns within three minutes of it,
    Pluto's within half an hour, less than 1e-7 degrees away. The shadow of a
    loop begins with the last pass over the degree of the direct station, before the retrograde
    one, and ends with the first pass over the degree of the retrograde station after the direct
    one. `stations` are those of the span; `periods` are whole loops that touch it, though parts of
    them lie outside. With `moment` the answer tells the phase of each planet then: DIRECT,
    PRE_SHADOW, STATIONARY, RETROGRADE or POST_SHADOW; where the shadows of two loops overlap, as
    those of Neptune and Pluto do, it is POST_SHADOW. STATIONARY is a speed below a tenth of the
    mean motion, or `stationary_days` around a station. The points of the Moon's orbit have
    stations when they are named, but no loops; two stations of an osculating one that are nearer
    to each other than `least_arc_between_stations`, in degrees, are none.
    """
    search = search_of(request, ephemeris)
    frame = search.curves.frame
    ephemeris.positions((search.span.start,), search.bodies, frame)  # opens its files
    spans = [part for part in parts if part["state"] is None]
    reply: StationsReply = {
        "stations": _stations(search, spans),
        "periods": _periods(search, spans),
        "phases": None if search.moment is None else _phases(request, search, parts),
    }
    definitions = {
        **request.chart_definitions(request.instant(search.span.first, ephemeris), ()),
        "planets": [str(body) for body in search.bodies],
        "stationary_threshold": request.stationary_threshold
        if search.moment is not None and request.stationary_days is None
        else None,
        "stationary_days": request.stationary_days if search.moment is not None else None,
        "least_arc_between_stations": max(map(tremor_of, search.bodies)) or None,
    }
    others = {"end_date": search.span.last}
    if search.moment is not None:
        others["moment"] = search.moment
    provenance = computed_for(search.span.first, search.bodies, ephemeris, definitions, others)
    return Answer(reply, provenance)


def _stations(search: Search, parts: Iterable[Found]) -> list[StationReply]:
    found = sorted(_with_bodies(search, parts, stations_in), key=lambda row: row[0].moment)
    if len(found) > MOST_STATIONS:
        msg = (
            f"the search found {len(found)} stations, and an answer holds at most "
            f"{MOST_STATIONS}; ask for a shorter span in several requests, or for fewer planets"
        )
        raise CalculationFailed(msg, details={"field": "end_date", "limit": MOST_STATIONS})
    return [_station_reply(station, body) for station, body in found]


def _periods(search: Search, parts: Iterable[Found]) -> list[PeriodReply]:
    start, end = search.span.start, search.span.end
    found = sorted(_with_bodies(search, parts, loops_in), key=lambda row: row[0].start)
    return [
        _period_reply(loop, body) for loop, body in found if loop.start <= end and loop.end > start
    ]


def _with_bodies(
    search: Search, parts: Iterable[Found], read: Callable[[Found], Sequence[Row]]
) -> list[tuple[Row, Celestial]]:
    """What slices found, each with its body, in the order of the bodies."""
    rows = [(row, part["body"]) for part in parts for row in read(part)]
    rows.sort(key=lambda row: row[1])
    return [(row, search.bodies[body]) for row, body in rows]


def _phases(request: StationsRequest, search: Search, parts: Sequence[Found]) -> list[PhaseReply]:
    found = [(State(*part["state"]), part) for part in parts if part["state"] is not None]
    return [_phase_reply(request, search, state, part) for state, part in found]


def _phase_reply(request: StationsRequest, search: Search, state: State, part: Found) -> PhaseReply:
    body, speed = search.bodies[part["body"]], state.speed
    moment = search.moment.julian_day if search.moment else 0.0
    if request.stationary_days is None:
        stationary = abs(speed) < request.stationary_threshold * state.mean
    else:
        days = (abs(station.moment - moment) for station in stations_in(part))
        stationary = any(away <= request.stationary_days for away in days)
    phase = phase_at(moment, loops_in(part))
    if body in LUNAR_POINTS and speed < 0.0:
        phase = LoopPhase.RETROGRADE
    return {
        "planet": str(body),
        "phase": LoopPhase.STATIONARY if stationary else phase,
        "loop_phase": phase,
        "longitude": norm(state.longitude),
        "speed": speed,
        "mean_speed": state.mean,
        "is_retrograde": speed < 0.0,
        "is_stationary": stationary,
    }


def _station_reply(station: Station, body: Celestial) -> StationReply:
    return {
        "planet": str(body),
        "date": instant_text(station.moment),
        "julian_day": station.moment,
        **degree_reply(station.longitude),
        "direction": "DIRECT" if station.turns_direct else "RETROGRADE",
    }


def _period_reply(loop: Loop, body: Celestial) -> PeriodReply:
    return {
        "planet": str(body),
        "pre_shadow": _passage_reply(loop.pre_shadow),
        "retrograde": _passage_reply(loop.retrograde),
        "direct": _passage_reply(loop.direct),
        "post_shadow": _passage_reply(loop.post_shadow),
    }


def _passage_reply(passage: Passage | Station | None) -> PassageReply | None:
    if passage is None:
        return None
    return {
        "date": instant_text(passage.moment),
        "julian_day": passage.moment,
        "longitude": passage.longitude,
    }

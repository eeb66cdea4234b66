"""When planets turn retrograde and direct, and the shadows of their loops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.accidental import MEAN_MOTIONS
from app.astrology.almanac import Almanac
from app.astrology.angles import norm
from app.astrology.bodies import LUNAR_POINTS, PLANETS, Body, Celestial
from app.astrology.curves import reach
from app.astrology.search import Track, tracks
from app.astrology.sky import Ephemeris
from app.astrology.stations import (
    LONGEST_LOOP,
    Loop,
    LoopPhase,
    Passage,
    Station,
    Turning,
    loops_of,
    phase_at,
    stations_of,
)
from app.calculations.birth import Birth
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.fields import Points
from app.calculations.provenance import computed_for
from app.calculations.shapes import DegreeReply, degree_reply, instant_text
from app.calculations.sky_events import (
    CENTURY,
    MomentChoice,
    bodies_of,
    seconds_of_a_sample,
)
from app.calculations.slices import slices_between
from app.calculations.span import Span
from app.errors import CalculationFailed

MOST_STATIONS = 25_000
"""A century of all planets has 1,800; one of an osculating node 5,400."""
_SEAM = 0.01
"""Days by which slices overlap, so that no station is lost between two ways of sampling it."""
_STATIONARY_AT_MOST = 60.0
"""Days around a station."""
_TURNING = PLANETS[2:]
"""Mercury to Pluto."""


class StationsRequest(MomentChoice):
    planets: Annotated[Points, Field(description="Empty: Mercury to Pluto")] = _TURNING
    stationary_threshold: Annotated[
        float,
        Field(
            ge=0.001,
            le=1.0,
            description="Part of the mean motion below which a planet is STATIONARY at `moment`",
        ),
    ] = 0.1
    stationary_days: Annotated[
        float | None,
        Field(
            ge=0.01,
            le=_STATIONARY_AT_MOST,
            description="STATIONARY so many days around a station, in place of the threshold",
        ),
    ] = None


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


@dataclass(frozen=True, slots=True)
class _Search:
    span: Span
    bodies: Sequence[Celestial]
    curves: Turning
    moment: Birth | None


def _split(request: StationsRequest, ephemeris: Almanac) -> list[Any]:
    search = _search(request, ephemeris)
    parts: list[Any] = []
    for index in range(len(search.bodies)):
        parts += _slices(search, index)
        if search.moment is not None:
            around = search.moment.julian_day
            away = max(_margin(search.bodies[index]), _STATIONARY_AT_MOST)
            first, last = around - away, around + away
            known = _known(search, index, around, (first, last))
            stretch = {"start": first, "end": last, "first": first, "last": last}
            parts.append({**stretch, **known, "body": index, "moment": around})
    return parts


def _slices(search: _Search, index: int) -> list[Any]:
    """Slices of the span for one body; the outer ones look for loops that only touch the span."""
    start, end = search.span.start, search.span.end
    body = search.bodies[index]
    each = seconds_of_a_sample(body) / search.curves.step(index)
    margin = _margin(body)
    slices = slices_between(start, end, each)
    for part in slices:
        part["body"], part["moment"] = index, None
        part["first"] = part["start"] - (margin if part["start"] == start else 0.0)
        part["last"] = part["end"] + (margin if part["end"] == end else 0.0)
        inside = (part["start"] + part["end"]) / 2.0
        part.update(_known(search, index, inside, (part["first"], part["last"])))
    return slices


def _known(
    search: _Search, index: int, inside: float, sought: tuple[float, float]
) -> dict[str, float]:
    """What is sampled to find the loops whose stations lie within some days."""
    curves = Turning((search.bodies[index],), search.curves.ephemeris, search.curves.frame)
    margin = _margin(search.bodies[index])
    low, high = sought[0] - margin, sought[1] + margin
    return {"low": reach(curves, inside, low), "high": reach(curves, inside, high)}


def _margin(body: Celestial) -> float:
    """Days beside a slice that its loops need; points of the Moon's orbit have no loops."""
    return 1.0 if body in LUNAR_POINTS else LONGEST_LOOP


def _part(request: StationsRequest, part: Any, ephemeris: Almanac) -> Any:
    search = _search(request, ephemeris)
    body = search.bodies[part["body"]]
    (track,) = tracks(Turning((body,), ephemeris, search.curves.frame), part["low"], part["high"])
    loops = [] if body in LUNAR_POINTS else loops_of(track)
    value: dict[str, Any] = {
        "body": part["body"],
        "stations": [
            list(station)
            for station in stations_of(track)
            if _within(station.moment, part["start"], part["end"])
        ],
        "loops": [
            [None if end is None else list(end) for end in loop]
            for loop in loops
            if _within(loop.key, part["first"], part["last"])
        ],
        "state": None,
    }
    if part["moment"] is not None:
        value["state"] = _state(track, body, part["moment"])
    return value


@long_calculation(
    "stations",
    split=_split,
    part=_part,
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
    request: StationsRequest, parts: Sequence[Any], ephemeris: Almanac
) -> Answer[StationsReply]:
    """When planets stand still and turn, and the shadows that their retrograde loops cast.

    A station is the moment when the apparent longitude neither grows nor falls. The shadow of a
    loop begins with the last pass over the degree of the direct station, before the retrograde
    one, and ends with the first pass over the degree of the retrograde station after the direct
    one. `stations` are those of the span; `periods` are whole loops that touch it, though parts of
    them lie outside. With `moment` the answer tells the phase of each planet then: DIRECT,
    PRE_SHADOW, STATIONARY, RETROGRADE or POST_SHADOW; where the shadows of two loops overlap, as
    those of Neptune and Pluto do, it is POST_SHADOW. STATIONARY is a speed below a tenth of the
    mean motion, or `stationary_days` around a station. The points of the Moon's orbit have
    stations when they are named, but no loops.
    """
    search = _search(request, ephemeris)
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
    }
    others = {"end_date": search.span.last}
    if search.moment is not None:
        others["moment"] = search.moment
    provenance = computed_for(search.span.first, search.bodies, ephemeris, definitions, others)
    return Answer(reply, provenance)


def _search(request: StationsRequest, ephemeris: Ephemeris) -> _Search:
    span = request.searched(ephemeris, CENTURY)
    bodies = bodies_of(request.planets, _TURNING)
    frame = request.instant(span.first, ephemeris).conventions.frame
    moment = request.asked_moment(ephemeris)
    return _Search(span, bodies, Turning(bodies, ephemeris, frame), moment)


def _within(moment: float, start: float, end: float) -> bool:
    return start - _SEAM < moment <= end + _SEAM


def _state(track: Track, body: Celestial, moment: float) -> list[float]:
    """Longitude, speed, and the mean motion: that of tables, or of the days around."""
    row = track.curves.sample(np.array([moment]), (0,))[0, 0].tolist()
    mean = MEAN_MOTIONS.get(body) if isinstance(body, Body) else None
    if mean is None:
        days = track.moments[-1] - track.moments[0]
        mean = abs(float(track.values[-1] - track.values[0])) / float(days)
    return [*row, mean]


def _stations(search: _Search, parts: Iterable[Any]) -> list[StationReply]:
    found: list[tuple[Station, Celestial]] = []
    for body, rows in _by_body(search, parts, "stations"):
        own = _once(sorted(Station(*row) for row in rows))
        found += [(station, body) for station in own]
    start, end = search.span.start, search.span.end
    inside = [row for row in found if start < row[0].moment <= end]
    if len(inside) > MOST_STATIONS:
        msg = (
            f"the search found {len(inside)} stations, and an answer holds at most "
            f"{MOST_STATIONS}; ask for a shorter span in several requests, or for fewer planets"
        )
        raise CalculationFailed(msg, details={"field": "end_date", "limit": MOST_STATIONS})
    inside.sort(key=lambda row: row[0].moment)
    return [_station_reply(station, body) for station, body in inside]


def _once(found: Sequence[Station]) -> list[Station]:
    """The stations of one body without those that two neighbouring slices found."""
    return [
        *found[:1],
        *(
            later
            for earlier, later in pairwise(found)
            if later.moment - earlier.moment > 2.0 * _SEAM
            or later.turns_direct != earlier.turns_direct
        ),
    ]


def _periods(search: _Search, parts: Iterable[Any]) -> list[PeriodReply]:
    found: list[tuple[float, PeriodReply]] = []
    start, end = search.span.start, search.span.end
    for body, rows in _by_body(search, parts, "loops"):
        last = -np.inf
        for loop in sorted((_loop(row) for row in rows), key=lambda loop: loop.key):
            if loop.key - last > 2.0 * _SEAM and loop.start <= end and loop.end > start:
                found.append((loop.start, _period_reply(loop, body)))
            last = loop.key
    return [reply for _, reply in sorted(found, key=lambda row: row[0])]


def _phases(request: StationsRequest, search: _Search, parts: Sequence[Any]) -> list[PhaseReply]:
    found = {part["body"]: part for part in parts if part["state"] is not None}
    return [
        _phase_reply(request, search, body, found[index])
        for index, body in enumerate(search.bodies)
    ]


def _phase_reply(
    request: StationsRequest, search: _Search, body: Celestial, part: Any
) -> PhaseReply:
    longitude, speed, mean = part["state"]
    moment = search.moment.julian_day if search.moment else 0.0
    if request.stationary_days is None:
        stationary = abs(speed) < request.stationary_threshold * mean
    else:
        days = (abs(row[0] - moment) for row in part["stations"])
        stationary = any(away <= request.stationary_days for away in days)
    phase = phase_at(moment, [_loop(row) for row in part["loops"]])
    if body in LUNAR_POINTS and speed < 0.0:
        phase = LoopPhase.RETROGRADE
    return {
        "planet": str(body),
        "phase": LoopPhase.STATIONARY if stationary else phase,
        "loop_phase": phase,
        "longitude": norm(longitude),
        "speed": speed,
        "mean_speed": mean,
        "is_retrograde": speed < 0.0,
        "is_stationary": stationary,
    }


def _by_body(
    search: _Search, parts: Iterable[Any], name: str
) -> Iterable[tuple[Celestial, list[Any]]]:
    rows: list[list[Any]] = [[] for _ in search.bodies]
    for part in parts:
        rows[part["body"]] += part[name]
    return zip(search.bodies, rows, strict=True)


def _loop(row: Sequence[Any]) -> Loop:
    """A loop read back from JSON values."""
    pre, retrograde, direct, post = row
    return Loop(
        Passage(*pre) if pre else None,
        Station(*retrograde) if retrograde else None,
        Station(*direct) if direct else None,
        Passage(*post) if post else None,
    )


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

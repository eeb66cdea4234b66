"""What a search for stations asks for, its slices, and what each of them finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.accidental import MEAN_MOTIONS
from app.astrology.almanac import Almanac
from app.astrology.bodies import LUNAR_POINTS, PLANETS, Body, Celestial
from app.astrology.curves import reach
from app.astrology.search import Track, tracks
from app.astrology.sky import Ephemeris
from app.astrology.stations import (
    LONGEST_LOOP,
    Loop,
    Passage,
    Station,
    Turning,
    loops_of,
    stations_of,
    tremor_of,
)
from app.calculations.birth import Birth
from app.calculations.fields import Points
from app.calculations.sky_events import CENTURY, MomentChoice, bodies_of
from app.calculations.slices import seconds_of_a_sample, slices_between
from app.calculations.span import Span

_STATIONARY_AT_MOST = 60.0
"""Days around a station."""
_LOOKS: Mapping[Celestial, float] = {Body.VULCAN: 8.0, Body.WALDEMATH: 2.0}
"""How many times as long as its samples the search takes for what turns every few weeks."""
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


@dataclass(frozen=True, slots=True)
class Search:
    span: Span
    bodies: Sequence[Celestial]
    curves: Turning
    moment: Birth | None

    def alone(self, index: int) -> Turning:
        """The curve of one of the bodies."""
        return Turning((self.bodies[index],), self.curves.ephemeris, self.curves.frame)


class State(NamedTuple):
    """A body at a moment: degrees, degrees a day, and its mean motion."""

    longitude: float
    speed: float
    mean: float


class Part(TypedDict):
    """What one slice looks at; Julian days, and the body by its place among those asked.

    Stations are sought from `start` to `end`, loops from `first` to `last`; sampled is from `low`
    to `high`. With a `moment` it is not of the span, but of the days around that moment.
    """

    body: int
    start: float
    end: float
    first: float
    last: float
    low: float
    high: float
    moment: float | None


class Found(TypedDict):
    """What one slice found, as JSON values: rows of Station, of Loop, and a State."""

    body: int
    stations: list[list[Any]]
    loops: list[list[list[Any] | None]]
    state: list[float] | None


def search_of(request: StationsRequest, ephemeris: Ephemeris) -> Search:
    """What the request asks for; raises InvalidInput for choices that contradict."""
    span = request.searched(ephemeris, CENTURY)
    bodies = bodies_of(request.planets, _TURNING)
    frame = request.instant(span.first, ephemeris).conventions.frame
    moment = request.asked_moment(ephemeris)
    return Search(span, bodies, Turning(bodies, ephemeris, frame), moment)


def split(request: StationsRequest, ephemeris: Almanac) -> list[Part]:
    """The slices of the span, body by body, and for each body the days around the moment."""
    search = search_of(request, ephemeris)
    parts: list[Part] = []
    for index, body in enumerate(search.bodies):
        parts += _slices(search, index)
        if search.moment is not None:
            around = search.moment.julian_day
            away = max(_margin(body), _STATIONARY_AT_MOST)
            first, last = around - away, around + away
            curves, margin = search.alone(index), _margin(body)
            low, high = reach(curves, around, first - margin), reach(curves, around, last + margin)
            parts.append(_part_of(index, (first, last), (first, last), (low, high), around))
    return parts


def part(request: StationsRequest, part: Part, ephemeris: Almanac) -> Found:
    """The stations and loops of one slice."""
    search = search_of(request, ephemeris)
    body = search.bodies[part["body"]]
    (track,) = tracks(search.alone(part["body"]), part["low"], part["high"])
    loops = [] if body in LUNAR_POINTS else loops_of(track)
    return {
        "body": part["body"],
        "stations": [
            list(station)
            for station in stations_of(track, tremor_of(body))
            if part["start"] < station.moment <= part["end"]
        ],
        "loops": [
            [None if end is None else list(end) for end in loop]
            for loop in loops
            if part["first"] < loop.key <= part["last"]
        ],
        "state": None if part["moment"] is None else list(_state(track, body, part["moment"])),
    }


def stations_in(found: Found) -> list[Station]:
    """The stations of a slice, read back from JSON values."""
    return [Station(*row) for row in found["stations"]]


def loops_in(found: Found) -> list[Loop]:
    """The loops of a slice, read back from JSON values."""
    return [
        Loop(
            Passage(*pre) if pre else None,
            Station(*retrograde) if retrograde else None,
            Station(*direct) if direct else None,
            Passage(*post) if post else None,
        )
        for pre, retrograde, direct, post in found["loops"]
    ]


def _slices(search: Search, index: int) -> list[Part]:
    """Slices of the span for one body; the outer ones look for loops that only touch the span."""
    span, body = search.span, search.bodies[index]
    margin = _margin(body)
    first, last = span.start - margin, span.end + margin
    curves = search.alone(index)
    low = reach(curves, span.start, first - margin)
    high = reach(curves, span.end, last + margin)
    looks = _LOOKS.get(body, 1.0)
    each = looks * seconds_of_a_sample(body) / search.curves.step(index)
    parts: list[Part] = []
    for piece in slices_between(span.start, span.end, each):
        start, end = piece["start"], piece["end"]
        sought = (first if start == span.start else start, last if end == span.end else end)
        sampled = (max(low, sought[0] - margin), min(high, sought[1] + margin))
        parts.append(_part_of(index, (start, end), sought, sampled, None))
    return parts


def _part_of(
    body: int,
    stretch: tuple[float, float],
    sought: tuple[float, float],
    sampled: tuple[float, float],
    moment: float | None,
) -> Part:
    (start, end), (first, last), (low, high) = stretch, sought, sampled
    return {
        "body": body,
        "start": start,
        "end": end,
        "first": first,
        "last": last,
        "low": low,
        "high": high,
        "moment": moment,
    }


def _margin(body: Celestial) -> float:
    """Days beside a slice that its loops need; points of the Moon's orbit have no loops."""
    return 1.0 if body in LUNAR_POINTS else LONGEST_LOOP


def _state(track: Track, body: Celestial, moment: float) -> State:
    """The mean motion is that of tables, or of the days around."""
    longitude, speed = track.curves.sample(np.array([moment]), (0,))[0, 0].tolist()
    mean = MEAN_MOTIONS.get(body) if isinstance(body, Body) else None
    if mean is None:
        mean = abs(track.last - track.first) / (track.end - track.start)
    return State(longitude, speed, mean)

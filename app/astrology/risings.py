"""Risings, settings and culminations of a day, and what stays above or below the horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.astrology.almanac import Air, Almanac, HorizonEvent, Limb, Star
from app.astrology.bodies import Body, Celestial
from app.astrology.frame import Frame, Theory, View
from app.astrology.local_space import Horizontal, horizontal
from app.astrology.names import Name
from app.astrology.place import Place
from app.astrology.sky import LATITUDE, LONGITUDE

_NEXT_EVENT = 0.4
"""Days within which no event comes again: near the poles the Moon needs half a day at least."""
_HORIZON_BY_REFRACTION = -34.0 / 60.0
"""Altitude in degrees of what is seen at the horizon, in mean air."""
_SEMIDIAMETER: dict[Celestial | Star, float] = {Body.SUN: 16.0 / 60.0, Body.MOON: 15.5 / 60.0}
"""Mean ones, in degrees; of the others none can be told from a point."""
_SAMPLES = 8
"""Altitudes of a day whose mean tells whether it is spent above or below."""


class HorizonState(Name):
    """Whether a body crosses the horizon within a day."""

    CROSSES = "CROSSES"
    ALWAYS_UP = "ALWAYS_UP"
    ALWAYS_DOWN = "ALWAYS_DOWN"


class Twilight(Name):
    """How far the Sun is down: 6, 12 and 18 degrees."""

    CIVIL = "CIVIL"
    NAUTICAL = "NAUTICAL"
    ASTRONOMICAL = "ASTRONOMICAL"


DEPRESSION: dict[Twilight, float] = {
    Twilight.CIVIL: -6.0,
    Twilight.NAUTICAL: -12.0,
    Twilight.ASTRONOMICAL: -18.0,
}
"""Altitude of the Sun's centre in degrees, without refraction; United States Naval Observatory."""


@dataclass(frozen=True, slots=True)
class Sky:
    """A horizon: whose almanac, from where, through which air, by which theory."""

    almanac: Almanac
    place: Place
    air: Air
    theory: Theory = Theory.SWISS


@dataclass(frozen=True, slots=True)
class Day:
    """Everything of one body within a stretch of Julian days, in the order of time."""

    state: HorizonState
    rises: tuple[float, ...]
    sets: tuple[float, ...]
    culminations: tuple[float, ...] = ()
    anticulminations: tuple[float, ...] = ()


def day_of(body: Celestial | Star, start: float, end: float, sky: Sky) -> Day:
    """The crossings of a body from one Julian day to another, the end not included."""
    rises, sets = (
        events(body, event, start, end, sky) for event in (HorizonEvent.RISE, HorizonEvent.SET)
    )
    upper, lower = (
        events(body, event, start, end, sky)
        for event in (HorizonEvent.CULMINATION, HorizonEvent.ANTICULMINATION)
    )
    return Day(
        _state(body, start, end, sky, crosses=bool(rises or sets)), rises, sets, upper, lower
    )


def twilight_of(twilight: Twilight, start: float, end: float, sky: Sky) -> Day:
    """Dawns, as rises, and dusks, as sets, of the Sun's centre at a depth below the horizon."""
    air = replace(sky.air, altitude=DEPRESSION[twilight], limb=Limb.CENTER, refraction=False)
    below = replace(sky, air=air)
    dawns, dusks = (
        events(Body.SUN, event, start, end, below)
        for event in (HorizonEvent.RISE, HorizonEvent.SET)
    )
    crosses = bool(dawns or dusks)
    return Day(_state(Body.SUN, start, end, below, crosses=crosses), dawns, dusks)


def events(
    body: Celestial | Star, event: HorizonEvent, start: float, end: float, sky: Sky
) -> tuple[float, ...]:
    """Julian days of an event from one moment to another: none, one or two in a civil day."""
    found: list[float] = []
    cursor = start
    while cursor < end:
        moment = sky.almanac.horizon_event(
            cursor, body, event, sky.place, sky.air, within=end - cursor, theory=sky.theory
        )
        if moment is None or moment >= end:
            break
        found.append(moment)
        cursor = moment + _NEXT_EVENT
    return tuple(found)


def direction(body: Celestial | Star, moment: float, sky: Sky) -> Horizontal:
    """Azimuth from north over east, and the true altitude of the centre, as the place sees it."""
    return _directions(body, (moment,), sky)[0]


def _directions(body: Celestial | Star, moments: Sequence[float], sky: Sky) -> list[Horizontal]:
    frame = Frame(sky.theory, View.TOPOCENTRIC, observer=sky.place)
    if isinstance(body, Star):
        table = sky.almanac.star_equatorial(moments, (body,), frame)
    else:
        table = sky.almanac.equatorial(moments, (body,), frame)
    return [
        horizontal(
            float(row[LONGITUDE]),
            float(row[LATITUDE]),
            sky.almanac.sidereal_time(moment) + sky.place.longitude,
            sky.place.latitude,
        )
        for moment, row in zip(moments, table[:, 0], strict=True)
    ]


def _state(
    body: Celestial | Star, start: float, end: float, sky: Sky, *, crosses: bool
) -> HorizonState:
    """By the mean altitude of the day: what never crosses is nowhere near the horizon then."""
    if crosses:
        return HorizonState.CROSSES
    step = (end - start) / _SAMPLES
    moments = [start + step * (part + 0.5) for part in range(_SAMPLES)]
    altitudes = [direction.altitude for direction in _directions(body, moments, sky)]
    up = sum(altitudes) / _SAMPLES > _true_horizon(body, sky.air)
    return HorizonState.ALWAYS_UP if up else HorizonState.ALWAYS_DOWN


def _true_horizon(body: Celestial | Star, air: Air) -> float:
    """True altitude of the centre, in degrees, where the limb is seen at the horizon."""
    seen = air.refraction and air.pressure > 0.0
    radius = _SEMIDIAMETER.get(body, 0.0)
    limb = {Limb.UPPER: -radius, Limb.CENTER: 0.0, Limb.LOWER: radius}[air.limb]
    return air.altitude + limb + (_HORIZON_BY_REFRACTION if seen else 0.0)

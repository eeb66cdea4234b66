"""Eclipses of a span, how the shadow passes the Earth, and what they touch in a chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import copysign, hypot

from app.astrology.almanac import Almanac, Eclipse, EclipseOf
from app.astrology.aspects import (
    ANGLE_OF,
    Aspect,
    AspectKind,
    AspectRule,
    OrbRules,
    aspects_between,
)
from app.astrology.bodies import Body
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import Frame, Theory
from app.astrology.map_lines import unit_vectors
from app.astrology.sky import DISTANCE, LATITUDE, LONGITUDE, Ephemeris, FloatArray, Position
from app.astrology.syzygy import Lunation, syzygy_near

EARTH_RADIUS = 6_378.137 / 149_597_870.7
"""Equatorial radius of the Earth in astronomical units: GRS80 over the IAU's unit of 2012."""
LIGHT_OF: dict[EclipseOf, Body] = {EclipseOf.SUN: Body.SUN, EclipseOf.MOON: Body.MOON}
LUNATION_OF: dict[EclipseOf, Lunation] = {
    EclipseOf.SUN: Lunation.NEW_MOON,
    EclipseOf.MOON: Lunation.FULL_MOON,
}

_NEXT_SEASON = 200.0
"""Days within which there is always another eclipse of either light; seasons are 173 apart."""
_BEFORE = 1e-3
"""Days: the library takes an eclipse within seconds of the start for the one before."""
_HALF_A_DAY = 0.5
_SECONDS_OF_A_DAY = 86_400.0


def eclipses_between(
    start: float, end: float, of: EclipseOf, almanac: Almanac, theory: Theory = Theory.SWISS
) -> list[Eclipse]:
    """Those whose greatest moment lies in a span of Julian days, its end not included.

    Raises OutsideEphemeris for a span that the files do not cover.
    """
    almanac.positions((start, max(start, end - _HALF_A_DAY)), (Body.MOON,), Frame(theory))
    found: list[Eclipse] = []
    cursor = start - _BEFORE
    while True:
        try:
            following = almanac.eclipse(max(cursor, start), of, theory=theory)
        except OutsideEphemeris:
            if end - cursor > _NEXT_SEASON:
                raise
            return found  # the files end between the span and its next eclipse
        if following.greatest >= end:
            return found
        found.append(following)
        cursor = following.greatest + 1.0


def gamma(eclipse: Eclipse, ephemeris: Ephemeris, theory: Theory = Theory.SWISS) -> float:
    """Least distance of the shadow's axis, in equatorial radii of the Earth; north positive.

    For a solar eclipse from the Earth's centre to the axis of the Moon's shadow, for a lunar one
    from the Moon's centre to the axis of the Earth's. From apparent places at the greatest
    moment. Espenak and Meeus, Five Millennium Canon of Solar Eclipses, section 1.2.
    """
    rows = ephemeris.equatorial((eclipse.greatest,), (Body.SUN, Body.MOON), Frame(theory))[0]
    sun, moon = _cartesian(rows)
    axis = moon - sun if eclipse.of is EclipseOf.SUN else -sun
    axis /= hypot(*axis)
    across = moon - float(moon @ axis) * axis
    return copysign(hypot(*across), float(across[2])) / EARTH_RADIUS


def _cartesian(rows: FloatArray) -> FloatArray:
    """Rectangular equatorial coordinates in astronomical units, one row a body."""
    directions = unit_vectors(rows[:, LONGITUDE], rows[:, LATITUDE])
    return directions * rows[:, DISTANCE, None]


def lunation_of(eclipse: Eclipse, ephemeris: Ephemeris, theory: Theory = Theory.SWISS) -> float:
    """Julian day of the new or full Moon by longitude: minutes from the greatest eclipse."""
    return syzygy_near(eclipse.greatest, LUNATION_OF[eclipse.of], ephemeris, Frame(theory))


def central_duration(
    eclipse: Eclipse, almanac: Almanac, theory: Theory = Theory.SWISS
) -> float | None:
    """Seconds of totality or of the ring where a solar eclipse is greatest; None without any."""
    if eclipse.greatest_at is None:
        return None
    seen = almanac.local_eclipse(eclipse, eclipse.greatest_at, theory=theory)
    inner = [] if seen is None else [m for name, m in seen.contacts if _is_inner(name)]
    return (inner[1] - inner[0]) * _SECONDS_OF_A_DAY if len(inner) > 1 else None


def _is_inner(contact: str) -> bool:
    return contact.startswith(("total_", "annular_", "hybrid_"))


def hits(
    eclipsed: Position, natal: Sequence[Position], kinds: Iterable[AspectKind], orb: float
) -> list[Aspect]:
    """Aspects of an eclipse's degree to the points of a chart, the closest first."""
    rules = OrbRules(tuple(AspectRule(kind.value, ANGLE_OF[kind], orb) for kind in kinds))
    return sorted(aspects_between([eclipsed], natal, rules), key=lambda hit: hit.orb)

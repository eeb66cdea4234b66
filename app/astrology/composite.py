"""The composite chart: the midpoints of two charts, and houses for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.astrology.angles import norm, signed_arc
from app.astrology.bodies import Angle, Body
from app.astrology.chart import Instant, shifted
from app.astrology.declination import on_the_ecliptic
from app.astrology.errors import NoSuchPosition, PolarHouses
from app.astrology.houses import Division, HouseSystem, PolarPolicy, cut_by_signs
from app.astrology.midpoints import near_midpoints
from app.astrology.names import Name
from app.astrology.sky import Position
from app.astrology.zodiac import DEGREES_OF_A_SIGN

_HALF = 180.0
_TURNED = {Angle.DESC: Angle.ASC, Angle.IC: Angle.MC, Angle.ANTI_VERTEX: Angle.VERTEX}


class CompositeHouses(Name):
    """Where composite cusps come from.

    MIDPOINT_ASC_MC: each cusp is the midpoint of both charts' cusps. DERIVED: only the midheaven
    is a midpoint, and the cusps follow from it at a latitude as in a table of houses.
    """

    MIDPOINT_ASC_MC = "MIDPOINT_ASC_MC"
    DERIVED = "DERIVED"


class MidpointBase(Name):
    """Which angle stays at its near midpoint where the two would lie in the wrong order."""

    MC = "MC"
    ASC = "ASC"


@dataclass(frozen=True, slots=True)
class HouseMethod:
    """How a composite is divided; `latitude` in degrees, for DERIVED."""

    houses: CompositeHouses
    base: MidpointBase
    latitude: float


@dataclass(frozen=True, slots=True)
class CompositePoint:
    """A midpoint, in degrees: the nearer one in `position`, and the one across the circle.

    `ambiguous` where the points of the two charts are exact opposites, so that neither is nearer.
    """

    position: Position
    first: float
    second: float
    far: float
    ambiguous: bool


def composite_points(
    firsts: Sequence[Position], seconds: Sequence[Position], division: Division | None
) -> list[CompositePoint]:
    """The near midpoint of each point of two charts, angles as the composite's houses have them.

    Without angles among the points no `division` is needed. Latitude, distance and speed are the
    means of both. Robert Hand, Planets in Composite (1975).
    """
    return [
        _composite(first, second, division) for first, second in zip(firsts, seconds, strict=True)
    ]


def _composite(first: Position, second: Position, division: Division | None) -> CompositePoint:
    means = [(a + b) / 2.0 for a, b in zip(first[2:], second[2:], strict=True)]
    point = first.point
    middles = near_midpoints(first.longitude, second.longitude)
    if not isinstance(point, Angle):
        longitude = middles[0]
    elif division is not None and point in division.angles:
        longitude = division.angles[point]
    else:
        msg = f"{point} is undefined on the equator; leave it out of planets"
        raise NoSuchPosition(msg, details={"field": "planets", "got": point})
    return CompositePoint(
        Position(point, longitude, *means),
        first.longitude,
        second.longitude,
        norm(longitude + _HALF),
        len(middles) > 1,
    )


def divide_as_agreed(
    first: Instant, second: Instant, system: HouseSystem, method: HouseMethod
) -> tuple[Division | None, Division]:
    """The composite's houses under the polar policy of the charts, and its angles.

    Houses are None where the policy is FLAG and the system is undefined in either chart, or, for
    DERIVED houses, at the latitude. Raises PolarHouses where it is REFUSE.
    """
    conventions = first.conventions
    try:
        division = divide(first, second, system, method)
    except PolarHouses:
        if conventions.polar is PolarPolicy.REFUSE:
            raise
        if conventions.polar is PolarPolicy.FLAG:
            return None, divide(first, second, HouseSystem.EQUAL, method)
        division = divide(first, second, conventions.polar_fallback, method)
    return division, division


def divide(first: Instant, second: Instant, system: HouseSystem, method: HouseMethod) -> Division:
    """Cusps and angles of the composite in the zodiac of the charts; raises PolarHouses."""
    if method.houses is CompositeHouses.DERIVED:
        return _derived(first, second, system, method.latitude)
    return midpoint_division(first.divide(system), second.divide(system), method.base)


def midpoint_division(first: Division, second: Division, base: MidpointBase) -> Division:
    """Each cusp and angle at a midpoint of both charts' ones, as astro.com's midpoint method.

    The base is a near midpoint; the other angle is that midpoint of its pair which keeps it on
    its side of the meridian, and so are the cusps, so that houses follow each other.
    """
    leads = [norm(division.ascendant - division.midheaven) for division in (first, second)]
    lead = (leads[0] + leads[1]) / 2.0
    if (leads[0] < _HALF) is not (leads[1] < _HALF):
        lead %= _HALF  # one of the two midheavens lies under its horizon
    if base is MidpointBase.MC:
        midheaven = _near(first.midheaven, second.midheaven)
        ascendant = norm(midheaven + lead)
    else:
        ascendant = _near(first.ascendant, second.ascendant)
        midheaven = norm(ascendant - lead)
    angles = _angles(first, second, ascendant, midheaven)
    cusps = tuple(_cusp(number, first, second, angles) for number in range(len(first.cusps)))
    armc = _near(first.armc, second.armc)
    return cut_by_signs(Division(first.system, cusps, (), angles, {}, armc))


def _angles(
    first: Division, second: Division, ascendant: float, midheaven: float
) -> dict[Angle, float]:
    """All angles that both charts have, opposite ones opposite."""
    found: dict[Angle, float] = {Angle.ASC: ascendant, Angle.MC: midheaven}
    for angle, degree in first.angles.items():
        if angle not in second.angles or angle in found:
            continue
        if angle in _TURNED:
            found[angle] = norm(found[_TURNED[angle]] + _HALF)
        else:
            found[angle] = _near(degree, second.angles[angle])
    return {angle: found[angle] for angle in first.angles if angle in found}


def _cusp(number: int, first: Division, second: Division, angles: dict[Angle, float]) -> float:
    """A cusp, counted from 0: an angle where it is so in both charts, else between both cusps.

    Both are measured from equal houses of their own chart: so the middle keeps their order.
    """
    one, other = first.cusps[number], second.cusps[number]
    for angle, degree in angles.items():
        if one == first.angles[angle] and other == second.angles[angle]:
            return degree
    equal = number * DEGREES_OF_A_SIGN
    off = signed_arc(first.ascendant + equal, one) + signed_arc(second.ascendant + equal, other)
    return norm(angles[Angle.ASC] + equal + off / 2.0)


def _derived(first: Instant, second: Instant, system: HouseSystem, latitude: float) -> Division:
    """Cusps of the midheavens' near midpoint at a latitude, under the mean obliquity of both."""
    ephemeris = first.ephemeris
    start = _near(first.equinox, second.equinox)
    tilt = sum(ephemeris.obliquity(chart.moment).true for chart in (first, second)) / 2.0
    midheaven = _near(*(chart.angles().midheaven for chart in (first, second))) + start
    sun = _near(*(chart.place_points((Body.SUN,))[0].longitude for chart in (first, second)))
    armc = on_the_ecliptic(Angle.MC, midheaven, 0.0, tilt).right_ascension
    declination = on_the_ecliptic(Body.SUN, sun + start, 0.0, tilt).declination
    division = ephemeris.divide_meridian(armc, latitude, tilt, system, declination)
    return shifted(division, start)


def _near(a: float, b: float) -> float:
    """The near midpoint, of exact opposites the one within [0, 180)."""
    return near_midpoints(a, b)[0]

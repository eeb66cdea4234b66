"""Accidental dignity: what a planet gains or loses by house, motion, Sun, sect and company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.astrology.angles import norm, separation, signed_arc
from app.astrology.bodies import Body, Point
from app.astrology.names import Name
from app.astrology.rulerships import BENEFICS, JOYS, MALEFICS, OUTER, is_masculine
from app.astrology.sky import Position
from app.astrology.zodiac import SIGNS, sign_of

MEAN_MOTIONS: Mapping[Body, float] = {
    Body.SUN: 59.0 / 60 + 8.0 / 3600,
    Body.MOON: 13.0 + 10.0 / 60 + 36.0 / 3600,
    Body.MERCURY: 59.0 / 60 + 8.0 / 3600,
    Body.VENUS: 59.0 / 60 + 8.0 / 3600,
    Body.MARS: 31.0 / 60 + 27.0 / 3600,
    Body.JUPITER: 4.0 / 60 + 59.0 / 3600,
    Body.SATURN: 2.0 / 60 + 1.0 / 3600,
    Body.URANUS: 42.0 / 3600,
    Body.NEPTUNE: 22.0 / 3600,
    Body.PLUTO: 14.0 / 3600,
}
"""Mean motion in degrees a day: the seven as Lilly has them (Christian Astrology, page 57 for
Saturn and 178), the outer three from sidereal periods of 84.0, 164.8 and 247.9 years."""

HOUSE_POINTS: Mapping[int, int] = {
    1: 5,
    2: 3,
    3: 1,
    4: 4,
    5: 3,
    6: -2,
    7: 4,
    8: -2,
    9: 2,
    10: 5,
    11: 4,
    12: -5,
}
"""Points of each house; these and all the others by Lilly, Christian Astrology, page 115."""

PTOLEMAIC_ANGLES = (0.0, 60.0, 90.0, 120.0, 180.0)


class Condition(Name):
    """What may befall a planet. Those that Lilly's table does not score have 0 points."""

    ANGULAR = "ANGULAR"
    SUCCEDENT = "SUCCEDENT"
    CADENT = "CADENT"
    JOY = "JOY"
    DIRECT = "DIRECT"
    RETROGRADE = "RETROGRADE"
    STATIONARY = "STATIONARY"
    SWIFT = "SWIFT"
    SLOW = "SLOW"
    CAZIMI = "CAZIMI"
    COMBUST = "COMBUST"
    UNDER_BEAMS = "UNDER_BEAMS"
    FREE_OF_BEAMS = "FREE_OF_BEAMS"
    ORIENTAL = "ORIENTAL"
    OCCIDENTAL = "OCCIDENTAL"
    WAXING = "WAXING"
    WANING = "WANING"
    HALB = "HALB"
    HAYZ = "HAYZ"
    BESIEGED = "BESIEGED"
    PARTILE_CONJUNCTION = "PARTILE_CONJUNCTION"
    PARTILE_SEXTILE = "PARTILE_SEXTILE"
    PARTILE_SQUARE = "PARTILE_SQUARE"
    PARTILE_TRINE = "PARTILE_TRINE"
    PARTILE_OPPOSITION = "PARTILE_OPPOSITION"
    CONJUNCT_STAR = "CONJUNCT_STAR"


_PLACES = (Condition.ANGULAR, Condition.SUCCEDENT, Condition.CADENT)
_SOLAR_POINTS = {
    Condition.CAZIMI: 5,
    Condition.COMBUST: -5,
    Condition.UNDER_BEAMS: -4,
    Condition.FREE_OF_BEAMS: 5,
}
_GOOD_PARTILE = {
    0.0: (Condition.PARTILE_CONJUNCTION, 5),
    60.0: (Condition.PARTILE_SEXTILE, 3),
    120.0: (Condition.PARTILE_TRINE, 4),
}
_BAD_PARTILE = {
    0.0: (Condition.PARTILE_CONJUNCTION, -5),
    90.0: (Condition.PARTILE_SQUARE, -3),
    180.0: (Condition.PARTILE_OPPOSITION, -4),
}
_NODE_POINTS = {
    Body.NORTH_NODE: 4,
    Body.TRUE_NODE: 4,
    Body.SOUTH_NODE: -4,
    Body.TRUE_SOUTH_NODE: -4,
}


class PartileRule(Name):
    """Partile is in the same whole degree of the signs, or within a degree of exactness."""

    WHOLE_DEGREE = "WHOLE_DEGREE"
    ORB = "ORB"


class SpeedRule(Name):
    """Swift is faster than the mean motion FORWARD in the zodiac, or in either direction."""

    FORWARD = "FORWARD"
    ABSOLUTE = "ABSOLUTE"


class SiegeRule(Name):
    """Mars and Saturn besiege by BODY, or by the RAYS of their Ptolemaic aspects too."""

    BODY = "BODY"
    RAYS = "RAYS"


class HayzRule(Name):
    """Hayz of nocturnal planets by night: above the earth (al-Biruni), or under it (Lilly)."""

    AL_BIRUNI = "AL_BIRUNI"
    LILLY = "LILLY"


@dataclass(frozen=True, slots=True)
class AccidentalRules:
    """Limits in degrees; `stationary` is a part of the mean motion."""

    cazimi: float = 17.0 / 60.0
    combust: float = 8.5
    beams: float = 17.0
    combust_in_sign: bool = True
    stationary: float = 0.1
    speed: SpeedRule = SpeedRule.FORWARD
    partile: PartileRule = PartileRule.WHOLE_DEGREE
    siege: SiegeRule = SiegeRule.BODY
    siege_span: float = 30.0
    hayz: HayzRule = HayzRule.AL_BIRUNI


class Accident(NamedTuple):
    """A condition, its points, and the other party: a planet, node or star."""

    condition: Condition
    points: int
    other: str | None = None


class Stage(NamedTuple):
    """The chart that accidents are told of: the seven or ten planets, and where they stand.

    `houses` is empty where there are none. `altitudes` in degrees above the true horizon. `nodes`
    and `stars` are positions of what may join a planet, with the points of a star by its name.
    """

    positions: Mapping[Body, Position]
    houses: Mapping[Body, int]
    altitudes: Mapping[Body, float]
    by_day: bool
    nodes: Sequence[Position] = ()
    stars: Mapping[str, tuple[float, int]] = {}
    star_orb: float = 5.0


def accidents_of(planet: Body, stage: Stage, rules: AccidentalRules) -> list[Accident]:
    """Everything that befalls a planet, in the order of Condition but for its kind."""
    position = stage.positions[planet]
    sun = stage.positions[Body.SUN]
    return [
        *_in_house(planet, stage.houses.get(planet)),
        *motion(position, rules),
        *_by_the_sun(position, sun, rules),
        *_by_sect(planet, stage, rules),
        *_company(position, stage, rules),
    ]


def _in_house(planet: Body, house: int | None) -> list[Accident]:
    if house is None:
        return []
    found = [Accident(_PLACES[(house - 1) % 3], HOUSE_POINTS[house])]
    return found + ([Accident(Condition.JOY, 0)] if JOYS.get(planet) == house else [])


def motion(position: Position, rules: AccidentalRules) -> list[Accident]:
    """Direct, retrograde, stationary, swift or slow; the lights are never retrograde."""
    planet, speed = position.point, position.speed
    mean = MEAN_MOTIONS[Body(str(planet))]
    found = []
    if planet not in {Body.SUN, Body.MOON}:
        retrograde = speed < 0.0
        found.append(
            Accident(Condition.RETROGRADE, -5) if retrograde else Accident(Condition.DIRECT, 4)
        )
        if abs(speed) < rules.stationary * mean:
            found.append(Accident(Condition.STATIONARY, 0))
    counted = abs(speed) if rules.speed is SpeedRule.ABSOLUTE else speed
    if counted != mean:
        found.append(
            Accident(Condition.SWIFT, 2) if counted > mean else Accident(Condition.SLOW, -2)
        )
    return found


def solar_state(planet: Position, sun: Position, rules: AccidentalRules) -> Condition:
    """CAZIMI, COMBUST, UNDER_BEAMS or FREE_OF_BEAMS, by longitude."""
    apart = separation(planet.longitude, sun.longitude)
    if apart <= rules.cazimi:
        return Condition.CAZIMI
    same_sign = sign_of(planet.longitude) is sign_of(sun.longitude)
    if apart <= rules.combust and (same_sign or not rules.combust_in_sign):
        return Condition.COMBUST
    return Condition.UNDER_BEAMS if apart <= rules.beams else Condition.FREE_OF_BEAMS


def is_oriental(planet: Position, sun: Position) -> bool:
    """Whether a planet rises before the Sun: it stands up to half a circle behind it."""
    return signed_arc(sun.longitude, planet.longitude) < 0.0


def _by_the_sun(planet: Position, sun: Position, rules: AccidentalRules) -> list[Accident]:
    if planet.point is Body.SUN:
        return []
    state, oriental = solar_state(planet, sun, rules), is_oriental(planet, sun)
    found = [Accident(state, _SOLAR_POINTS[state])]
    if planet.point is Body.MOON:
        waxing = Accident(Condition.WAXING, 2)
        return [*found, waxing if not oriental else Accident(Condition.WANING, -2)]
    # Mercury and Venus are better behind the Sun, those above it better in front.
    points = 0 if planet.point in OUTER else 2
    if planet.point in {Body.MERCURY, Body.VENUS}:
        points = -points
    if oriental:
        return [*found, Accident(Condition.ORIENTAL, points)]
    return [*found, Accident(Condition.OCCIDENTAL, -points)]


def is_diurnal(planet: Body, stage: Stage) -> bool:
    """The planet's sect: Sun, Jupiter and Saturn by day; Mercury by day while it is oriental."""
    if planet is Body.MERCURY:
        return is_oriental(stage.positions[planet], stage.positions[Body.SUN])
    return planet in {Body.SUN, Body.JUPITER, Body.SATURN}


def _by_sect(planet: Body, stage: Stage, rules: AccidentalRules) -> list[Accident]:
    """Halb: on the Sun's side of the horizon for planets of the day, away from it for the others.

    Hayz adds a sign of the planet's own gender; Mercury's gender goes with its sect.
    """
    if planet in OUTER:
        return []
    diurnal, above = is_diurnal(planet, stage), stage.altitudes[planet] > 0.0
    halb = (above is stage.by_day) is diurnal
    masculine = diurnal or planet is Body.MARS
    in_gender = is_masculine(sign_of(stage.positions[planet].longitude)) is masculine
    hayz = halb and in_gender
    if rules.hayz is HayzRule.LILLY:
        # By day above in a masculine sign, by night under the earth in a feminine one.
        hayz = in_gender and diurnal is stage.by_day and above is stage.by_day
    found = [Accident(Condition.HALB, 0)] if halb else []
    return [*found, Accident(Condition.HAYZ, 0)] if hayz else found


def is_partile(a: float, b: float, angle: float, rule: PartileRule) -> bool:
    """Whether two longitudes are in the partile aspect of an angle, in degrees."""
    if rule is PartileRule.ORB:
        return abs(separation(a, b) - angle) < 1.0
    signs = abs(SIGNS.index(sign_of(a)) - SIGNS.index(sign_of(b)))
    return int(a) % 30 == int(b) % 30 and min(signs, 12 - signs) * 30.0 == angle


def siege(
    planet: Body, positions: Mapping[Body, Position], rule: SiegeRule, span: float
) -> tuple[Body, Body] | None:
    """The malefics behind and ahead of a planet with nothing between, within `span` degrees.

    None unless one is Mars and the other Saturn.
    """
    if planet in MALEFICS:
        return None
    here = positions[planet].longitude
    angles = PTOLEMAIC_ANGLES if rule is SiegeRule.RAYS else (0.0,)
    rays = [
        (norm(position.longitude + side * angle - here), other)
        for other, position in positions.items()
        if other is not planet and other not in OUTER
        for angle in angles
        for side in (-1.0, 1.0)
    ]
    ahead, after = min(rays)
    behind, before = max(rays)
    if {before, after} != MALEFICS or ahead + (360.0 - behind) > span:
        return None
    return before, after


def _company(position: Position, stage: Stage, rules: AccidentalRules) -> list[Accident]:
    """Siege, partile aspects to benefics, malefics and nodes, and stars."""
    planet, here = Body(str(position.point)), position.longitude
    found = []
    around = siege(planet, stage.positions, rules.siege, rules.siege_span)
    if around is not None:
        found.append(Accident(Condition.BESIEGED, -5, f"{around[0]} {around[1]}"))
    for other in (Body.JUPITER, Body.VENUS, Body.SATURN, Body.MARS):
        table = _GOOD_PARTILE if other in BENEFICS else _BAD_PARTILE
        there = stage.positions[other].longitude
        found += [
            Accident(condition, points, other)
            for angle, (condition, points) in table.items()
            if other is not planet and is_partile(here, there, angle, rules.partile)
        ]
    found += [
        Accident(Condition.PARTILE_CONJUNCTION, _node_points(node.point), str(node.point))
        for node in stage.nodes
        if is_partile(here, node.longitude, 0.0, rules.partile)
    ]
    found += [
        Accident(Condition.CONJUNCT_STAR, points, name)
        for name, (longitude, points) in stage.stars.items()
        if separation(here, longitude) <= stage.star_orb
    ]
    return found


def _node_points(node: Point) -> int:
    return _NODE_POINTS[Body(str(node))]

"""Essential dignity: what a planet owns where it stands, and who owns a degree most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.astrology.bodies import Body
from app.astrology.names import Name
from app.astrology.rulerships import (
    DOMICILES,
    EXALTATIONS,
    MODERN_RULERS,
    OUTER,
    SEVEN,
    TRIPLICITIES,
    FaceSystem,
    RulershipSystem,
    TermSystem,
    Triplicity,
    TriplicitySystem,
    element_of,
    face_lord,
    opposite,
    term_lord,
)
from app.astrology.zodiac import Sign, degree_in_sign, sign_of


class Dignity(Name):
    """The five essential dignities, from the strongest."""

    DOMICILE = "DOMICILE"
    EXALTATION = "EXALTATION"
    TRIPLICITY = "TRIPLICITY"
    TERM = "TERM"
    FACE = "FACE"


POINTS: Mapping[Dignity, int] = {
    Dignity.DOMICILE: 5,
    Dignity.EXALTATION: 4,
    Dignity.TRIPLICITY: 3,
    Dignity.TERM: 2,
    Dignity.FACE: 1,
}
"""Lilly, Christian Astrology, page 115."""
DETRIMENT_POINTS, FALL_POINTS = -5, -4


class TriplicityScope(Name):
    """Who counts as triplicity ruler: that of the chart's sect, or all that the table names."""

    SECT_RULER = "SECT_RULER"
    ALL_THREE = "ALL_THREE"


@dataclass(frozen=True, slots=True)
class DignityRules:
    """Which tables decide. `exaltations` adds those of Uranus, Neptune and Pluto, by sign."""

    system: RulershipSystem = RulershipSystem.TRADITIONAL
    terms: TermSystem = TermSystem.EGYPTIAN
    triplicity: TriplicitySystem = TriplicitySystem.DOROTHEAN
    scope: TriplicityScope = TriplicityScope.SECT_RULER
    faces: FaceSystem = FaceSystem.CHALDEAN
    exaltations: Mapping[Body, Sign] = field(default_factory=dict)

    @property
    def planets(self) -> tuple[Body, ...]:
        """The planets that can own anything."""
        return SEVEN if self.system is RulershipSystem.TRADITIONAL else SEVEN + OUTER


class Lords(NamedTuple):
    """Everyone who owns a degree; the first of `domicile` is the ruler of tradition."""

    domicile: tuple[Body, ...]
    exaltation: tuple[Body, ...]
    detriment: tuple[Body, ...]
    fall: tuple[Body, ...]
    triplicity: Triplicity
    term: Body
    face: Body

    def triplicity_of(self, scope: TriplicityScope, *, by_day: bool) -> tuple[Body, ...]:
        """The triplicity rulers that count."""
        if scope is TriplicityScope.SECT_RULER:
            return self.triplicity.day if by_day else self.triplicity.night
        day, night, participating = self.triplicity
        return tuple(dict.fromkeys(day + night + participating))


class Essential(NamedTuple):
    """Points of a planet where it stands; 0 for what it lacks. `peregrine` lacks all five."""

    rulership: int
    exaltation: int
    detriment: int
    fall: int
    triplicity: int
    term: int
    face: int
    peregrine: bool

    @property
    def total(self) -> int:
        return sum(self[:-1])


class Claim(NamedTuple):
    """What a planet owns of a degree, in points."""

    planet: Body
    points: int


def lords_at(longitude: float, rules: DignityRules) -> Lords:
    """The owners of a longitude within [0, 360) degrees."""
    sign, degree = sign_of(longitude), degree_in_sign(longitude)
    return Lords(
        _rulers(sign, rules),
        _exalted(sign, rules),
        _rulers(opposite(sign), rules),
        _exalted(opposite(sign), rules),
        TRIPLICITIES[rules.triplicity][element_of(sign)],
        term_lord(sign, degree, rules.terms),
        face_lord(sign, degree, rules.faces),
    )


def owners(longitude: float, rules: DignityRules, *, by_day: bool) -> Mapping[Dignity, set[Body]]:
    """For each dignity the planets that have it at a longitude."""
    lords = lords_at(longitude, rules)
    return {
        Dignity.DOMICILE: set(lords.domicile),
        Dignity.EXALTATION: set(lords.exaltation),
        Dignity.TRIPLICITY: set(lords.triplicity_of(rules.scope, by_day=by_day)),
        Dignity.TERM: {lords.term},
        Dignity.FACE: {lords.face},
    }


def essential(planet: Body, longitude: float, rules: DignityRules, *, by_day: bool) -> Essential:
    """The essential dignity of a planet at a longitude, +5 +4 +3 +2 +1 -5 -4."""
    lords, owned = lords_at(longitude, rules), owners(longitude, rules, by_day=by_day)
    points = {kind: POINTS[kind] if planet in who else 0 for kind, who in owned.items()}
    return Essential(
        points[Dignity.DOMICILE],
        points[Dignity.EXALTATION],
        DETRIMENT_POINTS if planet in lords.detriment else 0,
        FALL_POINTS if planet in lords.fall else 0,
        points[Dignity.TRIPLICITY],
        points[Dignity.TERM],
        points[Dignity.FACE],
        peregrine=not any(points.values()),
    )


def claims(longitude: float, rules: DignityRules, *, by_day: bool) -> list[Claim]:
    """Every planet that owns something of a longitude, the most points first."""
    owned = owners(longitude, rules, by_day=by_day)
    sums = {
        planet: sum(POINTS[kind] for kind, who in owned.items() if planet in who)
        for planet in rules.planets
    }
    found = [Claim(planet, points) for planet, points in sums.items() if points]
    return sorted(found, key=lambda claim: -claim.points)


def almutens(longitude: float, rules: DignityRules, *, by_day: bool) -> list[Body]:
    """The planets with most points at a longitude: more than one where they tie."""
    found = claims(longitude, rules, by_day=by_day)
    return [claim.planet for claim in found if claim.points == found[0].points]


def _rulers(sign: Sign, rules: DignityRules) -> tuple[Body, ...]:
    old, new = DOMICILES[sign], MODERN_RULERS.get(sign)
    if rules.system is RulershipSystem.TRADITIONAL or new is None:
        return (old,)
    return (old, new)


def _exalted(sign: Sign, rules: DignityRules) -> tuple[Body, ...]:
    old = [planet for planet, (where, _) in EXALTATIONS.items() if where is sign]
    new = [planet for planet, where in rules.exaltations.items() if where is sign]
    return tuple(old + new)

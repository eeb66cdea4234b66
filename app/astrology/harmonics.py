"""Harmonic charts: every longitude multiplied by a whole number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from app.astrology.angles import norm
from app.astrology.aspects import Aspect, OrbRules, aspects_among
from app.astrology.houses import house_of
from app.astrology.names import Name
from app.astrology.sky import Position
from app.astrology.zodiac import DEGREES_OF_A_SIGN, SIGNS


class OrbRule(Name):
    """Where the orb of a harmonic aspect is counted.

    HARMONIC counts it among the multiplied longitudes, unscaled: two points within `orb` there
    stand within orb / n of the multiple in the radix. RADIX counts it in the radix, so that the
    harmonic chart allows n times as much.
    """

    HARMONIC = "HARMONIC"
    RADIX = "RADIX"


class HarmonicHouses(Name):
    """What divides a harmonic chart; no author defines houses for it.

    EQUAL counts thirty degrees a house from the multiplied ascendant. MULTIPLIED multiplies each
    cusp of the radix, as some programs do: the cusps then follow in no order, and hold no points.
    """

    NONE = "NONE"
    EQUAL = "EQUAL"
    MULTIPLIED = "MULTIPLIED"


class HarmonicAspect(NamedTuple):
    """An aspect among multiplied longitudes, and its orb in degrees of the radix."""

    aspect: Aspect
    radix_orb: float


def multiplied(position: Position, harmonic: int) -> Position:
    """The position in a harmonic chart: longitude and its speed times the harmonic.

    Latitude and distance are kept: they are no parts of the circle that is multiplied. John
    Addey, Harmonics in Astrology (1976).
    """
    return position._replace(
        longitude=norm(position.longitude * harmonic), speed=position.speed * harmonic
    )


def equal_cusps(ascendant: float, harmonic: int) -> tuple[float, ...]:
    """Twelve cusps in degrees, a sign apart, from the multiplied ascendant."""
    first = ascendant * harmonic
    return tuple(norm(first + DEGREES_OF_A_SIGN * house) for house in range(len(SIGNS)))


def multiplied_cusps(cusps: Sequence[float], harmonic: int) -> tuple[float, ...]:
    """Each cusp of the radix times the harmonic, in degrees and in the order of the radix."""
    return tuple(norm(cusp * harmonic) for cusp in cusps)


def house_in(position: Position, cusps: Sequence[float]) -> int:
    """The house, 1 to 12, of a multiplied position among equal cusps.

    A multiplied ascendant opens its own first house, whatever multiplying rounded off.
    """
    return house_of(position.longitude, cusps)


def harmonic_aspects(
    positions: Sequence[Position], harmonic: int, rules: OrbRules, orb_rule: OrbRule
) -> list[HarmonicAspect]:
    """The closest aspect of every pair of multiplied positions, at the ordinary angles."""
    if orb_rule is OrbRule.RADIX:
        rules = replace(rules, multiplier=rules.multiplier * harmonic)
    return [
        HarmonicAspect(aspect, aspect.orb / harmonic) for aspect in aspects_among(positions, rules)
    ]

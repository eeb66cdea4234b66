"""Two charts compared: whose points fall into whose houses, and a score that shows its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.astrology.aspects import Aspect, AspectKind
from app.astrology.bodies import Angle, Body
from app.astrology.chart import Instant
from app.astrology.houses import Division
from app.astrology.sky import Position

SCORE_FORMULA = "nocturna-synastry-1"
"""Names the formula of `score` together with the default weights below; either changes it."""

ASPECT_WEIGHTS: Mapping[str, float] = {
    AspectKind.CONJUNCTION: 1.0,
    AspectKind.OPPOSITION: -0.5,
    AspectKind.TRINE: 1.0,
    AspectKind.SQUARE: -1.0,
    AspectKind.SEXTILE: 0.5,
    AspectKind.SEMISEXTILE: 0.25,
    AspectKind.SEMISQUARE: -0.25,
    AspectKind.SESQUISQUARE: -0.25,
    AspectKind.QUINCUNX: -0.25,
    AspectKind.QUINTILE: 0.25,
    AspectKind.BIQUINTILE: 0.25,
}
"""Harmony above 0, tension below; aspects that are not named weigh nothing. A choice of our own."""

POINT_WEIGHTS: Mapping[str, float] = {
    Body.SUN: 3.0,
    Body.MOON: 3.0,
    Angle.ASC: 3.0,
    Body.MERCURY: 2.0,
    Body.VENUS: 2.0,
    Body.MARS: 2.0,
    Angle.MC: 2.0,
}
"""How much a point counts; points that are not named count 1. A choice of our own."""

OTHER_POINT = 1.0
"""Weight of points without one of their own."""


class Contribution(NamedTuple):
    """What one aspect adds: `value` is the product of the other three numbers."""

    aspect: Aspect
    aspect_weight: float
    points_weight: float
    value: float


@dataclass(frozen=True, slots=True)
class Score:
    """Harmony as a share of all that was weighed, in percent; None where nothing was."""

    value: float | None
    harmony: float
    tension: float
    contributions: tuple[Contribution, ...]


def score_of(
    aspects: Iterable[Aspect],
    aspect_weights: Mapping[str, float] = ASPECT_WEIGHTS,
    point_weights: Mapping[str, float] = POINT_WEIGHTS,
) -> Score:
    """100 * harmony / (harmony + tension) of the aspects between two charts.

    Each aspect adds its weight * the weights of its two points * its strength: harmony is the
    sum above 0, tension the size of the sum below. A formula of our own, of no author.
    """
    found = tuple(_contribution(aspect, aspect_weights, point_weights) for aspect in aspects)
    harmony = sum(part.value for part in found if part.value > 0.0)
    tension = -sum(part.value for part in found if part.value < 0.0)
    weighed = harmony + tension
    value = 100.0 * harmony / weighed if weighed > 0.0 else None
    return Score(value, harmony, tension, found)


def _contribution(
    aspect: Aspect, aspect_weights: Mapping[str, float], point_weights: Mapping[str, float]
) -> Contribution:
    weight = aspect_weights.get(aspect.rule.name, 0.0)
    points = 1.0
    for position in (aspect.first, aspect.second):
        points *= point_weights.get(str(position.point), OTHER_POINT)
    return Contribution(aspect, weight, points, weight * points * aspect.strength)


def overlay(
    guests: Sequence[Position], guest: Instant, host: Instant, division: Division
) -> list[int]:
    """The house of the host, 1 to 12, that each point of a guest falls into, by the host's rule.

    The guest's positions are in the zodiac of both charts. True POSITION takes where the guest's
    points stand in space, latitude included, under the horizon of the host. Ronald Davison,
    Synastry (1977), reads charts by these overlays.
    """
    rule = host.conventions.house_rule
    if rule.decides_by_longitude(division.system):
        return rule.houses_of((position.longitude for position in guests), division.cusps)
    points = [position.point for position in guests]
    tropical = guest.tropical.place_points(points)
    places = host.ephemeris.house_positions(host.moment, host.place, division.system, tropical)
    return [int(place) for place in places]

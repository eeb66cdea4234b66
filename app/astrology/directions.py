"""Primary directions: which arcs of the sky's daily turn are complete at which age."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from app.astrology.bodies import Body
from app.astrology.direction_arcs import (
    FULL_CIRCLE,
    DirectionRules,
    Ray,
    Sphere,
    arcs_of_degrees,
    converse_arcs,
    direct_arcs,
)
from app.astrology.direction_keys import Key
from app.astrology.names import Name
from app.astrology.rulerships import TERMS, TermSystem, term_lord
from app.astrology.sky import FloatArray, Position
from app.astrology.zodiac import DEGREES_OF_A_SIGN, SIGNS, Sign, degree_in_sign, sign_of


class Turn(Name):
    """Which way a direction goes."""

    DIRECT = "DIRECT"
    CONVERSE = "CONVERSE"


class Direction(NamedTuple):
    """One direction: its arc in degrees, and the age in years at which it is complete."""

    ray: Ray
    significator: Position
    turn: Turn
    arc: float
    years: float


class Bound(NamedTuple):
    """A term that comes to a significator: where it starts, its lord, the arc and the age."""

    longitude: float
    sign: Sign
    lord: Body
    arc: float
    years: float


ARCS_OF = {Turn.DIRECT: direct_arcs, Turn.CONVERSE: converse_arcs}


def directions(  # noqa: PLR0913 - what is directed, where, how, and when
    rays: Sequence[Ray],
    significators: Sequence[Position],
    sphere: Sphere,
    rules: DirectionRules,
    key: Key,
    *,
    turns: Iterable[Turn],
    ages: tuple[float, float],
) -> list[Direction]:
    """Every direction that is complete within a range of ages in years, by its arc.

    An arc of 0 is the place at birth, and no direction.
    """
    found: list[Direction] = []
    for turn in turns:
        arcs = ARCS_OF[turn](rays, significators, sphere, rules)
        years = _years(arcs, key)
        rows, columns = np.nonzero((years >= ages[0]) & (years <= ages[1]) & (arcs > 0.0))
        chosen = zip(
            rows.tolist(),
            columns.tolist(),
            arcs[rows, columns].tolist(),
            years[rows, columns].tolist(),
            strict=True,
        )
        found += [
            Direction(rays[row], significators[column], turn, arc, age)
            for row, column, arc, age in chosen
        ]
    return sorted(found, key=lambda direction: direction.arc)


def bounds_of(
    significator: Position,
    sphere: Sphere,
    rules: DirectionRules,
    key: Key,
    system: TermSystem,
    oldest: float,
) -> list[Bound]:
    """The terms that come to a significator up to an age, the one at birth first, by arc.

    They are directed as degrees of the ecliptic; what never rises is left out.
    """
    starts = [
        (DEGREES_OF_A_SIGN * number + start, sign, lord)
        for number, sign in enumerate(SIGNS)
        for start, lord in _starts(sign, system)
    ]
    longitudes = np.array([longitude for longitude, _, _ in starts])
    arcs = arcs_of_degrees(longitudes, significator, sphere, rules)
    years = _years(arcs, key)
    entered = [
        Bound(*start, arc, age)
        for start, arc, age in zip(starts, arcs.tolist(), years.tolist(), strict=True)
        if age <= oldest
    ]
    own = significator.longitude
    sign = sign_of(own)
    at_birth = Bound(own, sign, term_lord(sign, degree_in_sign(own), system), 0.0, 0.0)
    return [at_birth, *sorted(entered, key=lambda bound: bound.arc)]


def _years(arcs: FloatArray, key: Key) -> FloatArray:
    """Ages in years; infinite where there is no arc."""
    years = key.years(np.where(np.isnan(arcs), FULL_CIRCLE, arcs))
    return np.where(np.isnan(arcs), np.inf, years)


def _starts(sign: Sign, system: TermSystem) -> list[tuple[int, Body]]:
    """Degree at which each term of a sign starts, and its lord."""
    terms = TERMS[system][sign]
    ends = (0, *(end for _, end in terms))
    return [(start, lord) for start, (lord, _) in zip(ends, terms, strict=False)]

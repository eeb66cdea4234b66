"""Aspect patterns."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.aspects import ANGLE_OF
from app.astrology.bodies import PLANETS
from app.astrology.patterns import (
    DEFAULT_ORBS,
    Edge,
    Pattern,
    PatternKind,
    Stellium,
    StelliumBy,
    patterns_among,
)
from app.astrology.sky import Ephemeris
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, calculation
from app.calculations.conventions import ChartRequest, sources
from app.calculations.fields import EACH_ONCE, AspectName, PointName, few, named
from app.calculations.provenance import computed_for
from app.calculations.shapes import Degrees
from app.calculations.untimed import WITHOUT_MOON, meeting_points, time_definitions
from app.errors import InvalidInput

MOST_POINTS = 20
MOST_KINDS = MOST_ORBS = 32

PatternOrb = Annotated[float, Field(ge=0.0, le=12.0)]
"""Narrow enough that a pair of points has one aspect at most."""


class PatternsRequest(ChartRequest):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = WITHOUT_MOON

    planets: Annotated[
        tuple[PointName, ...],
        FailFast(),
        Field(description="Points of the figures; empty: Sun to Pluto", max_length=MOST_POINTS),
        EACH_ONCE,
    ] = PLANETS
    patterns: Annotated[
        tuple[Annotated[PatternKind, *named(PatternKind)], ...],
        FailFast(),
        Field(description="Figures to tell; empty: all", max_length=MOST_KINDS),
    ] = ()
    orbs: Annotated[
        dict[AspectName, PatternOrb],
        few(MOST_ORBS),
        Field(
            description="Orb of each side by its aspect: 8 for OPPOSITION, TRINE and SQUARE, "
            "6 for SEXTILE, 3 for QUINCUNX",
            max_length=MOST_ORBS,
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it
    out_of_sign: Annotated[
        bool, Field(description="Sides may join signs that are not as far apart as the aspect")
    ] = True
    suppress_subsets: Annotated[
        bool, Field(description="Leaves out figures that are wholly part of a larger one")
    ] = True
    stellium_by: Annotated[
        Annotated[StelliumBy, *named(StelliumBy)],
        Field(description="Points in one SIGN, in a CHAIN of close neighbours, or EITHER"),
    ] = StelliumBy.EITHER
    stellium_count: Annotated[int, Field(ge=3, le=MOST_POINTS, description="Fewest points")] = 4
    stellium_arc: Annotated[
        float, Field(ge=0.0, le=15.0, description="Widest gap of a CHAIN, degrees")
    ] = 8.0


class MemberReply(TypedDict):
    planet: str
    longitude: Degrees
    role: Annotated[str, Field(description="APEX, BASE, TAIL, WING, CORNER or MEMBER")]


class EdgeReply(TypedDict):
    """One side of a figure."""

    planet1: str
    planet2: str
    aspect_type: str
    angle: float
    separation: float
    orb: float
    out_of_sign: bool


class PatternReply(TypedDict):
    """One figure."""

    pattern: str
    points: list[MemberReply]
    edges: Annotated[
        list[EdgeReply],
        Field(description="Sides; of a chain its neighbours, of a stellium in a sign none"),
    ]
    worst_orb: Annotated[float | None, Field(description="Widest orb of all sides")]
    out_of_sign: Annotated[bool, Field(description="Some side is out of sign")]
    stellium_by: Annotated[str | None, Field(description="SIGN or CHAIN; null for other figures")]


class PatternsReply(TypedDict):
    patterns: list[PatternReply]


@calculation(
    "patterns",
    example={**EXAMPLE, "patterns": ["T_SQUARE", "GRAND_TRINE", "STELLIUM"]},
)
def patterns(request: PatternsRequest, ephemeris: Ephemeris) -> Answer[PatternsReply]:
    """Figures that several aspects make together: grand trine, T-square, grand cross, yod and more.

    A grand trine is three trines; a T-square an opposition with both ends square to an apex; a
    grand cross two oppositions and four squares; a yod a sextile with both ends quincunx to an
    apex; a kite a grand trine with an apex opposite one corner and sextile to the others; a
    mystic rectangle two oppositions joined by two trines and two sextiles. Every side is held to
    the orb of its own aspect. A stellium is a number of points in one sign, or a chain of
    neighbours a few degrees apart. Figures inside larger ones, as the grand trine of a kite, are
    left out unless asked for; points in conjunction make figures of their own each. With
    `time` unknown they are those of the noon of the day, among the bodies but for the Moon.
    """
    birth = request.birth(ephemeris)
    instant = request.instant(birth, ephemeris)
    known = birth.time_known
    points = meeting_points(request.planets, PLANETS, time_known=known)
    _refuse_other_orbs(request)
    orbs = {**DEFAULT_ORBS, **request.orbs}
    stellium = Stellium(request.stellium_by, request.stellium_count, request.stellium_arc)
    found = patterns_among(
        instant.place_points(points),
        request.patterns or tuple(PatternKind),
        orbs,
        stellium,
        out_of_sign=request.out_of_sign,
        suppress_subsets=request.suppress_subsets,
    )
    definitions: dict[str, Any] = {
        **request.chart_definitions(instant, points),
        "orbs": {kind.value: orb for kind, orb in orbs.items()},
        "out_of_sign": request.out_of_sign,
        "suppress_subsets": request.suppress_subsets,
        "stellium_by": request.stellium_by,
        "stellium_count": request.stellium_count,
        "stellium_arc": request.stellium_arc,
        **time_definitions(birth)[0],
    }
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer({"patterns": [_reply(pattern) for pattern in found]}, provenance, birth.lasting)


def _refuse_other_orbs(request: PatternsRequest) -> None:
    """Refuse orbs of aspects that no figure has; raises InvalidInput."""
    for kind in request.orbs:
        if kind not in DEFAULT_ORBS:
            expected = f"an aspect that figures are made of: one of {', '.join(DEFAULT_ORBS)}"
            raise InvalidInput.of(f"orbs.{kind}", expected, str(kind))


def _reply(pattern: Pattern) -> PatternReply:
    return {
        "pattern": pattern.kind,
        "points": [
            {"planet": str(position.point), "longitude": position.longitude, "role": role}
            for position, role in pattern.members
        ],
        "edges": [_edge(edge) for edge in pattern.edges],
        "worst_orb": pattern.worst_orb,
        "out_of_sign": any(edge.out_of_sign for edge in pattern.edges),
        "stellium_by": pattern.by,
    }


def _edge(edge: Edge) -> EdgeReply:
    return {
        "planet1": str(edge.first.point),
        "planet2": str(edge.second.point),
        "aspect_type": edge.kind,
        "angle": ANGLE_OF[edge.kind],
        "separation": edge.separation,
        "orb": edge.orb,
        "out_of_sign": edge.out_of_sign,
    }

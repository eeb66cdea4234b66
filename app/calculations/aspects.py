"""Aspects between the points of one chart."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, ClassVar, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.bodies import STANDARD_POINTS, Point
from app.astrology.chart import Instant
from app.astrology.declination import Declined, Parallel, parallels_among
from app.astrology.houses import HouseSystem
from app.astrology.mundane import mundane_positions
from app.astrology.sky import Ephemeris, Position
from app.calculations.birth import EXAMPLE, Birth
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, celestial, require_earth, sources
from app.calculations.fields import HouseSystemName, Points, named
from app.calculations.orbs import AspectChoice
from app.calculations.provenance import computed_for
from app.calculations.shapes import AspectReply
from app.calculations.untimed import steady, time_definitions, told_points
from app.errors import InvalidInput


class AspectSpace(StrEnum):
    """Where aspects are measured: along the ecliptic, or in the houses (in mundo)."""

    ECLIPTIC = "ECLIPTIC"
    MUNDANE = "MUNDANE"


class AspectsRequest(AspectChoice, ChartRequest):
    works_without_time: ClassVar[bool] = True

    planets: Annotated[
        Points,
        Field(description="Points to compare; empty: Sun to Pluto, mean node and mean Lilith"),
    ] = STANDARD_POINTS
    space: Annotated[
        Annotated[AspectSpace, *named(AspectSpace)],
        Field(description="MUNDANE measures in house space, 30 degrees a house"),
    ] = AspectSpace.ECLIPTIC
    mundane_system: Annotated[
        HouseSystemName,
        Field(description="The houses of MUNDANE space; a sector of GAUQUELIN has 10 degrees"),
    ] = HouseSystem.PLACIDUS
    include_parallels: Annotated[
        bool, Field(description="Adds parallels and contraparallels of declination")
    ] = False
    parallel_orb: Annotated[float, Field(ge=0.0, le=5.0, description="Degrees of declination")] = (
        1.0
    )


class ParallelReply(TypedDict):
    """Two bodies of equal declination, on the same side of the equator or on opposite ones."""

    planet1: str
    planet2: str
    aspect_type: str
    declination1: float
    declination2: float
    orb: float
    applying: bool | None


class AspectsReply(TypedDict):
    aspects: list[AspectReply]
    parallels: NotRequired[list[ParallelReply]]


@calculation(
    "aspects",
    example={**EXAMPLE, "aspects": ["TRINE", "SQUARE"], "orb_multiplier": 0.5},
    sources=(Source("William Lilly, Christian Astrology (1647), p. 107 (moieties)"),),
)
def aspects(request: AspectsRequest, ephemeris: Ephemeris) -> Answer[AspectsReply]:
    """Aspects between the points of a chart, with orb, strength, and whether they apply.

    Applying means that the orb shrinks at the true speeds of both points at the moment; angles
    count as standing still unless `angles_move`. Each pair gives its closest aspect only. With
    `time` unknown they are those of the noon of the day, among the bodies but for the Moon.
    """
    birth = request.birth(ephemeris)
    instant = request.instant(birth, ephemeris, angles_move=request.angles_move)
    known = birth.time_known
    points = told_points(request.planets, STANDARD_POINTS, time_known=known)
    rules = request.orb_rules()
    _check_space(request, birth)
    positions = steady(_measured(request, instant, points), time_known=known)
    reply: AspectsReply = {"aspects": request.found(positions, instant, rules)}
    if request.include_parallels:
        declined = steady(_declined(instant, points), time_known=known)
        found_parallels = parallels_among(declined, request.parallel_orb)
        reply["parallels"] = [_parallel_reply(parallel) for parallel in found_parallels]
    definitions = {
        **request.chart_definitions(instant, points),
        **request.orb_definitions(rules),
        "space": request.space,
        **time_definitions(birth)[0],
    }
    if request.space is AspectSpace.MUNDANE:
        definitions["mundane_system"] = request.mundane_system
    if request.include_parallels:
        definitions["parallel_orb"] = request.parallel_orb
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _check_space(request: AspectsRequest, birth: Birth) -> None:
    """Refuse house space for what it cannot tell; raises InvalidInput."""
    if request.space is not AspectSpace.MUNDANE:
        return
    if not birth.time_known:
        expected = "ECLIPTIC, because the houses of MUNDANE space need a known time"
        raise InvalidInput.of("space", expected, str(request.space))
    if request.mundane_system is HouseSystem.HORIZONTAL:
        expected = "another system: true positions in HORIZONTAL houses are not known"
        raise InvalidInput.of("mundane_system", expected, str(request.mundane_system))
    if request.include_exact_time:
        expected = "false with space MUNDANE, where speeds are not known"
        raise InvalidInput.of("include_exact_time", expected, got=True)


def _measured(request: AspectsRequest, instant: Instant, points: Sequence[Point]) -> list[Position]:
    """The points where aspects are measured."""
    if request.space is AspectSpace.ECLIPTIC:
        return instant.place_points(points)
    require_earth(request.center, "mundane aspects")
    return mundane_positions(instant, points, request.mundane_system)


def _declined(instant: Instant, points: Sequence[Point]) -> list[Declined]:
    bodies = celestial(points)
    frame = instant.conventions.frame
    rows = instant.ephemeris.equatorial((instant.moment,), bodies, frame)[0].tolist()
    return [
        Declined(body, ascension, declination, speed)
        for body, (ascension, declination, _, _, speed, _) in zip(bodies, rows, strict=True)
    ]


def _parallel_reply(parallel: Parallel) -> ParallelReply:
    return {
        "planet1": str(parallel.first.point),
        "planet2": str(parallel.second.point),
        "aspect_type": parallel.kind,
        "declination1": parallel.first.declination,
        "declination2": parallel.second.declination,
        "orb": parallel.orb,
        "applying": parallel.applying,
    }

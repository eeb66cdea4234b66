"""Declinations, parallels, and bodies out of bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.bodies import PLANETS
from app.astrology.declination import (
    Declined,
    Parallel,
    beyond_bounds,
    declined,
    parallels_among,
)
from app.astrology.sky import Ephemeris, Position
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, sources
from app.calculations.fields import Points
from app.calculations.provenance import computed_for
from app.calculations.untimed import steady, time_definitions, told_points


class DeclinationsRequest(ChartRequest):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = (
        "utc in computed_for is the noon of that day, and angles, lots and parallels of the Moon "
        "are left out"
    )

    planets: Annotated[
        Points, Field(description="Points of the answer, angles and lots too; empty: Sun to Pluto")
    ] = PLANETS
    include_parallels: Annotated[
        bool, Field(description="Adds the parallels and contraparallels of every point")
    ] = True
    parallel_orb: Annotated[float, Field(ge=0.0, le=5.0, description="Degrees of declination")] = (
        1.0
    )
    angles_move: Annotated[
        bool,
        Field(description="Angles turn with the sky in `applying`; by default they stand still"),
    ] = False


class PointParallelReply(TypedDict):
    """A point of equal declination on the same side of the equator, or on the other one."""

    planet: str
    aspect_type: Annotated[str, Field(description="PARALLEL or CONTRAPARALLEL")]
    declination: Annotated[float, Field(description="Of that point, degrees")]
    orb: Annotated[float, Field(description="Degrees from exactness")]
    applying: Annotated[
        bool | None, Field(description="The orb shrinks; null when exact or when nothing moves")
    ]


class DeclinationReply(TypedDict):
    """A point against the equator of date."""

    planet: str
    longitude: Annotated[float, Field(description="Degrees, in the zodiac asked for")]
    latitude: Annotated[float, Field(description="Degrees of ecliptic latitude")]
    right_ascension: Annotated[float, Field(description="Degrees, 0 up to 360")]
    declination: Annotated[float, Field(description="Degrees, north positive")]
    declination_speed: Annotated[float, Field(description="Degrees of declination per day")]
    out_of_bounds: Annotated[
        bool, Field(description="Farther from the equator than the Sun ever is")
    ]
    out_of_bounds_by: Annotated[
        float | None, Field(description="Degrees beyond the obliquity; null within bounds")
    ]
    parallels: NotRequired[list[PointParallelReply]]


class DeclinationsReply(TypedDict):
    declinations: list[DeclinationReply]
    obliquity: Annotated[float, Field(description="True obliquity of date in degrees: the bounds")]


@calculation(
    "declinations",
    example=EXAMPLE,
    sources=(
        Source("Kt Boehrer, Declination: The Other Dimension (1975)"),
        Source("Charles A. Jayne, Parallels: Their Hidden Meaning"),
    ),
)
def declinations(request: DeclinationsRequest, ephemeris: Ephemeris) -> Answer[DeclinationsReply]:
    """Declinations: how far points stand from the equator, their parallels, and out of bounds.

    Always on the true equator of date, whatever the zodiac. Two points are parallel when their
    declinations are equal on the same side of the equator, contraparallel on opposite sides; on
    the same side they can only be parallel. A body is out of bounds beyond the true obliquity of
    date, which is as far as the Sun ever goes, so that the Sun, its nodes with the Moon, angles and
    lots never are. Angles and lots are points of the ecliptic. With `time` unknown all is that of
    the noon of the day, without angles, lots and parallels of the Moon.
    """
    birth = request.birth(ephemeris)
    instant = request.instant(birth, ephemeris, angles_move=request.angles_move)
    known = birth.time_known
    points = told_points(request.planets, PLANETS, time_known=known)
    against_equator = declined(instant, points)
    bounds = ephemeris.obliquity(birth.julian_day).true
    replies = [
        _reply(position, place, bounds)
        for position, place in zip(instant.place_points(points), against_equator, strict=True)
    ]
    definitions = {
        **request.chart_definitions(instant, points),
        "angles_move": request.angles_move,
        **time_definitions(birth)[0],
    }
    if request.include_parallels:
        definitions["parallel_orb"] = request.parallel_orb
        compared = steady(against_equator, time_known=known)
        _add_parallels(replies, parallels_among(compared, request.parallel_orb))
    reply: DeclinationsReply = {"declinations": replies, "obliquity": bounds}
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _reply(position: Position, place: Declined, bounds: float) -> DeclinationReply:
    beyond = beyond_bounds(place.point, place.declination, bounds)
    return {
        "planet": str(position.point),
        "longitude": position.longitude,
        "latitude": position.latitude,
        "right_ascension": place.right_ascension,
        "declination": place.declination,
        "declination_speed": place.speed,
        "out_of_bounds": beyond is not None,
        "out_of_bounds_by": beyond,
    }


def _add_parallels(replies: Sequence[DeclinationReply], parallels: Sequence[Parallel]) -> None:
    """Add to every point its parallels, in the order of the other points."""
    found: dict[str, list[PointParallelReply]] = {reply["planet"]: [] for reply in replies}
    for parallel in parallels:
        for one, other in (
            (parallel.first, parallel.second),
            (parallel.second, parallel.first),
        ):
            found[str(one.point)].append(
                {
                    "planet": str(other.point),
                    "aspect_type": parallel.kind,
                    "declination": other.declination,
                    "orb": parallel.orb,
                    "applying": parallel.applying,
                }
            )
    for reply in replies:
        reply["parallels"] = found[reply["planet"]]

"""Directions of bodies from the birthplace, and their lines over the Earth."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.angles import norm, separation
from app.astrology.astrocartography import equatorial_places
from app.astrology.bodies import PLANETS, Celestial
from app.astrology.local_space import Horizontal, azimuth_line, course, horizontal
from app.astrology.place import Place
from app.calculations.birth import EXAMPLE, BirthRequest
from app.calculations.catalogue import Answer, calculation
from app.calculations.mapping import (
    EarthPlace,
    GeometryReply,
    MappedBodies,
    bodies_of,
    geometry,
    kilometres,
    sky_of,
)
from app.calculations.provenance import computed_for


class Way(StrEnum):
    """Towards the body's azimuth, or away from it."""

    FORWARD = "FORWARD"
    BACKWARD = "BACKWARD"


_TURN = {Way.FORWARD: 0.0, Way.BACKWARD: 180.0}


class LocalSpaceRequest(BirthRequest):
    planets: Annotated[MappedBodies, Field(description="Bodies; empty: Sun to Pluto")] = PLANETS
    topocentric: Annotated[
        bool, Field(description="Parallax counts: bodies as seen from the place, not its centre")
    ] = False
    include_lines: Annotated[bool, Field(description="Adds the lines on the map")] = True
    both_ways: Annotated[
        bool, Field(description="Lines run on backwards, away from the body's azimuth")
    ] = True
    length: Annotated[
        float, Field(ge=1.0, le=180.0, description="Degrees of great circle each way")
    ] = 180.0
    step: Annotated[
        float, Field(ge=1.0, le=30.0, description="Degrees of great circle from point to point")
    ] = 2.0
    target: Annotated[
        EarthPlace | None, Field(description="Adds the direction there, and the lines nearest it")
    ] = None


class DirectionReply(TypedDict):
    """Where a body stands for the place."""

    planet: str
    azimuth: Annotated[float, Field(description="Degrees from north over east, 0 up to 360")]
    altitude: Annotated[float, Field(description="True altitude above the horizon, in degrees")]
    above_horizon: bool


class WayProperties(TypedDict):
    planet: str
    way: str
    azimuth: Annotated[float, Field(description="Of the line at the place")]


class WayFeature(TypedDict):
    """A GeoJSON feature: the great circle one way from the place."""

    type: str
    geometry: GeometryReply
    properties: WayProperties


class WayCollection(TypedDict):
    """A GeoJSON feature collection."""

    type: str
    features: list[WayFeature]


class NearWayReply(TypedDict):
    """How far the direction of the target is from that of a body's line, in degrees."""

    planet: str
    way: str
    orb: float


class TargetReply(TypedDict):
    """The way to the target along a great circle of a sphere."""

    azimuth: float
    degrees: float
    kilometres: float
    planets: Annotated[list[NearWayReply], Field(description="The nearest first")]


class LocalSpaceReply(TypedDict):
    positions: list[DirectionReply]
    lines: WayCollection | None
    target: TargetReply | None


class _Direction(NamedTuple):
    body: Celestial
    place: Horizontal


@calculation(
    "local-space",
    example={
        **EXAMPLE,
        "planets": ["SUN", "MOON"],
        "step": 10.0,
        "target": {"latitude": 51.5074, "longitude": -0.1278},
    },
)
def local_space(request: LocalSpaceRequest, ephemeris: Almanac) -> Answer[LocalSpaceReply]:
    """Azimuth and altitude of bodies at the birthplace, and the lines of these directions.

    Azimuths are compass ones, from north over east; altitudes are true ones, without refraction.
    A line is the great circle that leaves the place in the direction of the body, and the other
    way; as GeoJSON, coordinates as longitude and latitude, cut at the meridian of 180 degrees.
    """
    birth = request.known_birth(ephemeris)
    bodies = bodies_of(request.planets or PLANETS)
    frame = sky_of(birth.theory, birth.place, topocentric=request.topocentric)
    places = equatorial_places(birth.julian_day, bodies, ephemeris, frame)
    local = ephemeris.sidereal_time(birth.julian_day) + birth.place.longitude
    directions = [
        _Direction(
            place.body,
            horizontal(place.right_ascension, place.declination, local, birth.place.latitude),
        )
        for place in places
    ]
    ways = tuple(Way) if request.both_ways else (Way.FORWARD,)
    reply: LocalSpaceReply = {
        "positions": [_position(direction) for direction in directions],
        "lines": _lines(directions, ways, birth.place, request) if request.include_lines else None,
        "target": _target(directions, birth.place, request.target),
    }
    definitions = {
        "topocentric": request.topocentric,
        "azimuth_from": "NORTH",
        "local_sidereal_time": norm(local),
        "both_ways": request.both_ways,
        "length": request.length,
        "step": request.step,
    }
    return Answer(reply, computed_for(birth, bodies, ephemeris, definitions), birth.lasting)


def _position(direction: _Direction) -> DirectionReply:
    azimuth, altitude = direction.place
    return {
        "planet": str(direction.body),
        "azimuth": azimuth,
        "altitude": altitude,
        "above_horizon": altitude > 0.0,
    }


def _lines(
    directions: Sequence[_Direction], ways: Sequence[Way], start: Place, request: LocalSpaceRequest
) -> WayCollection:
    features: list[WayFeature] = []
    for body, place in directions:
        for way in ways:
            azimuth = norm(place.azimuth + _TURN[way])
            parts = azimuth_line(start, azimuth, request.length, request.step)
            features.append(
                {
                    "type": "Feature",
                    "geometry": geometry(parts),
                    "properties": {"planet": str(body), "way": way, "azimuth": azimuth},
                }
            )
    return {"type": "FeatureCollection", "features": features}


def _target(
    directions: Sequence[_Direction], start: Place, target: EarthPlace | None
) -> TargetReply | None:
    if target is None:
        return None
    azimuth, arc = course(start, target.place)
    near: list[NearWayReply] = []
    for body, place in directions:
        ahead = separation(place.azimuth, azimuth)
        way = Way.FORWARD if ahead <= 90.0 else Way.BACKWARD  # noqa: PLR2004 - a right angle
        orb = ahead if way is Way.FORWARD else 180.0 - ahead
        near.append({"planet": str(body), "way": way, "orb": orb})
    return {
        "azimuth": azimuth,
        "degrees": arc,
        "kilometres": kilometres(arc),
        "planets": sorted(near, key=lambda row: row["orb"]),
    }

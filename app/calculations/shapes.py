"""Shapes that several replies share. Angles in degrees, distances in astronomical units."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.angles import Sexagesimal
from app.astrology.aspects import ANGLE_OF, Aspect
from app.astrology.houses import Division
from app.astrology.sky import Position
from app.astrology.zodiac import degree_in_sign, sign_of

_text = str.__str__
"""The text of a name: an enum's `value` costs five times as much, a hundred times a chart."""

Degrees = Annotated[float, Field(description="Degrees of ecliptic longitude, from 0 up to 360")]


class PositionReply(TypedDict):
    """Where a point stands: apparent, geocentric, ecliptic of date."""

    planet: str
    longitude: Degrees
    latitude: Annotated[float, Field(description="Degrees of ecliptic latitude")]
    distance: Annotated[float, Field(description="Astronomical units; 0 for an angle")]
    speed: Annotated[
        float | None, Field(description="Degrees of longitude per day; null when not asked for")
    ]
    is_retrograde: Annotated[
        bool | None, Field(description="Speed below 0; null when not asked for")
    ]
    house: Annotated[
        int | None, Field(description="1 to 12, by longitude; null without a house system")
    ]
    sign: str
    degree: Annotated[int, Field(description="Whole degrees in the sign, 0 to 29")]
    minute: int
    second: int


class HouseReply(TypedDict):
    """One cusp."""

    number: Annotated[int, Field(description="1 to 12")]
    longitude: Degrees
    sign: str
    degree: int
    minute: int
    second: int


class AspectReply(TypedDict):
    """One aspect between two points."""

    planet1: str
    planet2: str
    aspect_type: str
    angle: Annotated[float, Field(description="Exact angle of this aspect")]
    separation: Annotated[float, Field(description="Arc between the points, 0 to 180")]
    orb: Annotated[float, Field(description="Distance from exactness")]
    applying: Annotated[
        bool | None, Field(description="The orb shrinks; null when exact or when nothing moves")
    ]
    strength: Annotated[float, Field(description="1 - orb / orb allowed")]


class AnglesReply(TypedDict):
    """The four angles."""

    ASC: Degrees
    MC: Degrees
    DESC: Degrees
    IC: Degrees


def position_reply(position: Position, house: int | None) -> PositionReply:
    parts = Sexagesimal.of(degree_in_sign(position.longitude))
    return {
        "planet": _text(position.point),
        "longitude": position.longitude,
        "latitude": position.latitude,
        "distance": position.distance,
        "speed": position.speed,
        "is_retrograde": position.speed < 0.0,
        "house": house,
        "sign": _text(sign_of(position.longitude)),
        "degree": parts.degree,
        "minute": parts.minute,
        "second": parts.second,
    }


def house_replies(division: Division) -> list[HouseReply]:
    return [house_reply(number, cusp) for number, cusp in enumerate(division.cusps, start=1)]


def house_reply(number: int, longitude: float) -> HouseReply:
    parts = Sexagesimal.of(degree_in_sign(longitude))
    return {
        "number": number,
        "longitude": longitude,
        "sign": _text(sign_of(longitude)),
        "degree": parts.degree,
        "minute": parts.minute,
        "second": parts.second,
    }


def angles_reply(division: Division) -> AnglesReply:
    asc, mc, desc, ic = division.angles.values()
    return {"ASC": asc, "MC": mc, "DESC": desc, "IC": ic}


def aspect_reply(aspect: Aspect) -> AspectReply:
    return {
        "planet1": _text(aspect.first.point),
        "planet2": _text(aspect.second.point),
        "aspect_type": _text(aspect.kind),
        "angle": ANGLE_OF[aspect.kind],
        "separation": aspect.separation,
        "orb": aspect.orb,
        "applying": aspect.applying,
        "strength": 1.0 - aspect.orb / aspect.allowed if aspect.allowed else 1.0,
    }

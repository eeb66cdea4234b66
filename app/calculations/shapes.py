"""Shapes that several replies share. Angles in degrees, distances in astronomical units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.angles import Sexagesimal
from app.astrology.aspects import Aspect
from app.astrology.bodies import HYPOTHETICAL, Angle
from app.astrology.calendar import CalendarChoice, civil_of_julian_day
from app.astrology.houses import Division, HouseSystem
from app.astrology.sky import Position
from app.astrology.zodiac import degree_in_sign, sign_of
from app.calculations.utc import utc_day

_text = str.__str__
"""The text of a name: an enum's `value` costs five times as much, a hundred times a chart."""

MAIN_ANGLES = (Angle.ASC, Angle.MC, Angle.DESC, Angle.IC)

_TENTHS_OF_A_DAY = 864_000

Degrees = Annotated[float, Field(description="Degrees of ecliptic longitude, from 0 up to 360")]


class PositionReply(TypedDict):
    """Where a point stands: apparent, on the ecliptic of date, in the zodiac asked for."""

    planet: str
    longitude: Degrees
    latitude: Annotated[float, Field(description="Degrees of ecliptic latitude")]
    distance: Annotated[float, Field(description="Astronomical units; 0 for an angle or lot")]
    speed: Annotated[
        float | None, Field(description="Degrees of longitude per day; null when not asked for")
    ]
    is_retrograde: Annotated[
        bool | None, Field(description="Speed below 0; null when not asked for")
    ]
    house: Annotated[int | None, Field(description="1 to 12; null without houses")]
    sign: str
    degree: Annotated[int, Field(description="Whole degrees in the sign, 0 to 29")]
    minute: int
    second: int
    hypothetical: NotRequired[
        Annotated[
            bool,
            Field(description="True for a body that nobody has ever seen; no Sun bends its light"),
        ]
    ]
    right_ascension: NotRequired[Annotated[float, Field(description="Degrees, equator of date")]]
    declination: NotRequired[Annotated[float, Field(description="Degrees, north positive")]]
    out_of_bounds: NotRequired[
        Annotated[bool, Field(description="Declination beyond the obliquity of date")]
    ]
    latitude_speed: NotRequired[Annotated[float, Field(description="Degrees per day")]]
    distance_speed: NotRequired[Annotated[float, Field(description="Astronomical units per day")]]


class DegreeReply(TypedDict):
    """A degree of the zodiac."""

    longitude: Degrees
    sign: str
    degree: Annotated[int, Field(description="Whole degrees in the sign, 0 to 29")]
    minute: int
    second: int


class PointAspectReply(TypedDict):
    """An aspect that a place, told elsewhere, has with a point."""

    planet: str
    aspect_type: str
    angle: Annotated[float, Field(description="Exact angle of this aspect")]
    orb: Annotated[float, Field(description="Distance from exactness")]
    applying: Annotated[
        bool | None, Field(description="The orb shrinks; null when exact or when nothing moves")
    ]
    strength: Annotated[float, Field(description="1 - orb / orb allowed")]


class HouseReply(TypedDict):
    """One cusp."""

    number: Annotated[int, Field(description="1 to 12")]
    longitude: Degrees
    sign: str
    degree: int
    minute: int
    second: int
    speed: NotRequired[Annotated[float, Field(description="Degrees per day, when asked for")]]


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
    out_of_sign: Annotated[bool, Field(description="The signs are not as far apart as the aspect")]
    partile: Annotated[bool, Field(description="Both points in the same whole degree, in sign")]
    exact_time: NotRequired[
        Annotated[
            str | None,
            Field(description="UTC; null where it is never exact within the window"),
        ]
    ]


class AnglesReply(TypedDict):
    """The angles; on the equator there is no vertex."""

    ASC: Degrees
    MC: Degrees
    DESC: Degrees
    IC: Degrees


def position_reply(position: Position, house: int | None) -> PositionReply:
    point, longitude = position.point, position.longitude
    degree, minute, second = Sexagesimal.of(degree_in_sign(longitude))
    reply: PositionReply = {
        "planet": _text(point) if isinstance(point, str) else str(point),
        "longitude": longitude,
        "latitude": position.latitude,
        "distance": position.distance,
        "speed": position.speed,
        "is_retrograde": position.speed < 0.0,
        "house": house,
        "sign": _text(sign_of(longitude)),
        "degree": degree,
        "minute": minute,
        "second": second,
    }
    if point in HYPOTHETICAL:
        reply["hypothetical"] = True
    return reply


def full_position_reply(position: Position, house: int | None) -> PositionReply:
    """The same with the speeds of latitude and distance."""
    reply = position_reply(position, house)
    reply["latitude_speed"] = position.latitude_speed
    reply["distance_speed"] = position.distance_speed
    return reply


def house_replies(division: Division) -> list[HouseReply]:
    """Cusps in order, with their speeds where the division has them; none for GAUQUELIN."""
    if division.system is HouseSystem.GAUQUELIN:
        return []
    return _cusps(division)


def sector_replies(division: Division) -> list[HouseReply]:
    """The 36 sectors of GAUQUELIN in their clockwise order; none for any other system."""
    if division.system is not HouseSystem.GAUQUELIN:
        return []
    return _cusps(division)


def _cusps(division: Division) -> list[HouseReply]:
    replies = [house_reply(number, cusp) for number, cusp in enumerate(division.cusps, start=1)]
    for reply, speed in zip(replies, division.cusp_speeds, strict=False):
        reply["speed"] = speed
    return replies


def house_reply(number: int, longitude: float) -> HouseReply:
    degree, minute, second = Sexagesimal.of(degree_in_sign(longitude))
    return {
        "number": number,
        "longitude": longitude,
        "sign": _text(sign_of(longitude)),
        "degree": degree,
        "minute": minute,
        "second": second,
    }


def degree_reply(longitude: float) -> DegreeReply:
    degree, minute, second = Sexagesimal.of(degree_in_sign(longitude))
    return {
        "longitude": longitude,
        "sign": _text(sign_of(longitude)),
        "degree": degree,
        "minute": minute,
        "second": second,
    }


def point_aspect_reply(aspect: Aspect) -> PointAspectReply:
    """The aspect as its first side has it with the second one."""
    return {
        "planet": str(aspect.second.point),
        "aspect_type": aspect.rule.name,
        "angle": aspect.rule.angle,
        "orb": aspect.orb,
        "applying": aspect.applying,
        "strength": aspect.strength,
    }


def angles_reply(division: Division) -> AnglesReply:
    asc, mc, desc, ic, *_ = division.angles.values()
    return {"ASC": asc, "MC": mc, "DESC": desc, "IC": ic}


def more_angles_reply(division: Division) -> dict[str, float]:
    """All other angles; on the equator there is no vertex."""
    return {str(angle): at for angle, at in division.angles.items() if angle not in MAIN_ANGLES}


def aspect_reply(aspect: Aspect) -> AspectReply:
    return {
        "planet1": str(aspect.first.point),
        "planet2": str(aspect.second.point),
        "aspect_type": aspect.rule.name,
        "angle": aspect.rule.angle,
        "separation": aspect.separation,
        "orb": aspect.orb,
        "applying": aspect.applying,
        "strength": aspect.strength,
        "out_of_sign": aspect.out_of_sign,
        "partile": aspect.partile,
    }


def aspect_replies(
    aspects: Sequence[Aspect], exact_days: Sequence[float | None] | None
) -> list[AspectReply]:
    """The aspects, with the time of exactness where Julian days are given."""
    replies = [aspect_reply(aspect) for aspect in aspects]
    for reply, day in zip(replies, exact_days or (), strict=False):
        reply["exact_time"] = None if day is None else instant_text(day)
    return replies


def instant_text(julian_day: float) -> str:
    """An instant in UTC, rounded to the tenth of a second that a search is good for.

    The Julian day is UT1.
    """
    rounded = round(utc_day(julian_day) * _TENTHS_OF_A_DAY) / _TENTHS_OF_A_DAY
    whole, _, fraction = civil_of_julian_day(rounded, CalendarChoice.GREGORIAN).text.partition(".")
    return f"{whole}.{fraction[:1] or '0'}Z"

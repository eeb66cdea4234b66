"""What answers tell of fixed stars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Star
from app.astrology.angles import Sexagesimal
from app.astrology.aspects import AspectKind
from app.astrology.fixed_stars import Meeting, StarPlaces
from app.astrology.parans import MINUTES_OF_A_DEGREE, StarParan
from app.astrology.star_names import StarIndex, constellation_of, magnitude_of
from app.astrology.zodiac import degree_in_sign, sign_of
from app.calculations.shapes import Degrees, instant_text


class MeetingReply(TypedDict):
    """A point that a star meets in longitude."""

    planet: str
    orb: float
    applying: Annotated[
        bool | None, Field(description="The orb shrinks; null when exact, and for angles and lots")
    ]


class StarReply(TypedDict):
    """A star: apparent or mean, in the zodiac asked for, and on the equator of date."""

    star: str
    key: Annotated[str, Field(description="Unique key of the star in the catalogue")]
    longitude: Degrees
    latitude: float
    distance: Annotated[float, Field(description="Astronomical units, by the catalogue's parallax")]
    speed: Annotated[float, Field(description="Degrees of longitude per day")]
    latitude_speed: Annotated[float, Field(description="Degrees per day")]
    distance_speed: Annotated[float, Field(description="Astronomical units per day")]
    right_ascension: float
    declination: float
    magnitude: Annotated[
        float | None, Field(description="V, by the catalogue; null for what has none")
    ]
    constellation: str | None
    sign: str
    degree: int
    minute: int
    second: int
    conjunctions: list[MeetingReply]
    oppositions: list[MeetingReply]


class StarParanReply(TypedDict):
    """A star and a body on the horizon or the meridian at the same time."""

    star: str
    star_event: str
    planet: str
    planet_event: str
    orb: Annotated[float, Field(description="Degrees of sidereal time between them")]
    orb_minutes: Annotated[float, Field(description="The same in minutes of sidereal time")]
    star_first: bool
    time: Annotated[str, Field(description="UTC of the body's event")]
    julian_day: float


class HeliacalReply(TypedDict):
    """A phase of a star's year at the birthplace, good to the day."""

    star: str
    event: str
    time: Annotated[str | None, Field(description="UTC; null where the star has no such phase")]
    julian_day: float | None


class FixedStarsReply(TypedDict):
    stars: list[StarReply]
    parans: list[StarParanReply] | None
    heliacal: list[HeliacalReply] | None


def star_replies(places: StarPlaces, found: Sequence[Meeting], index: StarIndex) -> list[StarReply]:
    """The stars in their order, each with the points that it meets."""
    ecliptic, equatorial = places.ecliptic.tolist(), places.equatorial.tolist()
    replies = [
        _star_reply(star, index.name_of[star.key], *rows)
        for star, *rows in zip(places.stars, ecliptic, equatorial, strict=True)
    ]
    for meeting in found:
        reply = replies[meeting.star]
        conjunct = meeting.kind is AspectKind.CONJUNCTION
        reply["conjunctions" if conjunct else "oppositions"].append(
            {"planet": str(meeting.point), "orb": meeting.orb, "applying": meeting.applying}
        )
    return replies


def _star_reply(
    star: Star, name: str, ecliptic: Sequence[float], equatorial: Sequence[float]
) -> StarReply:
    longitude, latitude, distance, speed, latitude_speed, distance_speed = ecliptic
    ascension, declination = equatorial
    degree, minute, second = Sexagesimal.of(degree_in_sign(longitude))
    return {
        "star": name,
        "key": star.key,
        "longitude": longitude,
        "latitude": latitude,
        "distance": distance,
        "speed": speed,
        "latitude_speed": latitude_speed,
        "distance_speed": distance_speed,
        "right_ascension": ascension,
        "declination": declination,
        "magnitude": magnitude_of(star),
        "constellation": constellation_of(star),
        "sign": sign_of(longitude).value,
        "degree": degree,
        "minute": minute,
        "second": second,
        "conjunctions": [],
        "oppositions": [],
    }


def paran_reply(paran: StarParan, names: Sequence[str]) -> StarParanReply:
    """A paran, its star by the names of all."""
    orb = abs(paran.orb)
    return {
        "star": names[paran.star],
        "star_event": paran.star_event,
        "planet": str(paran.other.body),
        "planet_event": paran.other.event,
        "orb": orb,
        "orb_minutes": orb * MINUTES_OF_A_DEGREE,
        "star_first": paran.orb < 0.0,
        "time": instant_text(paran.other.moment),
        "julian_day": paran.other.moment,
    }

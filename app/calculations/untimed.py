"""What can be told of a birth whose time nobody knows: the noon of its day stands for it.

Angles, lots and houses need the time. The bodies do not, but for the Moon, which goes thirteen
degrees that day: it is placed, and meets nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.bodies import CELESTIAL, Body, Point
from app.astrology.chart import Instant
from app.astrology.houses import Division, HouseSystem
from app.astrology.sky import Position
from app.astrology.zodiac import sign_of
from app.calculations.birth import Birth
from app.calculations.conventions import celestial, refuse_first
from app.calculations.shapes import (
    AnglesReply,
    Degrees,
    HouseReply,
    PositionReply,
    full_position_reply,
)
from app.calculations.wheel import Wheel, wheel_of
from app.errors import InvalidInput

_COUNTS = {2: "two"}

WITHOUT_MOON = (
    "utc in computed_for is the noon of that day, and angles, lots and the Moon are left out"
)
"""What a warning tells of an answer that is all about how points meet."""


class Placed(Protocol):
    """A point of the sky with where it stands, however that is told."""

    @property
    def point(self) -> Point: ...


Place = TypeVar("Place", bound=Placed)


def told_points(
    asked: Sequence[Point],
    usual: Sequence[Point],
    *,
    time_known: bool,
    field: str = "planets",
) -> tuple[Point, ...]:
    """The points asked for, or the usual ones; without a time those of them that need none.

    Raises InvalidInput with the field for a point that was asked for and needs the time.
    """
    points = tuple(asked or usual)
    if time_known:
        return points
    if points != tuple(usual):
        expected = "a point that needs no time of day"
        refuse_first(points, lambda point: not isinstance(point, CELESTIAL), expected, field)
    return tuple(celestial(points))


def meeting_points(
    asked: Sequence[Point], usual: Sequence[Point], *, time_known: bool
) -> tuple[Point, ...]:
    """The same of an answer that is all about how points meet: without a time no Moon either."""
    points = told_points(asked, usual, time_known=time_known)
    return tuple(point for point in points if time_known or point is not Body.MOON)


def require_points(points: Sequence[Point], fewest: int, *, time_known: bool) -> None:
    """Refuse fewer points than an answer can be made of; raises InvalidInput."""
    if len(points) < fewest:
        beside = "" if time_known else " beside the Moon, whose place needs a known time"
        expected = f"at least {_COUNTS.get(fewest, fewest)} different points{beside}"
        got = "1 point" if len(points) == 1 else f"{len(points)} points"
        raise InvalidInput.of("planets", expected, got)


def steady(places: Sequence[Place], *, time_known: bool) -> list[Place]:
    """The places that may meet others: without a time all but the Moon's."""
    if time_known:
        return list(places)
    return [place for place in places if place.point is not Body.MOON]


# What answers tell of it


def time_definitions(*births: Birth) -> list[dict[str, Any]]:
    """What `meta` echoes of each birth's time: nothing where all are known."""
    if all(birth.time_known for birth in births):
        return [{} for _ in births]
    return [{"time_known": birth.time_known} for birth in births]


class RangeReply(TypedDict):
    """Where a point stood from the first to the last moment of a day of unknown time."""

    planet: str
    start: Degrees
    end: Degrees
    sign_certain: Annotated[bool, Field(description="It stood in one sign all day")]


def ranges(birth: Birth, instant: Instant, points: Sequence[Point]) -> list[RangeReply]:
    """The bodies at the two ends of the civil day; a known time begins and ends at once."""
    moments = birth.day or (birth.julian_day, birth.julian_day)
    ends = [replace(instant, moment=moment).place_points(points) for moment in moments]
    return [
        {
            "planet": str(start.point),
            "start": start.longitude,
            "end": end.longitude,
            "sign_certain": sign_of(start.longitude) is sign_of(end.longitude),
        }
        for start, end in zip(*ends, strict=True)
    ]


# Charts that others meet


class BirthWheelReply(TypedDict):
    """A birth in an answer about more than it: points in their houses, cusps, angles."""

    positions: list[PositionReply]
    houses: Annotated[
        list[HouseReply],
        Field(description="Twelve cusps from the first; none where time or system is undefined"),
    ]
    house_system: Annotated[str | None, Field(description="The one applied; null without houses")]
    angles: Annotated[AnglesReply | None, Field(description="Null without a known time")]
    more_angles: Annotated[
        dict[str, Degrees],
        Field(
            description="Vertex, east point and co-ascendants; no vertex on the equator, and none "
            "of them without a known time"
        ),
    ]
    armc: Annotated[
        float | None,
        Field(description="Right ascension of the midheaven, degrees; null without a known time"),
    ]


@dataclass(frozen=True, slots=True)
class BirthWheel:
    """The points of a birth, and the wheel they stand in: None without a known time."""

    positions: Sequence[Position]
    wheel: Wheel | None

    @property
    def houses(self) -> Division | None:
        return self.wheel.houses if self.wheel else None

    @property
    def steady(self) -> list[Position]:
        """The points that may meet those of another chart."""
        return steady(self.positions, time_known=self.wheel is not None)

    def reply(self) -> BirthWheelReply:
        return {**self.wheel.reply()} if self.wheel else untimed_wheel_reply(self.positions)


def birth_wheel(
    birth: Birth, chart: Instant, points: Sequence[Point], system: HouseSystem
) -> BirthWheel:
    """The points of a birth, in its houses if its time is known; raises PolarHouses."""
    if not birth.time_known:
        return BirthWheel(chart.place_points(points), None)
    wheel = wheel_of(chart, points, system)
    return BirthWheel(wheel.positions, wheel)


def untimed_wheel_reply(positions: Sequence[Position]) -> BirthWheelReply:
    """Points of a chart that has neither houses nor angles."""
    return {
        "positions": [full_position_reply(position, None) for position in positions],
        "houses": [],
        "house_system": None,
        "angles": None,
        "more_angles": {},
        "armc": None,
    }

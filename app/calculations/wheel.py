"""A whole chart inside an answer: points in their houses, cusps, angles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import OrbRules
from app.astrology.bodies import STANDARD_POINTS, Angle, Point
from app.astrology.chart import Instant
from app.astrology.houses import Division, HouseSystem
from app.astrology.sky import Position
from app.calculations.charts import divided
from app.calculations.orbs import AspectChoice
from app.calculations.shapes import (
    AnglesReply,
    AspectReply,
    Degrees,
    HouseReply,
    PositionReply,
    angles_reply,
    full_position_reply,
    house_replies,
    more_angles_reply,
)
from app.errors import InvalidInput

POINTS_AND_ANGLES: tuple[Point, ...] = (*STANDARD_POINTS, Angle.ASC, Angle.MC)
"""The points of a chart that another one touches, when the caller names none."""


class WheelReply(TypedDict):
    positions: list[PositionReply]
    houses: Annotated[
        list[HouseReply], Field(description="Twelve cusps from the first; none where undefined")
    ]
    house_system: Annotated[str | None, Field(description="The one applied; null without houses")]
    angles: AnglesReply
    more_angles: Annotated[
        dict[str, Degrees],
        Field(description="Vertex, east point and co-ascendants; no vertex on the equator"),
    ]
    armc: Annotated[float, Field(description="Right ascension of the midheaven, degrees")]


class AspectedWheelReply(WheelReply):
    aspects: list[AspectReply]
    is_day: Annotated[bool, Field(description="The Sun is up")]


@dataclass(frozen=True, slots=True)
class Wheel:
    """Points in the houses of a chart; `houses` is None where its system is undefined."""

    positions: list[Position]
    houses: Division | None
    angles: Division
    house_of: Sequence[int | None]

    @property
    def system(self) -> HouseSystem | None:
        return self.houses.system if self.houses else None

    def reply(self) -> WheelReply:
        return {
            "positions": [
                full_position_reply(position, house)
                for position, house in zip(self.positions, self.house_of, strict=True)
            ],
            "houses": house_replies(self.houses) if self.houses else [],
            "house_system": self.system,
            "angles": angles_reply(self.angles),
            "more_angles": more_angles_reply(self.angles),
            "armc": self.angles.armc,
        }


def wheel_of(chart: Instant, points: Sequence[Point], system: HouseSystem) -> Wheel:
    """The points of a chart in its houses; raises PolarHouses, as its polar policy says."""
    houses, angles = divided(chart, system)
    positions = chart.place_points(points, angles)
    house_of = chart.houses_of(positions, houses) if houses else [*repeat(None, len(positions))]
    return Wheel(positions, houses, angles, house_of)


def aspected_wheel(
    wheel: Wheel, chart: Instant, request: AspectChoice, rules: OrbRules
) -> AspectedWheelReply:
    """The same with aspects among the points, and whether the chart is one of the day."""
    return {
        **wheel.reply(),
        "aspects": request.found(wheel.positions, chart, rules),
        "is_day": chart.is_day(wheel.angles.armc),
    }


def require_twelve(field: str, system: HouseSystem) -> None:
    """Refuse the 36 sectors where houses are told; raises InvalidInput."""
    if system is HouseSystem.GAUQUELIN:
        raise InvalidInput.of(field, "a system of twelve houses", "GAUQUELIN")

"""The natal chart: positions in houses, cusps, angles and aspects in one answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import aspects_among
from app.astrology.bodies import STANDARD_POINTS, Body
from app.astrology.chart import natal_chart as cast
from app.astrology.houses import HouseSystem
from app.astrology.sky import Ephemeris
from app.calculations.birth import EXAMPLE, BirthRequest
from app.calculations.catalogue import Answer, calculation
from app.calculations.fields import HouseSystemName, Points
from app.calculations.orbs import AspectChoice, orb_definitions
from app.calculations.provenance import computed_for
from app.calculations.shapes import (
    AnglesReply,
    AspectReply,
    HouseReply,
    PositionReply,
    angles_reply,
    aspect_reply,
    house_replies,
    position_reply,
)


class NatalChartRequest(AspectChoice, BirthRequest):
    planets: Annotated[
        Points,
        Field(description="Points of the chart; empty: Sun to Pluto, mean node and mean Lilith"),
    ] = STANDARD_POINTS
    house_system: HouseSystemName = HouseSystem.PLACIDUS


class NatalChartReply(TypedDict):
    positions: list[PositionReply]
    houses: Annotated[list[HouseReply], Field(description="Twelve cusps, from the first")]
    house_system: str
    angles: AnglesReply
    aspects: list[AspectReply]


@calculation("natal-chart", example=EXAMPLE)
def natal_chart(request: NatalChartRequest, ephemeris: Ephemeris) -> Answer[NatalChartReply]:
    """The chart of a moment at a place: positions in their houses, cusps, angles and aspects."""
    birth = request.birth(ephemeris)
    points = request.planets or STANDARD_POINTS
    chart = cast(
        birth.julian_day, birth.place, points, request.house_system, ephemeris, birth.theory
    )
    orbs = request.allowed_orbs()
    reply: NatalChartReply = {
        "positions": [
            position_reply(position, house)
            for position, house in zip(chart.positions, chart.houses, strict=True)
        ],
        "houses": house_replies(chart.division),
        "house_system": chart.division.system,
        "angles": angles_reply(chart.division),
        "aspects": [aspect_reply(aspect) for aspect in aspects_among(chart.positions, orbs)],
    }
    bodies = [point for point in points if isinstance(point, Body)]
    definitions = {
        "house_system": chart.division.system,
        "house_by": "LONGITUDE",
        **orb_definitions(orbs),
    }
    return Answer(reply, computed_for(birth, bodies, ephemeris, definitions))

"""Relocation: a birth seen from another place."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.place import Place
from app.astrology.sky import Ephemeris
from app.calculations.birth import EXAMPLE, Altitude, Latitude, Longitude
from app.calculations.catalogue import Answer, calculation
from app.calculations.conventions import ChartRequest, HouseChoice, require_earth, sources
from app.calculations.fields import Points
from app.calculations.orbs import AspectChoice
from app.calculations.pairs import differing
from app.calculations.provenance import computed_for
from app.calculations.shapes import Degrees
from app.calculations.wheel import (
    POINTS_AND_ANGLES,
    AspectedWheelReply,
    Wheel,
    WheelReply,
    aspected_wheel,
    require_twelve,
    wheel_of,
)


class RelocationRequest(AspectChoice, HouseChoice, ChartRequest):
    new_latitude: Latitude
    new_longitude: Longitude
    new_altitude: Altitude = 0.0
    planets: Annotated[
        Points,
        Field(description="Points of both charts; empty: Sun to Pluto, node, Lilith, ASC, MC"),
    ] = POINTS_AND_ANGLES


class RelocatedPositionReply(TypedDict):
    """A point at the birthplace and at the new place."""

    planet: str
    birth_longitude: Degrees
    longitude: Degrees
    birth_house: Annotated[int | None, Field(description="1 to 12; null without houses")]
    house: Annotated[int | None, Field(description="1 to 12; null without houses")]
    house_changed: Annotated[bool | None, Field(description="Null without houses")]


class RelocationReply(TypedDict):
    relocated: AspectedWheelReply
    birthplace: WheelReply
    points: Annotated[list[RelocatedPositionReply], Field(description="Each point at either place")]


@calculation(
    "relocation",
    example={**EXAMPLE, "new_latitude": 51.5074, "new_longitude": -0.1278},
)
def relocation(request: RelocationRequest, ephemeris: Ephemeris) -> Answer[RelocationReply]:
    """The chart of a birth as seen from another place: new angles, cusps and houses.

    The instant is that of the birth, whatever the clocks of the new place say, so that planets
    stay where they are; only a TOPOCENTRIC sky moves them a little. Angles, cusps and lots change,
    and with them the house of every point, told for either place.
    """
    require_earth(request.center, "houses")
    require_twelve("house_system", request.house_system)
    birth = request.known_birth(ephemeris)
    born = request.instant(
        birth, ephemeris, **request.house_conventions(), angles_move=request.angles_move
    )
    place = Place(request.new_latitude, request.new_longitude, request.new_altitude)
    moved = born.at(born.moment, place)
    points = request.planets or POINTS_AND_ANGLES
    rules = request.orb_rules()
    old = wheel_of(born, points, request.house_system)
    new = wheel_of(moved, points, request.house_system)
    reply: RelocationReply = {
        "relocated": aspected_wheel(new, moved, request, rules),
        "birthplace": old.reply(),
        "points": _points(old, new),
    }
    definitions = {
        **differing(
            request.chart_definitions(born, points, tells_day=True),
            request.chart_definitions(moved, points, tells_day=True),
            "relocated",
        ),
        **request.house_definitions(request.house_system),
        **request.orb_definitions(rules),
        "new_latitude": place.latitude,
        "new_longitude": place.longitude,
    }
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _points(old: Wheel, new: Wheel) -> list[RelocatedPositionReply]:
    both_divided = old.houses is not None and new.houses is not None
    return [
        {
            "planet": str(before.point),
            "birth_longitude": before.longitude,
            "longitude": after.longitude,
            "birth_house": birth_house,
            "house": house,
            "house_changed": birth_house != house if both_divided else None,
        }
        for before, after, birth_house, house in zip(
            old.positions, new.positions, old.house_of, new.house_of, strict=True
        )
    ]

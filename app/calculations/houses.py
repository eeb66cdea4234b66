"""House cusps and angles."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.houses import HouseSystem
from app.astrology.sky import Ephemeris
from app.calculations.birth import EXAMPLE, BirthRequest
from app.calculations.catalogue import Answer, calculation
from app.calculations.fields import HouseSystemName
from app.calculations.provenance import computed_for
from app.calculations.shapes import AnglesReply, HouseReply, angles_reply, house_replies


class HousesRequest(BirthRequest):
    house_system: HouseSystemName = HouseSystem.PLACIDUS
    include_angles: bool = True


class HousesReply(TypedDict):
    system: str
    houses: Annotated[list[HouseReply], Field(description="Twelve cusps, from the first")]
    angles: Annotated[AnglesReply | None, Field(description="Null when not asked for")]


@calculation("houses", example={**EXAMPLE, "house_system": "PLACIDUS"})
def houses(request: HousesRequest, ephemeris: Ephemeris) -> Answer[HousesReply]:
    """Cusps and angles of a place at a moment, in the house system asked for.

    Placidus and Koch are undefined inside the polar circles and answer 422 there.
    """
    birth = request.birth(ephemeris)
    division = ephemeris.divide(birth.julian_day, birth.place, request.house_system)
    reply: HousesReply = {
        "system": division.system,
        "houses": house_replies(division),
        "angles": angles_reply(division) if request.include_angles else None,
    }
    return Answer(reply, computed_for(birth, (), ephemeris, {"house_system": division.system}))

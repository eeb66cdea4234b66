"""House cusps and angles."""

from __future__ import annotations

from typing import Annotated

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.bodies import Angle
from app.astrology.houses import Division
from app.astrology.sky import Ephemeris
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, HouseChoice, require_earth
from app.calculations.fields import HouseSystemName
from app.calculations.provenance import computed_for
from app.calculations.shapes import (
    AnglesReply,
    Degrees,
    HouseReply,
    angles_reply,
    house_replies,
    sector_replies,
)

MOST_SYSTEMS = 30
"""More than all that exist."""


class HousesRequest(HouseChoice, ChartRequest):
    also: Annotated[
        tuple[HouseSystemName, ...],
        FailFast(),
        Field(description="More house systems in the same answer", max_length=MOST_SYSTEMS),
    ] = ()
    include_angles: Annotated[bool, Field(description="Adds the angles")] = True
    include_speeds: Annotated[bool, Field(description="Adds the speed of every cusp")] = False


class SystemReply(TypedDict):
    """Cusps of one more system; empty lists where it is undefined and the policy is FLAG."""

    system: str
    houses: list[HouseReply]
    sectors: list[HouseReply]


class HousesReply(TypedDict):
    system: Annotated[str, Field(description="The one applied; another than asked by FALLBACK")]
    undefined: Annotated[bool, Field(description="The system asked for is undefined here")]
    houses: Annotated[
        list[HouseReply], Field(description="Twelve cusps from the first; none for GAUQUELIN")
    ]
    sectors: Annotated[
        list[HouseReply], Field(description="The 36 sectors of GAUQUELIN, clockwise")
    ]
    also: list[SystemReply]
    angles: Annotated[AnglesReply | None, Field(description="Null when not asked for")]
    more_angles: Annotated[
        dict[str, Degrees] | None,
        Field(description="Vertex, east point and co-ascendants; no vertex on the equator"),
    ]


@calculation(
    "houses",
    example={**EXAMPLE, "house_system": "PLACIDUS"},
    sources=(Source("Swiss Ephemeris, swetest: cusps of Placidus", verified=True),),
)
def houses(request: HousesRequest, ephemeris: Ephemeris) -> Answer[HousesReply]:
    """Cusps and angles of a place at a moment, in one house system or several.

    Where a system is undefined, inside the polar circles or at some moments near them, `polar`
    decides: an error, another system, or an answer without cusps.
    """
    require_earth(request.center, "houses")
    birth = request.known_birth(ephemeris)
    instant = request.instant(birth, ephemeris, **request.house_conventions())
    speeds = request.include_speeds
    division = instant.divide_as_agreed(request.house_system, speeds=speeds)
    others = [instant.divide_as_agreed(system, speeds=speeds) for system in request.also]
    angles = division or instant.angles()
    reply: HousesReply = {
        "system": division.system if division else request.house_system,
        "undefined": division is None or division.system is not request.house_system,
        "houses": house_replies(division) if division else [],
        "sectors": sector_replies(division) if division else [],
        "also": [
            _system_reply(system, other) for system, other in zip(request.also, others, strict=True)
        ],
        "angles": angles_reply(angles) if request.include_angles else None,
        "more_angles": _more_angles(angles) if request.include_angles else None,
    }
    definitions = {
        **request.chart_definitions(instant, ()),
        **request.house_definitions(request.house_system),
    }
    return Answer(reply, computed_for(birth, (), ephemeris, definitions), birth.lasting)


def _system_reply(asked: str, division: Division | None) -> SystemReply:
    if division is None:
        return {"system": asked, "houses": [], "sectors": []}
    return {
        "system": division.system,
        "houses": house_replies(division),
        "sectors": sector_replies(division),
    }


def _more_angles(division: Division) -> dict[str, float]:
    main = (Angle.ASC, Angle.MC, Angle.DESC, Angle.IC)
    return {str(angle): at for angle, at in division.angles.items() if angle not in main}

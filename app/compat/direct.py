"""POST /api/calculations/…: birth data in, one list out, inside `data` and beside it."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import AspectKind
from app.astrology.bodies import STANDARD_POINTS
from app.calculations.fields import Points
from app.calculations.orbs import Orb
from app.calculations.shapes import AnglesReply, HouseReply, PositionReply
from app.compat import chart_points, chart_times, rectifying, stars_and_parts
from app.compat.forms import HouseOption, Operation, Orbs
from app.compat.legacy import Payload, chart, picked
from app.compat.requests import Aspects, LegacyRequest, Multiplier


class PositionOptions(HouseOption):
    planets: Annotated[Points, Field(description="Empty: Sun to Pluto")] = ()
    include_retrograde: bool = True
    include_speed: bool = True


class AspectOptions(LegacyRequest):
    planets: Annotated[
        Points, Field(description="Empty: Sun to Pluto, mean node and mean Lilith")
    ] = ()
    aspects: Annotated[Aspects, Field(description="Empty: the five major ones")] = ()
    orbs: Orbs = {}  # noqa: RUF012 - pydantic copies it
    orb_multiplier: Multiplier = 1.0
    orb_tolerance: Annotated[
        Orb | None, Field(description="Degrees for all aspects that have no orb in `orbs`")
    ] = None
    include_exact_time: Annotated[
        bool | None, Field(description="Left out: yes, for up to 16 points")
    ] = None


class HousesOptions(HouseOption):
    include_angles: bool = True


class LegacyPositions(TypedDict):
    positions: list[PositionReply]


class LegacyAspect(TypedDict):
    planet1: str
    planet2: str
    aspect_type: str
    orb: float
    applying: bool
    exact_time: Annotated[
        str | None, Field(description="UTC; null where it is never exact within 30 days")
    ]


class LegacyAspects(TypedDict):
    aspects: list[LegacyAspect]


class LegacyHouse(HouseReply):
    latitude: float


class LegacyHouses(TypedDict):
    houses: list[LegacyHouse]
    angles: NotRequired[AnglesReply]


def _positions_request(payload: Payload) -> Payload:
    return {
        **chart(payload),
        **picked(payload, "planets", "include_retrograde", "include_speed"),
    }


def _positions_reply(reply: Any, _: Payload) -> LegacyPositions:
    return {"positions": reply["positions"]}


MOST_EXACT = 16
"""Points whose aspects are all timed unasked: the catalogue bounds how many times one may ask."""
_ASPECT_FIELDS = ("planets", "aspects", "orb_multiplier", "include_exact_time")


def _aspects_request(payload: Payload) -> Payload:
    asked = {**chart(payload), **picked(payload, *_ASPECT_FIELDS)}
    asked.setdefault("planets", STANDARD_POINTS)
    asked.setdefault("include_exact_time", len(asked["planets"]) <= MOST_EXACT)
    tolerance = payload["orb_tolerance"]
    every = {} if tolerance is None else dict.fromkeys(AspectKind, tolerance)
    return {**asked, "orbs": {**every, **payload["orbs"]}}


def _aspects_reply(reply: Any, _: Payload) -> LegacyAspects:
    return {
        "aspects": [
            {
                "planet1": aspect["planet1"],
                "planet2": aspect["planet2"],
                "aspect_type": aspect["aspect_type"],
                "orb": aspect["orb"],
                "applying": bool(aspect["applying"]),
                "exact_time": aspect.get("exact_time"),
            }
            for aspect in reply["aspects"]
        ],
    }


def _houses_request(payload: Payload) -> Payload:
    return {**chart(payload), "include_angles": payload["include_angles"]}


def _houses_reply(reply: Any, _: Payload) -> LegacyHouses:
    cusps: list[HouseReply] = reply["houses"]
    houses: LegacyHouses = {"houses": [_house(cusp) for cusp in cusps]}
    if reply["angles"] is not None:
        houses["angles"] = reply["angles"]
    return houses


def _house(cusp: HouseReply) -> LegacyHouse:
    return {
        "number": cusp["number"],
        "longitude": cusp["longitude"],
        "latitude": 0.0,
        "sign": cusp["sign"],
        "degree": cusp["degree"],
        "minute": cusp["minute"],
        "second": cusp["second"],
    }


OPERATIONS = (
    Operation(
        "planetary-positions",
        "positions",
        "planetary-positions",
        PositionOptions,
        _positions_request,
        _positions_reply,
        LegacyPositions,
    ),
    Operation(
        "aspects",
        "aspects",
        "aspects",
        AspectOptions,
        _aspects_request,
        _aspects_reply,
        LegacyAspects,
    ),
    Operation(
        "houses",
        "houses",
        "houses",
        HousesOptions,
        _houses_request,
        _houses_reply,
        LegacyHouses,
    ),
    *stars_and_parts.OPERATIONS,
    *chart_points.OPERATIONS,
    *rectifying.OPERATIONS,
    *chart_times.OPERATIONS,
)
"""What is asked of one chart, in both forms."""

ADAPTERS = tuple(operation.of_birth() for operation in OPERATIONS)

"""POST /api/calculations/…: birth data in, one list out, inside `data` and beside it."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from app.astrology.aspects import AspectKind
from app.astrology.bodies import STANDARD_POINTS
from app.calculations.orbs import WIDEST_ORB
from app.calculations.shapes import AnglesReply, HouseReply, PositionReply
from app.compat.legacy import BIRTH_FIELDS, Adapter, Payload, house_system, picked
from app.errors import InvalidInput


class LegacyPositions(TypedDict):
    positions: list[PositionReply]


class LegacyAspect(TypedDict):
    planet1: str
    planet2: str
    aspect_type: str
    orb: float
    applying: bool
    exact_time: str | None


class LegacyAspects(TypedDict):
    aspects: list[LegacyAspect]


class LegacyHouse(HouseReply):
    latitude: float


class LegacyHouses(TypedDict):
    houses: list[LegacyHouse]
    angles: NotRequired[AnglesReply]


def _positions_request(payload: Payload) -> Payload:
    asked = picked(payload, *BIRTH_FIELDS, "planets", "include_retrograde", "include_speed")
    return {**asked, **house_system(payload)}


def _positions_reply(reply: Any, _: Payload) -> LegacyPositions:
    return {"positions": reply["positions"]}


def _aspects_request(payload: Payload) -> Payload:
    asked = picked(payload, *BIRTH_FIELDS, "planets", "aspects", "orbs", "orb_multiplier")
    asked.setdefault("planets", STANDARD_POINTS)
    own = asked.get("orbs", {})
    if payload.get("orb_tolerance") is not None and isinstance(own, dict):
        asked["orbs"] = {**dict.fromkeys(AspectKind, _tolerance(payload)), **own}
    return asked


def _tolerance(payload: Payload) -> float:
    tolerance = payload["orb_tolerance"]
    number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if not number or not 0.0 <= tolerance <= WIDEST_ORB:
        raise InvalidInput.of("orb_tolerance", f"a number within 0.0..{WIDEST_ORB}", tolerance)
    return float(tolerance)


def _aspects_reply(reply: Any, _: Payload) -> LegacyAspects:
    return {
        "aspects": [
            {
                "planet1": aspect["planet1"],
                "planet2": aspect["planet2"],
                "aspect_type": aspect["aspect_type"],
                "orb": aspect["orb"],
                "applying": bool(aspect["applying"]),
                "exact_time": None,
            }
            for aspect in reply["aspects"]
        ],
    }


def _houses_request(payload: Payload) -> Payload:
    return {**picked(payload, *BIRTH_FIELDS, "include_angles"), **house_system(payload)}


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


ADAPTERS = (
    Adapter(
        "calculations/planetary-positions",
        "planetary-positions",
        _positions_request,
        _positions_reply,
        LegacyPositions,
        flat=True,
    ),
    Adapter(
        "calculations/aspects",
        "aspects",
        _aspects_request,
        _aspects_reply,
        LegacyAspects,
        flat=True,
    ),
    Adapter(
        "calculations/houses",
        "houses",
        _houses_request,
        _houses_reply,
        LegacyHouses,
        flat=True,
    ),
)

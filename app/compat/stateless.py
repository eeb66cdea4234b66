"""POST /api/stateless/…: birth data in, points keyed by name out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

from app.astrology.aspects import EXACT_WITHIN
from app.calculations.shapes import AnglesReply
from app.compat.legacy import BIRTH_FIELDS, Adapter, Payload, house_system, picked

PARTILE_WITHIN = 1.0
"""Degrees of orb that the public API calls partile."""


class NatalPosition(TypedDict):
    longitude: float
    latitude: float
    distance: float
    speed: float
    is_retrograde: bool


class NatalHouses(TypedDict):
    cusps: list[float]
    angles: AnglesReply
    system: str


class NatalAspect(TypedDict):
    planet1: str
    planet2: str
    angle: float
    orb: float
    aspect_type: str
    applying: bool
    strength: float
    is_partile: bool
    is_exact: bool


class NatalAspects(TypedDict):
    aspects: list[NatalAspect]


class LegacyNatalChart(TypedDict):
    planets: dict[str, NatalPosition]
    houses: NatalHouses
    aspects: NatalAspects


def _natal_request(payload: Payload) -> Payload:
    asked = picked(payload, *BIRTH_FIELDS, "planets", "aspects", "orbs", "orb_multiplier")
    return {**asked, **house_system(payload)}


def _natal_reply(reply: Any, _: Payload) -> LegacyNatalChart:
    return {
        "planets": {
            position["planet"]: _natal_position(position) for position in reply["positions"]
        },
        "houses": {
            "cusps": [house["longitude"] for house in reply["houses"]],
            "angles": reply["angles"],
            "system": reply["house_system"],
        },
        "aspects": {"aspects": [_natal_aspect(aspect) for aspect in reply["aspects"]]},
    }


def _natal_position(position: Mapping[str, Any]) -> NatalPosition:
    return {
        "longitude": position["longitude"],
        "latitude": position["latitude"],
        "distance": position["distance"],
        "speed": position["speed"],
        "is_retrograde": position["is_retrograde"],
    }


def _natal_aspect(aspect: Mapping[str, Any]) -> NatalAspect:
    return {
        "planet1": aspect["planet1"],
        "planet2": aspect["planet2"],
        "angle": aspect["separation"],
        "orb": aspect["orb"],
        "aspect_type": aspect["aspect_type"].lower(),
        "applying": bool(aspect["applying"]),
        "strength": aspect["strength"],
        "is_partile": aspect["orb"] <= PARTILE_WITHIN,
        "is_exact": aspect["orb"] < EXACT_WITHIN,
    }


ADAPTERS = (
    Adapter(
        "stateless/natal-chart",
        "natal-chart",
        _natal_request,
        _natal_reply,
        LegacyNatalChart,
    ),
)

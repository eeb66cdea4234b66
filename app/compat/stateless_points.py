"""POST /api/stateless/…: dignities, antiscia and special points of one chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.bodies import PLANETS
from app.astrology.rulerships import RulershipSystem
from app.astrology.special_points import SelenaKind
from app.calculations.dignity_shapes import DignityReply
from app.calculations.fields import named
from app.compat.legacy import IN_CHART_DATA, Adapter, Payload, chart
from app.compat.stateless import (
    CHART_EXAMPLE,
    LegacyChartDataRequest,
    Point,
    birth_alone,
    point,
)

SPECIAL_POINTS = ("north_node", "south_node", "lilith_mean", "lilith_true", "selena")

ANTISCION, CONTRA_ANTISCION = 1, 2


class LegacyDignitiesRequest(LegacyChartDataRequest):
    dignity_system: Annotated[RulershipSystem, *named(RulershipSystem)] = (
        RulershipSystem.TRADITIONAL
    )


class LegacyAntisciaRequest(LegacyChartDataRequest):
    include_contra: Annotated[bool, Field(description="False leaves `contra_antiscion` null")] = (
        True
    )


class LegacySpecialPointsRequest(LegacyChartDataRequest):
    include_nodes: bool = True
    include_lilith: bool = True
    include_selena: bool = True
    use_true_node: bool = False


class LegacyDignities(TypedDict):
    message: str
    dignities: list[DignityReply]


class Antiscion(Point):
    antiscia_type: Annotated[int, Field(description="1 antiscion, 2 contra-antiscion")]
    original_point: str


class LegacyAntiscion(Antiscion):
    contra_antiscion: Annotated[Antiscion | None, Field(description="Null when not asked for")]


class LegacySpecialPoint(TypedDict):
    longitude: float
    latitude: float
    speed: float
    type: Annotated[str, Field(description="mean, true, osculating or mean_opposite")]


class LegacySpecialPoints(TypedDict):
    """Those that are asked for."""

    north_node: NotRequired[LegacySpecialPoint]
    south_node: NotRequired[LegacySpecialPoint]
    lilith_mean: NotRequired[LegacySpecialPoint]
    lilith_true: NotRequired[LegacySpecialPoint]
    selena: NotRequired[LegacySpecialPoint]


def _dignities_request(payload: Payload) -> Payload:
    modern = payload["dignity_system"] is RulershipSystem.MODERN
    planets = {"planets": PLANETS} if modern else {}
    return {**chart(payload["chart_data"]), "system": payload["dignity_system"], **planets}


def _dignities_reply(reply: Any, _: Payload) -> LegacyDignities:
    day = "day" if reply["is_day"] else "night"
    return {"message": f"Essential dignities of a {day} chart", "dignities": reply["dignities"]}


def _antiscia_request(payload: Payload) -> Payload:
    return {
        **birth_alone(payload),
        "include_contra": payload["include_contra"],
        "include_aspects": False,
    }


def _antiscia_reply(reply: Any, _: Payload) -> dict[str, LegacyAntiscion]:
    images = reply["antiscia"]
    others = reply["contra_antiscia"] or [None] * len(images)
    return {
        image["planet"]: {
            **_antiscion(image, ANTISCION),
            "contra_antiscion": _antiscion(other, CONTRA_ANTISCION) if other else None,
        }
        for image, other in zip(images, others, strict=True)
    }


def _antiscion(image: Mapping[str, Any], kind: int) -> Antiscion:
    mirrored = {**image, "is_retrograde": image["speed"] < 0.0}
    return {**point(mirrored), "antiscia_type": kind, "original_point": image["planet"]}


def _special_points_request(payload: Payload) -> Payload:
    flags = ("include_nodes", "include_lilith", "include_selena", "use_true_node")
    return {
        **birth_alone(payload),
        **{name: payload[name] for name in flags},
        "selena": SelenaKind.MEAN_PERIGEE,
        "include_syzygy": False,
        "include_dodecatemoria": False,
    }


def _special_points_reply(reply: Any, _: Payload) -> dict[str, LegacySpecialPoint]:
    return {
        name: {
            "longitude": reply[name]["longitude"],
            "latitude": reply[name]["latitude"],
            "speed": reply[name]["speed"],
            "type": reply[name]["type"].lower(),
        }
        for name in SPECIAL_POINTS
        if name in reply
    }


ADAPTERS = (
    Adapter(
        "stateless/dignities",
        "dignities",
        LegacyDignitiesRequest,
        {**CHART_EXAMPLE, "dignity_system": "TRADITIONAL"},
        _dignities_request,
        _dignities_reply,
        LegacyDignities,
        {**IN_CHART_DATA, "system": "dignity_system"},
    ),
    Adapter(
        "stateless/antiscia",
        "antiscia",
        LegacyAntisciaRequest,
        CHART_EXAMPLE,
        _antiscia_request,
        _antiscia_reply,
        dict[str, LegacyAntiscion],
        IN_CHART_DATA,
    ),
    Adapter(
        "stateless/special-points",
        "special-points",
        LegacySpecialPointsRequest,
        CHART_EXAMPLE,
        _special_points_request,
        _special_points_reply,
        LegacySpecialPoints,
        IN_CHART_DATA,
    ),
)

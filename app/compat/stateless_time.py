"""POST /api/stateless/…: what becomes of a birth in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.bodies import Body
from app.astrology.names import Name
from app.astrology.progressions import ProgressionKind
from app.calculations.birth import EXAMPLE, Latitude, Longitude
from app.calculations.charts import Date
from app.calculations.fields import PointName, named
from app.compat.legacy import Adapter, Calls, Payload, chart, picked
from app.compat.requests import LegacyChart, LegacyOptions, LegacyRequest
from app.compat.stateless import (
    OPTIONS,
    STANDARD_AND_SOUTH,
    EightAngles,
    Houses,
    NumberedAspect,
    Point,
    by_moving_point,
    cusps,
    eight_angles,
    houses,
    iso,
    mean_strength,
    numbered_aspect,
    points,
    wanted,
)


class LegacyReturnType(Name):
    """What comes back."""

    SOLAR = "SOLAR"
    LUNAR = "LUNAR"
    PLANETARY = "PLANETARY"


class DirectionType(Name):
    """Real directions of the sky's daily turn, or one rate for all."""

    PRIMARY = "PRIMARY"
    SYMBOLIC = "SYMBOLIC"


class LegacyLocation(LegacyRequest):
    """Where the return chart is cast."""

    latitude: Latitude
    longitude: Longitude


class LegacyProgressionsRequest(LegacyRequest):
    natal_chart: LegacyChart
    progression_date: Annotated[Date, Field(description="In the zone of the birth")]
    progression_type: Annotated[ProgressionKind, *named(ProgressionKind)] = (
        ProgressionKind.SECONDARY
    )
    options: LegacyOptions = LegacyOptions()


class LegacyReturnsRequest(LegacyRequest):
    natal_chart: LegacyChart
    return_date: Annotated[
        Date, Field(description="SOLAR: its calendar year; all others: the next return from then")
    ]
    return_type: Annotated[LegacyReturnType, *named(LegacyReturnType)] = LegacyReturnType.SOLAR
    planet: Annotated[PointName, Field(description="Of PLANETARY returns")] = Body.SUN
    location: Annotated[LegacyLocation | None, Field(description="Left out: the birthplace")] = None


class LegacyDirectionsRequest(LegacyRequest):
    natal_chart: LegacyChart
    target_date: Annotated[Date, Field(description="In the zone of the birth")]
    direction_type: Annotated[
        Annotated[DirectionType, *named(DirectionType)],
        Field(
            description="PRIMARY: aspects, angles and houses by semi-arcs, and planets by the "
            "true solar arc; SYMBOLIC: all by one arc"
        ),
    ] = DirectionType.PRIMARY
    key_rate: Annotated[float, Field(ge=0.1, le=10.0, description="Degrees a year")] = 1.0


class LegacyProgressions(TypedDict):
    progressed_date: Annotated[str, Field(description="The moment that is read, in UTC")]
    julian_day: float
    planets: dict[str, Point]
    houses: Houses
    angles: EightAngles
    solar_arc: Annotated[float, Field(description="From the natal to the progressed Sun, degrees")]
    progressed_positions: Annotated[dict[str, Point], Field(description="The same as `planets`")]
    aspects_to_natal: Annotated[
        list[NumberedAspect], Field(description="`planet1` is progressed, `planet2` is natal")
    ]


class LegacyReturn(TypedDict):
    return_time: Annotated[str, Field(description="UTC, without a zone")]
    julian_day: float
    planets: dict[str, Point]
    houses: Houses
    angles: EightAngles


class DirectedAngles(TypedDict):
    ASC: float
    MC: float
    ARMC: float
    VERTEX: Annotated[float | None, Field(description="Null on the equator")]


class DirectedHouses(TypedDict):
    cusps: list[float]
    angles: EightAngles
    system: str | None


class DirectedAspect(TypedDict):
    directed_point: str
    natal_point: str
    aspect: Annotated[float, Field(description="Degrees of the aspect")]
    aspect_type: Annotated[str, Field(description="Its name in lower case")]
    angle: Annotated[float, Field(description="The same as `aspect`")]
    orb: Annotated[float, Field(description="Degrees of arc from exactness")]
    strength: float
    arc: NotRequired[Annotated[float, Field(description="Of a primary direction, degrees")]]
    date: NotRequired[Annotated[str, Field(description="When a primary direction is exact, UTC")]]


class LegacyDirections(TypedDict):
    solar_arc: Annotated[
        float, Field(description="From the natal to the progressed Sun; SYMBOLIC: the arc applied")
    ]
    directed_planets: dict[str, Point]
    directed_houses: DirectedHouses
    directed_angles: DirectedAngles
    aspects: list[DirectedAspect]
    total_strength: Annotated[float, Field(description="Mean strength; 0 without aspects")]


def _progressions_request(payload: Payload) -> Payload:
    return {
        "natal_chart": chart(payload["natal_chart"]),
        **picked(payload, "progression_date", "progression_type"),
        "progression_fold": 0,
        **wanted(payload["options"], STANDARD_AND_SOUTH),
    }


def _progressions_reply(reply: Any, _: Payload) -> LegacyProgressions:
    planets, divided = points(reply["positions"]), houses(reply)
    return {
        "progressed_date": iso(reply["progressed_instant"], "+00:00"),
        "julian_day": reply["julian_day"],
        "planets": planets,
        "houses": divided,
        "angles": divided["angles"],
        "solar_arc": reply["arc"]["longitude"],
        "progressed_positions": planets,
        "aspects_to_natal": [
            {
                **numbered_aspect(aspect),
                "planet1": aspect["moving_planet"],
                "planet2": aspect["natal_planet"],
            }
            for aspect in by_moving_point(reply["aspects_to_natal"], planets)
        ],
    }


def _returns_request(payload: Payload) -> Payload:
    asked = {
        "natal_chart": chart(payload["natal_chart"]),
        **picked(payload, "return_date", "return_type", "location"),
        "return_fold": 0,
        "planets": list(STANDARD_AND_SOUTH),
    }
    planetary = payload["return_type"] is LegacyReturnType.PLANETARY
    return {**asked, "planet": payload["planet"]} if planetary else asked


def _returns_reply(reply: Any, _: Payload) -> LegacyReturn:
    found = reply["returns"][0]
    divided = houses(found["chart"])
    return {
        "return_time": iso(found["return_time"]),
        "julian_day": found["julian_day"],
        "planets": points(found["chart"]["positions"]),
        "houses": divided,
        "angles": divided["angles"],
    }


def _directions_calls(payload: Payload) -> Calls:
    birth = {
        "natal_chart": chart(payload["natal_chart"]),
        "target_date": payload["target_date"],
        "target_fold": 0,
    }
    by_arc = {**birth, "planets": list(STANDARD_AND_SOUTH)}
    if payload["direction_type"] is DirectionType.SYMBOLIC:
        return [("solar-arc", {**by_arc, "arc": "USER", "user_rate": payload["key_rate"]})]
    primary = {**birth, "key": "USER", "key_rate": payload["key_rate"]}
    return [("directions", primary), ("solar-arc", by_arc)]


def _directions_reply(replies: Any, payload: Payload) -> LegacyDirections:
    by_arc = replies[-1]
    primary = payload["direction_type"] is DirectionType.PRIMARY
    turned = replies[0]["directed"] if primary else by_arc
    angles = {**turned["angles"], **turned.get("more_angles", {})}
    directed = [place["planet"] for place in by_arc["positions"]]
    found = replies[0]["directions"] if primary else by_moving_point(by_arc["aspects"], directed)
    aspects = [_directed_aspect(one) for one in found]
    return {
        "solar_arc": by_arc["arc"],
        "directed_planets": {place["planet"]: _directed(place) for place in by_arc["positions"]},
        "directed_houses": {
            "cusps": cusps(turned),
            "angles": eight_angles(angles, turned["armc"]),
            "system": turned["house_system"],
        },
        "directed_angles": {
            "ASC": angles["ASC"],
            "MC": angles["MC"],
            "ARMC": turned["armc"],
            "VERTEX": angles.get("VERTEX"),
        },
        "aspects": aspects,
        "total_strength": mean_strength(aspects),
    }


def _directed(place: Mapping[str, Any]) -> Point:
    return {
        "longitude": place["longitude"],
        "latitude": place["latitude"],
        "distance": place["distance"],
        "speed": place["speed"],
        "is_retrograde": place["speed"] < 0.0,
        "speed_long": place["speed"],
        "speed_lat": 0.0,
        "speed_dist": 0.0,
    }


def _directed_aspect(one: Mapping[str, Any]) -> DirectedAspect:
    primary = "promissor" in one
    aspect: DirectedAspect = {
        "directed_point": one["promissor"] if primary else one["moving_planet"],
        "natal_point": one["significator"] if primary else one["natal_planet"],
        "aspect": one["angle"],
        "aspect_type": one["aspect_type"].lower(),
        "angle": one["angle"],
        "orb": one["orb"],
        "strength": one["strength"],
    }
    if primary:
        aspect["arc"], aspect["date"] = one["arc"], iso(one["date"])
    return aspect


ADAPTERS = (
    Adapter(
        "stateless/progressions",
        "progressions",
        LegacyProgressionsRequest,
        {"natal_chart": EXAMPLE, "progression_date": "2026-01-11"},
        _progressions_request,
        _progressions_reply,
        LegacyProgressions,
        OPTIONS,
    ),
    Adapter(
        "stateless/returns",
        "returns",
        LegacyReturnsRequest,
        {"natal_chart": EXAMPLE, "return_date": "2026-01-01", "return_type": "SOLAR"},
        _returns_request,
        _returns_reply,
        LegacyReturn,
    ),
    Adapter(
        "stateless/directions",
        "directions",
        LegacyDirectionsRequest,
        {"natal_chart": EXAMPLE, "target_date": "2026-01-11", "direction_type": "PRIMARY"},
        None,
        _directions_reply,
        LegacyDirections,
        {"user_rate": "key_rate"},
        several=_directions_calls,
    ),
)

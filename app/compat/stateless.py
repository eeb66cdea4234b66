"""POST /api/stateless/…: what its operations share, and the natal chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import EXACT_WITHIN
from app.astrology.bodies import STANDARD_POINTS, Body
from app.calculations.birth import EXAMPLE
from app.calculations.fields import AspectName, Points, few
from app.calculations.orbs import MOST_ORBS, Orb
from app.calculations.shapes import AnglesReply
from app.compat.legacy import Adapter, Payload, chart, inside, picked
from app.compat.requests import Aspects, LegacyChart, LegacyRequest, Multiplier

PARTILE_WITHIN = 1.0
"""Degrees of orb that the public API calls partile."""


STANDARD_AND_SOUTH: tuple[Body, ...] = (*STANDARD_POINTS, Body.SOUTH_NODE)
"""The thirteen points of charts that are made from a birth."""

NARROW_ORB = 1.0
"""Degrees of every aspect in composite, directed and harmonic charts of the public API."""

OPTIONS = inside("options", "planets", "aspects", "orb_multiplier")
"""What the catalogue has at top level and the caller in `options`."""

CHART_EXAMPLE: Payload = {"chart_data": EXAMPLE}
"""A birth for examples where the caller has it in `chart_data`."""

_LATE_ANGLES = ("CO_ASC_KOCH", "CO_ASC_MUNKASEY", "POLAR_ASC")
EightAngles = Annotated[
    list[float | None],
    Field(
        description="ASC, MC, ARMC, vertex (null on the equator), equatorial ASC, co-ASC of Koch, "
        "co-ASC and polar ASC of Munkasey",
    ),
]


class LegacyNatalRequest(LegacyChart):
    planets: Annotated[
        Points, Field(description="Empty: Sun to Pluto, mean node and mean Lilith")
    ] = ()
    aspects: Annotated[Aspects, Field(description="Empty: the five major ones")] = ()
    orbs: Annotated[dict[AspectName, Orb], few(MOST_ORBS), Field(max_length=MOST_ORBS)] = {}  # noqa: RUF012 - pydantic copies it
    orb_multiplier: Multiplier = 1.0


class LegacyChartDataRequest(LegacyRequest):
    """What is asked of one chart."""

    chart_data: LegacyChart


class NatalPosition(TypedDict):
    longitude: float
    latitude: float
    distance: float
    speed: float
    is_retrograde: bool


class NatalHouses(TypedDict):
    cusps: list[float]
    angles: Annotated[AnglesReply | None, Field(description="Null without a known time")]
    system: Annotated[str | None, Field(description="Null without houses")]


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


class Point(NatalPosition):
    """A point under both of the spellings that clients read."""

    speed_long: Annotated[float, Field(description="The same as `speed`, degrees per day")]
    speed_lat: Annotated[float, Field(description="Degrees of latitude per day")]
    speed_dist: Annotated[float, Field(description="Astronomical units per day")]


class Houses(TypedDict):
    """Cusps and angles; no cusps where the system is undefined."""

    cusps: list[float]
    angles: EightAngles
    system: str | None


class NumberedAspect(TypedDict):
    """An aspect by its degrees and by its name."""

    planet1: str
    planet2: str
    aspect: Annotated[float, Field(description="Degrees of the aspect")]
    aspect_type: Annotated[str, Field(description="Its name in lower case")]
    angle: Annotated[float, Field(description="The same as `aspect`")]
    orb: Annotated[float, Field(description="Degrees from exactness")]
    applying: Annotated[bool | None, Field(description="Null where nothing moves")]
    strength: float


def point(position: Mapping[str, Any]) -> Point:
    return {
        **natal_position(position),
        "speed_long": position["speed"],
        "speed_lat": position["latitude_speed"],
        "speed_dist": position["distance_speed"],
    }


def points(positions: Iterable[Mapping[str, Any]]) -> dict[str, Point]:
    return {position["planet"]: point(position) for position in positions}


def cusps(reply: Mapping[str, Any]) -> list[float]:
    return [house["longitude"] for house in reply["houses"]]


def eight_angles(angles: Mapping[str, float], armc: float) -> EightAngles:
    """Angles by name as the list that the public API has them in."""
    east, *others = (angles[name] for name in ("EAST_POINT", *_LATE_ANGLES))
    return [angles["ASC"], angles["MC"], armc, angles.get("VERTEX"), east, *others]


def houses(reply: Mapping[str, Any]) -> Houses:
    """The houses of a chart that tells all its angles."""
    angles = eight_angles({**reply["angles"], **reply["more_angles"]}, reply["armc"])
    return {"cusps": cusps(reply), "angles": angles, "system": reply["house_system"]}


def numbered_aspect(aspect: Mapping[str, Any]) -> NumberedAspect:
    return {
        "planet1": aspect["planet1"],
        "planet2": aspect["planet2"],
        "aspect": aspect["angle"],
        "aspect_type": aspect["aspect_type"].lower(),
        "angle": aspect["angle"],
        "orb": aspect["orb"],
        "applying": aspect["applying"],
        "strength": aspect["strength"],
    }


def by_moving_point(
    aspects: Iterable[Mapping[str, Any]], points: Iterable[str]
) -> list[Mapping[str, Any]]:
    """Aspects to a birth in the order of the points that move, not of those that stand."""
    order = {point: number for number, point in enumerate(points)}
    return sorted(aspects, key=lambda aspect: order[aspect["moving_planet"]])


def wanted(options: Payload, default: Sequence[str] = STANDARD_POINTS) -> Payload:
    """What `options` asks for: points, or else the default ones, and aspects with their orbs."""
    asked = picked(options, "planets", "aspects", "orb_multiplier")
    asked.setdefault("planets", list(default))
    return asked


def mean_strength(aspects: Sequence[Any]) -> float:
    """0.0 without aspects."""
    return fmean(aspect["strength"] for aspect in aspects) if aspects else 0.0


def birth_alone(payload: Payload) -> Payload:
    """The birth of `chart_data` for entries that tell of no houses."""
    return {**chart(payload["chart_data"]), "house_system": None}


def iso(instant: str, zone: str = "") -> str:
    """An instant of the catalogue with six digits of a second, and UTC written in another way."""
    whole, _, fraction = instant.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<6}{zone}"


def _natal_request(payload: Payload) -> Payload:
    return {**chart(payload), **picked(payload, "planets", "aspects", "orbs", "orb_multiplier")}


def _natal_reply(reply: Any, _: Payload) -> LegacyNatalChart:
    return {
        "planets": {
            position["planet"]: natal_position(position) for position in reply["positions"]
        },
        "houses": {
            "cusps": [house["longitude"] for house in reply["houses"]],
            "angles": reply["angles"],
            "system": reply["house_system"],
        },
        "aspects": {"aspects": [_natal_aspect(aspect) for aspect in reply["aspects"]]},
    }


def natal_position(position: Mapping[str, Any]) -> NatalPosition:
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
        LegacyNatalRequest,
        EXAMPLE,
        _natal_request,
        _natal_reply,
        LegacyNatalChart,
    ),
)

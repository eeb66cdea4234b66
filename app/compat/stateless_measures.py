"""POST /api/stateless/…: declinations and harmonics of one chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.aspects import AspectKind
from app.astrology.bodies import STANDARD_POINTS
from app.calculations.birth import require_time
from app.calculations.harmonics import MOST_HARMONICS, HarmonicNumber
from app.compat.legacy import IN_CHART_DATA, Adapter, Payload, chart
from app.compat.stateless import (
    CHART_EXAMPLE,
    NARROW_ORB,
    STANDARD_AND_SOUTH,
    EightAngles,
    Houses,
    LegacyChartDataRequest,
    NumberedAspect,
    Point,
    birth_alone,
    cusps,
    eight_angles,
    numbered_aspect,
    point,
)

ASPECT_NUMBERS = {"PARALLEL": 1, "CONTRAPARALLEL": 2}


class LegacyDeclinationsRequest(LegacyChartDataRequest):
    parallel_orb: Annotated[float, Field(ge=0.0, le=5.0, description="Degrees")] = 1.0


class LegacyHarmonicsRequest(LegacyChartDataRequest):
    harmonics: Annotated[
        tuple[HarmonicNumber, ...], FailFast(), Field(max_length=MOST_HARMONICS)
    ] = (2, 3, 4, 5, 7, 9)


class LegacyParallel(TypedDict):
    point: str
    aspect: Annotated[int, Field(description="1 parallel, 2 contraparallel")]
    aspect_type: Annotated[str, Field(description="The same by name, in lower case")]
    orb: float


class LegacyDeclination(TypedDict):
    declination: float
    longitude: float
    latitude: float
    aspects: list[LegacyParallel]


class HarmonicPoint(Point):
    harmonic: int


class HarmonicAngles(TypedDict):
    ASC: float
    MC: float
    ARMC: Annotated[float, Field(description="Of the birth, not multiplied")]
    VERTEX: Annotated[float | None, Field(description="Null on the equator")]


class HarmonicNumberedAspect(NumberedAspect):
    harmonic: int


class HarmonicChart(TypedDict):
    harmonic: int
    planets: dict[str, HarmonicPoint]
    houses: Houses
    angles: HarmonicAngles
    aspects: list[HarmonicNumberedAspect]


class LegacyHarmonic(TypedDict):
    harmonic: int
    data: HarmonicChart


class LegacyHarmonics(TypedDict):
    harmonics: list[LegacyHarmonic]


def _declinations_request(payload: Payload) -> Payload:
    return {
        **birth_alone(payload),
        "planets": STANDARD_POINTS,
        "parallel_orb": payload["parallel_orb"],
    }


def _declinations_reply(reply: Any, _: Payload) -> dict[str, LegacyDeclination]:
    return {
        place["planet"]: {
            "declination": place["declination"],
            "longitude": place["longitude"],
            "latitude": place["latitude"],
            "aspects": [
                {
                    "point": parallel["planet"],
                    "aspect": ASPECT_NUMBERS[parallel["aspect_type"]],
                    "aspect_type": parallel["aspect_type"].lower(),
                    "orb": parallel["orb"],
                }
                for parallel in place["parallels"]
            ],
        }
        for place in reply["declinations"]
    }


def _harmonics_request(payload: Payload) -> Payload:
    """What is asked of the entry; raises TimeNeeded: the reply is one of cusps and angles."""
    require_time(payload["chart_data"]["time"])
    return {
        **chart(payload["chart_data"]),
        "harmonics": payload["harmonics"],
        "planets": STANDARD_AND_SOUTH,
        "houses": "MULTIPLIED",
        "orbs": dict.fromkeys(AspectKind, NARROW_ORB),
    }


def _harmonics_reply(reply: Any, payload: Payload) -> LegacyHarmonics:
    system = payload["chart_data"]["house_system"] or "PLACIDUS"
    return {
        "harmonics": [
            {"harmonic": one["harmonic"], "data": _harmonic(one, reply["armc"], system)}
            for one in reply["harmonics"]
        ],
    }


def _harmonic(one: Mapping[str, Any], armc: float, system: str) -> HarmonicChart:
    angles, number = one["angles"], one["harmonic"]
    eight: EightAngles = eight_angles(angles, armc)
    return {
        "harmonic": number,
        "planets": {
            place["planet"]: {**point(place), "harmonic": number} for place in one["positions"]
        },
        "houses": {"cusps": cusps(one), "angles": eight, "system": system},
        "angles": {
            "ASC": angles["ASC"],
            "MC": angles["MC"],
            "ARMC": armc,
            "VERTEX": angles.get("VERTEX"),
        },
        "aspects": [{**numbered_aspect(aspect), "harmonic": number} for aspect in one["aspects"]],
    }


ADAPTERS = (
    Adapter(
        "stateless/declinations",
        "declinations",
        LegacyDeclinationsRequest,
        {**CHART_EXAMPLE, "parallel_orb": 1.0},
        _declinations_request,
        _declinations_reply,
        dict[str, LegacyDeclination],
        IN_CHART_DATA,
    ),
    Adapter(
        "stateless/harmonics",
        "harmonics",
        LegacyHarmonicsRequest,
        {**CHART_EXAMPLE, "harmonics": [5, 7]},
        _harmonics_request,
        _harmonics_reply,
        LegacyHarmonics,
        IN_CHART_DATA,
    ),
)

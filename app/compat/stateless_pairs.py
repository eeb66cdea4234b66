"""POST /api/stateless/…: charts compared with one another, and charts of two births."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import DEFAULT_ORBS, AspectKind
from app.astrology.names import Name
from app.calculations.birth import EXAMPLE
from app.calculations.charts import Date, holds_time
from app.calculations.fields import named
from app.calculations.pairs import EXAMPLE_PAIR
from app.calculations.shapes import AnglesReply
from app.compat.legacy import Adapter, Calls, Payload, chart, picked
from app.compat.requests import LegacyChart, LegacyOptions, LegacyRequest
from app.compat.stateless import (
    NARROW_ORB,
    OPTIONS,
    NumberedAspect,
    Point,
    cusps,
    mean_strength,
    numbered_aspect,
    points,
    wanted,
)
from app.errors import InvalidInput, Problem

COMPARISON_ORBS: Mapping[AspectKind, float] = {
    AspectKind.CONJUNCTION: 10.0,
    AspectKind.OPPOSITION: 10.0,
    AspectKind.TRINE: 8.0,
    AspectKind.SQUARE: 8.0,
    AspectKind.SEXTILE: 6.0,
    AspectKind.SEMISEXTILE: 3.0,
    AspectKind.SEMISQUARE: 3.0,
    AspectKind.SESQUISQUARE: 3.0,
    AspectKind.QUINCUNX: 3.0,
}
"""Degrees of the aspects between two charts, as the public API compares them."""


TransitTime = Annotated[
    str | None,
    Field(description="HH:MM or HH:MM:SS; left out where `transit_date` holds it", max_length=64),
]


class CompositeType(Name):
    """How two births become one chart."""

    MIDPOINT = "MIDPOINT"
    DAVISON = "DAVISON"


class LegacySynastryRequest(LegacyRequest):
    chart1: LegacyChart
    chart2: LegacyChart
    options: LegacyOptions = LegacyOptions()


class LegacyTransitsRequest(LegacyRequest):
    natal_chart: LegacyChart
    transit_date: Annotated[Date, Field(description="In the zone of the birth")]
    transit_time: TransitTime = None
    options: LegacyOptions = LegacyOptions()


class LegacyCompositeRequest(LegacyRequest):
    chart1: LegacyChart
    chart2: LegacyChart
    composite_type: Annotated[CompositeType, *named(CompositeType)] = CompositeType.MIDPOINT
    options: LegacyOptions = LegacyOptions()


class ComparedAspect(TypedDict):
    planet1: Annotated[str, Field(description="Of chart 1, or of the birth")]
    planet2: Annotated[str, Field(description="Of chart 2, or of the transit")]
    aspect_type: Annotated[str, Field(description="In lower case")]
    angle: Annotated[float, Field(description="Degrees of the aspect")]
    orb: Annotated[float, Field(description="Degrees from exactness")]
    applying: Annotated[bool | None, Field(description="Null where nothing moves")]
    strength: Annotated[float, Field(description="1 - orb / orb allowed")]


class TransitAspect(ComparedAspect):
    natal_planet: Annotated[str, Field(description="The same as `planet1`")]
    transit_planet: Annotated[str, Field(description="The same as `planet2`")]


class LegacySynastry(TypedDict):
    aspects: list[ComparedAspect]
    total_strength: Annotated[float, Field(description="Mean strength; 0 without aspects")]
    planet_aspects: Annotated[
        dict[str, list[str]], Field(description="Aspects by point of chart 1: trine_MOON")
    ]
    house_aspects: Annotated[
        dict[str, list[str]], Field(description="Points of chart 2 by house of chart 1, 1 to 12")
    ]
    compatibility_score: Annotated[
        float | None, Field(description="0 to 100; null where nothing was weighed")
    ]


class LegacyTransits(TypedDict):
    aspects: list[TransitAspect]
    total_strength: Annotated[float, Field(description="Mean strength; 0 without aspects")]
    planet_aspects: Annotated[
        dict[str, list[str]], Field(description="Aspects by natal point: trine_MOON")
    ]
    house_aspects: Annotated[
        dict[str, list[str]], Field(description="Transiting points by natal house, 1 to 12")
    ]
    transit_positions: dict[str, Point]
    active_transits: Annotated[list[TransitAspect], Field(description="The same as `aspects`")]


class CompositeHousesReply(TypedDict):
    cusps: list[float]
    angles: Annotated[AnglesReply | None, Field(description="Null without known times")]
    system: str | None


class LegacyComposite(TypedDict):
    planets: dict[str, Point]
    houses: CompositeHousesReply
    aspects: list[NumberedAspect]


def _comparison(payload: Payload) -> Payload:
    """Points and aspects of a comparison, with the orbs of the public API."""
    asked = wanted(payload["options"])
    asked.setdefault("aspects", list(COMPARISON_ORBS))
    return {**asked, "orbs": {**DEFAULT_ORBS, **COMPARISON_ORBS}}


def synastry_request(payload: Payload) -> Payload:
    pair = {name: chart(payload[name]) for name in ("chart1", "chart2")}
    return {**pair, **_comparison(payload)}


def synastry_reply(reply: Any, _: Payload) -> LegacySynastry:
    aspects = [_compared(aspect) for aspect in reply["aspects"]]
    return {
        "aspects": aspects,
        "total_strength": mean_strength(aspects),
        "planet_aspects": _by_point(reply["chart1"]["positions"], aspects),
        "house_aspects": _by_house(reply["overlays"]["chart2_in_chart1"]),
        "compatibility_score": reply["score"]["value"],
    }


def _compared(aspect: Mapping[str, Any]) -> ComparedAspect:
    return {
        "planet1": aspect["planet1"],
        "planet2": aspect["planet2"],
        "aspect_type": aspect["aspect_type"].lower(),
        "angle": aspect["angle"],
        "orb": aspect["orb"],
        "applying": aspect["applying"],
        "strength": aspect["strength"],
    }


def _by_point(
    positions: Iterable[Mapping[str, Any]], aspects: Iterable[ComparedAspect]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {position["planet"]: [] for position in positions}
    for aspect in aspects:
        found[aspect["planet1"]].append(f"{aspect['aspect_type']}_{aspect['planet2']}")
    return found


def _by_house(guests: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {str(number): [] for number in range(1, 13)}
    for guest in guests:
        if guest["house"] is not None:
            found[str(guest["house"])].append(guest["planet"])
    return found


def transits_request(payload: Payload) -> Payload:
    if payload["transit_time"] is None and not holds_time(payload["transit_date"]):
        expected = "given as HH:MM or HH:MM:SS, or as part of transit_date"
        raise InvalidInput([Problem("transit_time", expected, None, "missing")])
    compared = _comparison(payload)
    return {
        "natal_chart": chart(payload["natal_chart"]),
        **picked(payload, "transit_date", "transit_time"),
        "transit_fold": 0,
        **compared,
        "natal_planets": compared["planets"],
    }


def transits_reply(reply: Any, _: Payload) -> LegacyTransits:
    aspects: list[TransitAspect] = [
        {
            **_compared(aspect),
            "applying": bool(aspect["applying"]),
            "natal_planet": aspect["natal_planet"],
            "transit_planet": aspect["transit_planet"],
        }
        for aspect in reply["aspects"]
    ]
    return {
        "aspects": aspects,
        "total_strength": mean_strength(aspects),
        "planet_aspects": _by_point(reply["natal"]["positions"], aspects),
        "house_aspects": _by_house(reply["transit_positions"]),
        "transit_positions": points(reply["transit_positions"]),
        "active_transits": aspects,
    }


def _composite_calls(payload: Payload) -> Calls:
    pair = {name: chart(payload[name]) for name in ("chart1", "chart2")}
    asked = {
        **pair,
        **wanted(payload["options"]),
        "orbs": dict.fromkeys(AspectKind, NARROW_ORB),
    }
    midpoint = payload["composite_type"] is CompositeType.MIDPOINT
    return [("composite" if midpoint else "davison", asked)]


def _composite_reply(replies: Any, payload: Payload) -> LegacyComposite:
    (reply,) = replies
    if payload["composite_type"] is CompositeType.DAVISON:
        reply = reply["chart"]
    return {
        "planets": points(reply["positions"]),
        "houses": {
            "cusps": cusps(reply),
            "angles": reply["angles"],
            "system": reply["house_system"],
        },
        "aspects": [numbered_aspect(aspect) for aspect in reply["aspects"]],
    }


ADAPTERS = (
    Adapter(
        "stateless/synastry",
        "synastry",
        LegacySynastryRequest,
        {**EXAMPLE_PAIR, "options": {"planets": ["SUN", "MOON", "VENUS", "MARS"]}},
        synastry_request,
        synastry_reply,
        LegacySynastry,
        OPTIONS,
    ),
    Adapter(
        "stateless/transits",
        "transits",
        LegacyTransitsRequest,
        {"natal_chart": EXAMPLE, "transit_date": "2026-01-11", "transit_time": "12:00:00"},
        transits_request,
        transits_reply,
        LegacyTransits,
        {**OPTIONS, "natal_planets": "options.planets"},
    ),
    Adapter(
        "stateless/composite",
        "composite",
        LegacyCompositeRequest,
        {**EXAMPLE_PAIR, "composite_type": "MIDPOINT"},
        None,
        _composite_reply,
        LegacyComposite,
        OPTIONS,
        several=_composite_calls,
    ),
)

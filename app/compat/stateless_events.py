"""POST /api/stateless/…: events of the sky in a span of time, and those of a life."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.names import Name
from app.calculations.birth import EXAMPLE
from app.calculations.eclipses import HitReply
from app.calculations.fields import Points, named
from app.calculations.rectification_case import MOST_EVENTS, WIDEST_RANGE
from app.calculations.span import Day
from app.compat.legacy import Adapter, Payload, chart, picked
from app.compat.requests import LegacyChart, LegacyRequest
from app.compat.stateless import NatalPosition, iso, natal_position


class LegacyEclipseType(Name):
    """Which light is eclipsed."""

    SOLAR = "SOLAR"
    LUNAR = "LUNAR"
    ALL = "ALL"


class LegacySpanRequest(LegacyRequest):
    """A birth, and days in its time zone, both included."""

    natal_chart: LegacyChart
    start_date: Day
    end_date: Day


class LegacyEclipsesRequest(LegacySpanRequest):
    eclipse_type: Annotated[LegacyEclipseType, *named(LegacyEclipseType)] = LegacyEclipseType.ALL


class LegacyIngressesRequest(LegacySpanRequest):
    planets: Annotated[Points, Field(description="Empty: Sun to Pluto")] = ()


class LegacyEvent(LegacyRequest):
    """Something that happened."""

    date: Annotated[str, Field(description="YYYY-MM-DD, or a full ISO date-time", max_length=64)]
    type: Annotated[str, Field(max_length=64, description="Not interpreted")] = ""
    description: Annotated[str, Field(max_length=500, description="Not interpreted")] = ""


class LegacyRectificationRequest(LegacyRequest):
    chart_data: LegacyChart
    events: Annotated[
        tuple[LegacyEvent, ...], FailFast(), Field(min_length=1, max_length=MOST_EVENTS)
    ]
    time_range_minutes: Annotated[
        float, Field(ge=1.0, le=WIDEST_RANGE, description="Minutes before and after the given time")
    ] = 120.0


class LegacyEclipse(TypedDict):
    eclipse_type: Annotated[str, Field(description="solar or lunar")]
    date: Annotated[str, Field(description="When it is greatest; UTC, without a zone")]
    julian_day: float
    type: Annotated[str, Field(description="TOTAL, ANNULAR, HYBRID, PARTIAL or PENUMBRAL")]
    magnitude: float
    saros_series: int | None
    longitude: Annotated[float, Field(description="Degree of the new or full Moon")]
    positions: Annotated[dict[str, NatalPosition], Field(description="SUN and MOON")]
    natal_house: int | None
    aspects_to_natal: list[HitReply]


class LegacyEclipses(TypedDict):
    message: str
    eclipses: Annotated[list[LegacyEclipse], Field(description="In the order of time")]


class LegacyIngress(TypedDict):
    type: Annotated[str, Field(description="sign or house")]
    planet: str
    sign: Annotated[str | None, Field(description="The one that is entered")]
    house: Annotated[int | None, Field(description="The natal one that is entered")]
    date: Annotated[str, Field(description="UTC, without a zone")]
    julian_day: float
    is_retrograde: bool


class LegacyIngresses(TypedDict):
    message: str
    ingresses: Annotated[list[LegacyIngress], Field(description="In the order of time")]


class SuggestedTime(TypedDict):
    """A window of birth times; its middle is no better than its other minutes."""

    time: Annotated[str, Field(description="Middle of the window; UTC, without a zone")]
    start: str
    end: str
    confidence: Annotated[float, Field(description="Part of the random runs that score less")]
    better_than_chance: bool
    events_matched: int


class LegacyRectification(TypedDict):
    message: Annotated[str, Field(description="What the evidence is worth, in words")]
    suggested_times: Annotated[list[SuggestedTime], Field(description="The best first")]
    total_events: int


def _span(payload: Payload) -> Payload:
    return {
        "natal_chart": chart(payload["natal_chart"]),
        **picked(payload, "start_date", "end_date"),
        "start_fold": 0,
        "end_fold": 0,
        "timezone": payload["natal_chart"]["timezone"],
        "polar": "FLAG",
    }


def _eclipses_request(payload: Payload) -> Payload:
    kind = payload["eclipse_type"]
    return {**_span(payload), "types": [] if kind is LegacyEclipseType.ALL else [kind]}


def _eclipses_reply(reply: Any, _: Payload) -> LegacyEclipses:
    found = sorted(
        [*reply["eclipses"]["solar"], *reply["eclipses"]["lunar"]],
        key=lambda eclipse: eclipse["julian_day"],
    )
    return {
        "message": f"{len(found)} eclipses found",
        "eclipses": [_eclipse(eclipse) for eclipse in found],
    }


def _eclipse(eclipse: Any) -> LegacyEclipse:
    lights = eclipse["positions"]
    hits: list[HitReply] = eclipse["natal"]["hits"]
    return {
        "eclipse_type": eclipse["eclipse"].lower(),
        "date": iso(eclipse["date"]),
        "julian_day": eclipse["julian_day"],
        "type": eclipse["type"],
        "magnitude": eclipse["magnitude"],
        "saros_series": eclipse["saros_series"],
        "longitude": eclipse["lunation"]["longitude"],
        "positions": {name: natal_position(lights[name]) for name in ("SUN", "MOON")},
        "natal_house": eclipse["natal"]["house"],
        "aspects_to_natal": [{**hit, "aspect_type": hit["aspect_type"].lower()} for hit in hits],
    }


def _ingresses_request(payload: Payload) -> Payload:
    return {**_span(payload), **picked(payload, "planets"), "types": ["SIGN", "HOUSE"]}


def _ingresses_reply(reply: Any, _: Payload) -> LegacyIngresses:
    lists = reply["ingresses"]
    found = [_ingress(kind, one) for kind in ("sign", "house") for one in lists[kind] or ()]
    return {
        "message": f"{len(found)} ingresses found",
        "ingresses": sorted(found, key=lambda one: (one["julian_day"], one["planet"])),
    }


def _ingress(kind: str, one: Any) -> LegacyIngress:
    return {
        "type": kind,
        "planet": one["planet"],
        "sign": one.get("sign"),
        "house": one.get("house"),
        "date": iso(one["date"]),
        "julian_day": one["julian_day"],
        "is_retrograde": one["is_retrograde"],
    }


def _rectification_request(payload: Payload) -> Payload:
    return {
        "natal_chart": chart(payload["chart_data"]),
        **picked(payload, "events", "time_range_minutes"),
    }


def _rectification_reply(reply: Any, _: Payload) -> LegacyRectification:
    return {
        "message": reply["verdict"],
        "suggested_times": [
            {
                "time": iso(window["middle"]),
                "start": iso(window["start"]),
                "end": iso(window["end"]),
                "confidence": window["null_percentile"] / 100.0,
                "better_than_chance": window["better_than_chance"],
                "events_matched": window["events_matched"],
            }
            for window in reply["windows"]
        ],
        "total_events": reply["total_events"],
    }


_YEAR = {"natal_chart": EXAMPLE, "start_date": "2026-01-01", "end_date": "2026-12-31"}

ADAPTERS = (
    Adapter(
        "stateless/eclipses",
        "eclipses",
        LegacyEclipsesRequest,
        {**_YEAR, "eclipse_type": "ALL"},
        _eclipses_request,
        _eclipses_reply,
        LegacyEclipses,
        {"types": "eclipse_type", "timezone": "natal_chart.timezone"},
    ),
    Adapter(
        "stateless/ingresses",
        "ingresses",
        LegacyIngressesRequest,
        {**_YEAR, "planets": ["SUN", "JUPITER", "SATURN"]},
        _ingresses_request,
        _ingresses_reply,
        LegacyIngresses,
        {"timezone": "natal_chart.timezone"},
    ),
    Adapter(
        "stateless/rectification",
        "rectification",
        LegacyRectificationRequest,
        {
            "chart_data": EXAMPLE,
            "events": [
                {"date": "2010-06-12", "type": "MARRIAGE"},
                {"date": "2014-09-01", "type": "CAREER"},
                {"date": "2018-03-20", "type": "RELOCATION"},
            ],
            "time_range_minutes": 30,
        },
        _rectification_request,
        _rectification_reply,
        LegacyRectification,
        {"natal_chart": "chart_data"},
    ),
)

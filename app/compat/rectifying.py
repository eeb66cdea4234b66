"""Rectification in the shapes of the public API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.house_space import DirectionMethod
from app.astrology.names import Name
from app.calculations.direction_choices import METHOD_ALIASES
from app.calculations.fields import AspectName, named
from app.calculations.rectification_case import MOST_EVENTS, WIDEST_RANGE
from app.compat.forms import Operation
from app.compat.legacy import Payload, chart, picked
from app.compat.requests import LegacyRequest
from app.compat.shapes import PairAspect
from app.errors import InvalidInput

_MINUTE = timedelta(minutes=1)


class RectificationMethod(Name):
    """How a birth time is found: by the events of the life."""

    EVENT_BASED = "EVENT_BASED"


class LegacyEvent(LegacyRequest):
    date: Annotated[str, Field(description="YYYY-MM-DD or ISO date-time", max_length=64)]
    type: Annotated[str, Field(description="Not interpreted", max_length=64)] = ""
    description: Annotated[str, Field(description="Not interpreted", max_length=500)] = ""


class TimeWindow(LegacyRequest):
    start: Annotated[str, Field(description="ISO date-time, local unless it has an offset")]
    end: Annotated[str, Field(description="ISO date-time, local unless it has an offset")]


class RectificationParameters(LegacyRequest):
    direction_method: Annotated[
        Annotated[DirectionMethod, *named(DirectionMethod, aliases=METHOD_ALIASES)],
        Field(description="Only angles are directed to, where all methods have the same arcs"),
    ] = DirectionMethod.PLACIDUS_SEMI_ARC
    aspect_types: Annotated[
        tuple[AspectName, ...],
        FailFast(),
        Field(max_length=8, description="Empty: CONJUNCTION, OPPOSITION and SQUARE"),
    ] = ()


class RectificationOptions(LegacyRequest):
    events: Annotated[
        tuple[LegacyEvent, ...], FailFast(), Field(min_length=1, max_length=MOST_EVENTS)
    ]
    time_window: Annotated[
        TimeWindow | None,
        Field(description="In place of `date` and `time`; left out: 120 minutes around them"),
    ] = None
    method: Annotated[RectificationMethod, *named(RectificationMethod)] = (
        RectificationMethod.EVENT_BASED
    )
    parameters: RectificationParameters = Field(default_factory=RectificationParameters)


class LegacyRectification(TypedDict):
    rectified_time: Annotated[
        str | None,
        Field(description="Middle of the best window, UTC; null if all are alike"),
    ]
    confidence: Annotated[
        float, Field(description="Share of runs on random dates that score less, 0 to 1")
    ]
    aspects: Annotated[list[PairAspect], Field(description="`planet1` comes to `planet2`")]
    events_matched: int
    total_events: int
    window: Annotated[TimeWindowReply | None, Field(description="The best window, in UTC")]
    method: str
    direction_method: str


class TimeWindowReply(TypedDict):
    start: str
    end: str


def _request(payload: Payload) -> Payload:
    born = chart(payload)
    asked: Payload = {
        "events": payload["events"],
        **picked({"aspects": payload["parameters"]["aspect_types"]}, "aspects"),
    }
    window = payload["time_window"]
    if window is None:
        return {**asked, "natal_chart": born}
    start, end = (_moment(window, name) for name in ("start", "end"))
    if (start.tzinfo is None) is not (end.tzinfo is None):
        expected = "local as start is, or both with an offset"
        raise InvalidInput.of("time_window.end", expected, window["end"])
    half = (end - start) / 2
    if not _MINUTE <= half <= WIDEST_RANGE * _MINUTE:
        expected = f"from 2 to {2.0 * WIDEST_RANGE:.0f} minutes after start"
        raise InvalidInput.of("time_window.end", expected, window["end"])
    born = {**born, "date": (start + half).isoformat()}
    born.pop("time", None)
    return {**asked, "natal_chart": born, "time_range_minutes": half / _MINUTE}


def _moment(window: Mapping[str, str], name: str) -> datetime:
    try:
        return datetime.fromisoformat(window[name])
    except ValueError as error:
        expected = "an ISO date-time such as 1990-01-15T14:00:00"
        raise InvalidInput.of(f"time_window.{name}", expected, window[name]) from error


def _reply(reply: Any, payload: Payload) -> LegacyRectification:
    best = next(iter(reply["windows"]), None)
    evidence = best["evidence"] if best else []
    return {
        "rectified_time": best["middle"] if best else None,
        "confidence": best["null_percentile"] / 100.0 if best else 0.0,
        "aspects": [_aspect(hit) for event in evidence for hit in event["hits"]],
        "events_matched": best["events_matched"] if best else 0,
        "total_events": reply["total_events"],
        "window": {"start": best["start"], "end": best["end"]} if best else None,
        "method": payload["method"],
        "direction_method": payload["parameters"]["direction_method"],
    }


def _aspect(hit: Mapping[str, Any]) -> PairAspect:
    return {
        "planet1": hit["moved"],
        "planet2": hit["fixed"],
        "angle": hit["angle"],
        "orb": hit["orb"],
        "aspect_type": hit["aspect_type"],
    }


OPERATIONS = (
    Operation(
        "rectification",
        "rectification",
        "rectification",
        RectificationOptions,
        _request,
        _reply,
        LegacyRectification,
        {
            "events": (
                {"date": "2010-06-12", "type": "MARRIAGE"},
                {"date": "2014-09-01", "type": "CAREER"},
                {"date": "2018-03-20", "type": "RELOCATION"},
            ),
            "time_window": {"start": "1990-01-15T14:15:00", "end": "1990-01-15T14:45:00"},
        },
        {"aspects": "parameters.aspect_types"},
    ),
)

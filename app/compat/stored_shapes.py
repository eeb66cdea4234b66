"""Stored charts as the public API shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import AspectKind
from app.calculations.birth import NOON, UNKNOWN, Latitude, Longitude
from app.compat.forms import ChartConfig
from app.compat.legacy import LEGACY_BIRTH_FIELDS
from app.compat.requests import LegacyChart, LegacyRequest
from app.compat.stateless import LegacyNatalChart
from app.storage.charts import ChartContent, SavedChart

Date = Annotated[str | None, Field(description="Local, or an instant with Z or an offset")]
Time = Annotated[str | None, Field(description="HH:MM:SS or HH:MM; left out where `date` holds it")]
Zone = Annotated[
    str | None, Field(description="IANA zone or an offset; left out: that of the coordinates")
]

LONGEST_LABEL = 200
_ORB_NAMES = tuple(kind.lower() for kind in AspectKind)
_LABELS = ("name", "city", "country", "region")
"""What clients were free to send, since nobody read it: it is cut and cleaned, never refused."""


class LegacyNatalBody(LegacyChart):
    """A chart to be computed and stored."""

    name: str | None = None


class LegacyChartChange(LegacyRequest):
    """What is to be changed of a stored chart; what is left out stays."""

    date: Date = None
    time: Time = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    timezone: Zone = None
    name: str | None = None
    config: Annotated[ChartConfig | None, Field(description="Each of its members alone too")] = None


class LegacyChartBody(LegacyRequest):
    """A chart to be stored."""

    date: Annotated[str, Field(description="YYYY-MM-DDTHH:MM:SS, or YYYY-MM-DD beside `time`")]
    time: Time = None
    latitude: Latitude
    longitude: Longitude
    timezone: Zone = None
    name: str | None = None
    config: Annotated[ChartConfig | None, Field(description="Left out: the customary one")] = None


class LegacyConfig(TypedDict):
    house_system: str
    aspects: list[str]
    orbs: Annotated[dict[str, float], Field(description="Degrees, by aspect in lower case")]


class LegacySavedChart(TypedDict):
    id: str
    date: Annotated[str, Field(description="Local, in the zone of the chart")]
    latitude: float
    longitude: float
    timezone: str
    config: LegacyConfig
    created_at: Annotated[str, Field(description="UTC, without saying so")]
    updated_at: Annotated[str, Field(description="UTC, without saying so")]


class LegacyStoredNatal(LegacyNatalChart):
    """A natal chart, and the id of the stored one that it is of."""

    chart_id: str


def saved_shape(chart: SavedChart, written: Callable[[datetime], str]) -> LegacySavedChart:
    """A stored chart; `written` is how its moments of storing are."""
    orbs: Mapping[str, float] = chart.config["orbs"]
    return {
        "id": str(chart.id),
        "date": _local(chart.birth),
        "latitude": chart.birth["latitude"],
        "longitude": chart.birth["longitude"],
        "timezone": chart.birth["timezone"],
        "config": {
            "house_system": chart.config["house_system"],
            "aspects": list(chart.config["aspects"]),
            "orbs": {name: orbs[name] for name in _ORB_NAMES if name in orbs},
        },
        "created_at": written(chart.created_at),
        "updated_at": written(chart.updated_at),
    }


def _local(birth: Mapping[str, Any]) -> str:
    """The local date and time; noon stands for a time that nobody knows.

    A date-time that the clocks of the zone never showed is as it was written.
    """
    date, time = birth["date"], birth["time"]
    if time is None:
        return str(date)
    return f"{date}T{NOON if time == UNKNOWN else time}"


def body_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is read of a body: null is the same as left out, and names of any kind are taken.

    A time beside a date that holds the same one is no second time.
    """
    body = {
        name: given[name]
        for name in (*LEGACY_BIRTH_FIELDS, "config")
        if given.get(name) is not None
    }
    if isinstance(config := body.get("config"), dict):
        body["config"] = {name: value for name, value in config.items() if value is not None}
    if isinstance(date := body.get("date"), str) and date.endswith(f"T{body.get('time')}"):
        del body["time"]
    labels = {name: _label(given.get(name)) for name in _LABELS}
    return {**body, **{name: label for name, label in labels.items() if label}}


def change_of(given: Mapping[str, Any], before: SavedChart) -> dict[str, Any]:
    """The same of a change: a date that comes back as it was shown changes nothing.

    It does not tell which of two equal hours is meant, nor that nobody knows the time.
    """
    body = body_of(given)
    if body.get("date") == _local(before.birth) and "time" not in body:
        del body["date"]
    return body


def natal_body(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a request for a natal chart, which has its house system beside the birth."""
    return body_of({**given, "config": {"house_system": given.get("house_system")}})


def natal_request(content: ChartContent) -> dict[str, Any]:
    """What is asked of the operation for birth data, to tell the natal chart of a stored one."""
    return {**content.birth, **content.config}


def _label(value: Any) -> str:
    """A text without what controls the texts around it; of no text, nothing."""
    text = value if isinstance(value, str) else ""
    return "".join(filter(str.isprintable, text)).strip()[:LONGEST_LABEL]

"""Stored charts as the public API shows and reads them, CONTRACT.md 1.5."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.compat.chart_bodies import DEFAULT_CONFIG
from app.compat.stored_shapes import (
    LONGEST_LABEL,
    body_of,
    natal_body,
    natal_request,
    saved_shape,
)
from app.storage.charts import SavedChart, content_of

BIRTH = {
    "date": "1990-01-15",
    "time": "14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
    "calendar": "AUTO",
}
MADE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def stored(**birth: Any) -> SavedChart:
    """A chart with some members of its birth changed."""
    return SavedChart(
        UUID(int=1),
        UUID(int=2),
        "Somebody",
        None,
        {**BIRTH, **birth},
        DEFAULT_CONFIG,
        None,
        "given",
        2447907.3125,
        "1990-01-15T19:30:00Z",
        3,
        MADE,
        MADE,
    )


def test_a_chart_has_the_documented_members_and_no_other() -> None:
    assert saved_shape(stored(), datetime.isoformat) == {
        "id": "00000000-0000-0000-0000-000000000001",
        "date": "1990-01-15T14:30:00",
        "latitude": 40.7128,
        "longitude": -74.006,
        "timezone": "America/New_York",
        "config": {
            "house_system": "PLACIDUS",
            "aspects": ["CONJUNCTION", "OPPOSITION", "TRINE", "SQUARE", "SEXTILE"],
            "orbs": {
                "conjunction": 10.0,
                "opposition": 10.0,
                "trine": 8.0,
                "square": 8.0,
                "sextile": 6.0,
            },
        },
        "created_at": "2026-01-02T03:04:05+00:00",
        "updated_at": "2026-01-02T03:04:05+00:00",
    }


@pytest.mark.parametrize(
    ("birth", "date"),
    [
        ({"time": "unknown"}, "1990-01-15T12:00:00"),
        ({"date": "-0043-03-15", "time": "11:00:00"}, "-0043-03-15T11:00:00"),
        ({"time": "14:30:00.5"}, "1990-01-15T14:30:00.5"),
        ({"date": "1990-01-15T22:30:00+03:00", "time": None}, "1990-01-15T22:30:00+03:00"),
    ],
)
def test_a_date_is_local(birth: dict[str, Any], date: str) -> None:
    assert saved_shape(stored(**birth), datetime.isoformat)["date"] == date


def test_orbs_are_in_the_order_of_the_aspects_however_they_are_kept() -> None:
    kept = {"orbs": dict(sorted(DEFAULT_CONFIG["orbs"].items())), "aspects": []}
    chart = replace(stored(), config={**DEFAULT_CONFIG, **kept})
    shown = saved_shape(chart, datetime.isoformat)["config"]["orbs"]
    assert list(shown) == ["conjunction", "opposition", "trine", "square", "sextile"]


def test_a_body_is_read_without_nulls_and_what_nobody_knows() -> None:
    given = {**BIRTH, "time": None, "config": {"orbs": None, "aspects": []}, "id": 5, "notes": "x"}
    expected = {name: value for name, value in BIRTH.items() if name != "time"}
    assert body_of(given) == {**expected, "config": {"aspects": []}}


@pytest.mark.parametrize(
    ("date", "time", "kept"),
    [
        ("1990-01-15T14:30:00", "14:30:00", False),
        ("1990-01-15T14:30:00", "14:31:00", True),
        ("1990-01-15T14:30:00", None, False),
        ("1990-01-15", "14:30:00", True),
        (5, "14:30:00", True),
    ],
)
def test_a_time_that_the_date_holds_already_is_left_out(
    date: Any, time: Any, *, kept: bool
) -> None:
    assert ("time" in body_of({"date": date, "time": time})) is kept


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (" Somebody ", "Somebody"),
        ("Some\r\nbody", "Somebody"),
        ("\u202eSomebody", "Somebody"),
        ("Жанна д'Арк 🌙", "Жанна д'Арк 🌙"),
        ("n" * 1000, "n" * LONGEST_LABEL),
        ("\0", None),
        ("", None),
        (5, None),
        (["Somebody"], None),
    ],
)
def test_a_name_is_cut_and_cleaned_but_never_refused(name: Any, read: str | None) -> None:
    assert body_of({"name": name}).get("name") == read
    assert body_of({"city": name}).get("city") == read


@pytest.mark.parametrize("config", ["koch", [], 5])
def test_what_are_no_preferences_is_left_to_be_refused(config: Any) -> None:
    assert body_of({"config": config}) == {"config": config}


def test_a_natal_chart_has_its_houses_beside_the_birth() -> None:
    config = {"house_system": "ASTRAL", "aspects": ["TRINE"]}
    assert natal_body({**BIRTH, "house_system": "W", "config": config}) == {
        **BIRTH,
        "config": {"house_system": "W"},
    }
    assert natal_body(BIRTH)["config"] == {}


def test_a_natal_chart_is_asked_for_as_it_is_stored() -> None:
    assert natal_request(content_of(stored())) == {**BIRTH, **DEFAULT_CONFIG}

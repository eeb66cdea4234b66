"""Rectification as callers ask for it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from app.calculations.catalogue import Cost, catalogue
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import NEW_YORK, Asked, ask, birth

EVENTS: list[dict[str, Any]] = [
    {"date": "2005-06-12", "type": "MARRIAGE"},
    {"date": "2010-09-01T09:30:00", "type": "CAREER", "precision_days": 0.0},
    {"date": "2018-03-20", "weight": 2.0},
]
BASE = {
    "natal_chart": NEW_YORK,
    "events": EVENTS,
    "time_range_minutes": 20.0,
    "null_runs": 50,
}
ENTRY = catalogue()["rectification"]


def rectified(ephemeris: SwissEphemeris, **request: Any) -> Asked:
    return ask("rectification", {**BASE, **request}, ephemeris)


def test_windows_are_ranked_and_carry_their_evidence(ephemeris: SwissEphemeris) -> None:
    data = rectified(ephemeris).data
    assert data["candidates"] == 41
    assert data["total_events"] == 3
    windows = data["windows"]
    assert [window["rank"] for window in windows] == list(range(1, len(windows) + 1))
    scores = [window["score"] for window in windows]
    assert scores == sorted(scores, reverse=True)
    percentiles = [window["null_percentile"] for window in windows]
    assert percentiles == sorted(percentiles, reverse=True)
    assert scores[-1] > data["mean_score"] > 0.0
    best = windows[0]
    assert best["start"] <= best["middle"] <= best["end"]
    assert best["start_offset"] <= best["end_offset"]
    assert best["events_matched"] == len(best["evidence"])
    assert best["better_than_chance"] == (best["null_percentile"] >= 95.0)
    for evidence in best["evidence"]:
        assert evidence["type"] == EVENTS[evidence["event"]].get("type", "")
        for hit in evidence["hits"]:
            assert 0.0 < hit["strength"] <= 1.0
            assert hit["orb"] < 1.1
            assert hit["moved"]
            assert hit["fixed"]


def test_windows_do_not_overlap(ephemeris: SwissEphemeris) -> None:
    windows = rectified(ephemeris, max_windows=20).data["windows"]
    spans = sorted((one["start_offset"], one["end_offset"]) for one in windows)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_the_same_request_has_the_same_answer(ephemeris: SwissEphemeris) -> None:
    first, again = rectified(ephemeris), rectified(ephemeris)
    assert first.outcome == again.outcome
    other = rectified(ephemeris, events=EVENTS[:2])
    seeds = {answer.computed_for["definitions"]["null_seed"] for answer in (first, other)}
    assert len(seeds) == 2


def test_the_parts_make_the_whole(ephemeris: SwissAlmanac) -> None:
    request = ENTRY.request.model_validate_json(json.dumps(BASE))
    slicing = ENTRY.slicing
    assert ENTRY.cost is Cost.LONG
    assert slicing is not None
    whole = slicing.part(request, [0, 41], ephemeris)
    pieces = [slicing.part(request, piece, ephemeris) for piece in ([0, 7], [7, 8], [8, 41])]
    assert [score for piece in pieces for score in piece["scores"]] == pytest.approx(
        whole["scores"]
    )
    best = [max(runs) for runs in zip(*(piece["null_best"] for piece in pieces), strict=True)]
    assert best == pytest.approx(whole["null_best"])
    json.dumps(pieces)


def test_the_largest_request_falls_into_many_parts(ephemeris: SwissAlmanac) -> None:
    events = [{"date": f"{1995 + index // 2}-{1 + index % 12:02d}-11"} for index in range(50)]
    body = {**BASE, "events": events, "time_range_minutes": 1440.0, "null_runs": 300}
    request = ENTRY.request.model_validate_json(json.dumps(body))
    assert ENTRY.slicing is not None
    parts = ENTRY.slicing.split(request, ephemeris)
    assert parts[0][0] == 0
    assert parts[-1][1] == 2881
    assert all(before[1] == after[0] for before, after in pairwise(parts))
    assert max(end - first for first, end in parts) < 30


def test_evidence_that_is_no_better_than_chance_is_called_so(ephemeris: SwissEphemeris) -> None:
    data = rectified(ephemeris).data
    assert data["better_than_chance"] is False
    assert "not better than chance" in data["verdict"]


def test_an_unknown_time_tries_the_whole_day(ephemeris: SwissEphemeris) -> None:
    answer = rectified(
        ephemeris, natal_chart=birth(time="unknown"), time_range_minutes=None, step_minutes=10.0
    )
    assert answer.data["candidates"] == 145
    assert answer.computed_for["definitions"]["time_range_minutes"] == 720.0
    assert answer.computed_for["definitions"]["time_known"] is False


def test_a_day_is_its_noon_and_a_time_is_kept(ephemeris: SwissEphemeris) -> None:
    others = rectified(ephemeris).computed_for["others"]
    assert others["events.0.date"]["utc"] == "2005-06-12T16:00:00Z"
    assert others["events.1.date"]["utc"] == "2010-09-01T13:30:00Z"


def test_scores_are_told_on_request(ephemeris: SwissEphemeris) -> None:
    data = rectified(ephemeris, include_scores=True).data
    assert [row["offset"] for row in data["scores"]] == list(range(-20, 21))
    assert max(row["score"] for row in data["scores"]) == data["windows"][0]["score"]
    assert "scores" not in rectified(ephemeris).data


CHOICES = [
    ({"techniques": ["TRANSITS"]}, "orbs"),
    ({"orbs": {"PRIMARY_DIRECTIONS": 0.3}}, "orbs"),
    ({"aspects": ["TRINE"]}, "aspects"),
    ({"planets": ["SATURN"]}, "planets"),
    ({"key": "PTOLEMY"}, "key"),
    ({"key": "DYNAMIC_RA"}, "key"),
    ({"key": "USER", "key_rate": 2.0}, "key_rate"),
    ({"step_minutes": 4.0}, "step_minutes"),
    ({"time_range_minutes": 30.0}, "time_range_minutes"),
    ({"null_runs": 60}, "null_runs"),
]


@pytest.mark.parametrize(("choice", "echoed"), CHOICES, ids=lambda value: str(value)[:40])
def test_every_choice_changes_the_answer_and_is_echoed(
    choice: dict[str, Any], echoed: str, ephemeris: SwissEphemeris
) -> None:
    plain, chosen = rectified(ephemeris), rectified(ephemeris, **choice)
    assert chosen.data != plain.data
    definitions = chosen.computed_for["definitions"]
    assert definitions[echoed] != plain.computed_for["definitions"].get(echoed)


def test_weights_and_precisions_count(ephemeris: SwissEphemeris) -> None:
    plain = rectified(ephemeris, include_scores=True).data["scores"]
    changes: tuple[dict[str, Any], ...] = ({"weight": 5.0}, {"precision_days": 90.0})
    for change in changes:
        events = [{**EVENTS[0], **change}, *EVENTS[1:]]
        assert rectified(ephemeris, events=events, include_scores=True).data["scores"] != plain


@pytest.mark.parametrize("latitude", [-90.0, 70.0, 90.0])
def test_every_place_has_an_answer(latitude: float, ephemeris: SwissEphemeris) -> None:
    data = rectified(ephemeris, natal_chart=birth(latitude=latitude)).data
    assert data["mean_score"] >= 0.0


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"events": []}, "events"),
        ({"events": [{"date": "2005-01-01"}] * 51}, "events"),
        ({"events": [{"date": "1990-01-15"}]}, "events.0.date"),
        ({"events": [EVENTS[0], {"date": "2111-01-01"}]}, "events.1.date"),
        ({"events": [{"date": "someday"}]}, "events.0.date"),
        ({"events": [{"date": "2005-01-01", "weight": 0.0}]}, "events.0.weight"),
        ({"events": [{"date": "2005-01-01", "precision_days": 400.0}]}, "events.0.precision_days"),
        ({"time_range_minutes": 1441.0}, "time_range_minutes"),
        ({"step_minutes": 0.5}, "step_minutes"),
        ({"techniques": ["TAROT"]}, "techniques.0"),
        ({"orbs": {"TRANSITS": 9.0}}, "orbs.TRANSITS"),
        ({"planets": ["ASC"]}, "planets.0"),
        ({"null_runs": 10}, "null_runs"),
        ({"key": "USER"}, "key_rate"),
        ({"natal_chart": birth(time="noon")}, "natal_chart.time"),
    ],
)
def test_what_is_wrong_is_named(
    request_: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    answer = rectified(ephemeris, **request_)
    assert answer.status == 422
    assert answer.error["details"]["field"] == field

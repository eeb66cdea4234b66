"""Long work is bounded: a span that is too long is refused with how to divide it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.calculations.catalogue import Calculation, Cost, catalogue
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask

LONG = [entry for entry in catalogue().values() if entry.cost is Cost.LONG]
SPANS = [e for e in LONG if {"start_date", "end_date"} <= set(e.request.model_fields)]
each_span = pytest.mark.parametrize("entry", SPANS, ids=lambda entry: entry.name)


def refused(entry: Calculation, ephemeris: SwissAlmanac, **changes: Any) -> dict[str, Any]:
    answer = ask(entry.name, {**entry.example, **changes}, ephemeris)
    assert answer.status == 422
    assert answer.error["details"]["field"] == "end_date"
    return answer.error


@each_span
def test_a_span_beyond_the_longest_is_refused_with_how_to_divide_it(
    entry: Calculation, ephemeris: SwissAlmanac
) -> None:
    error = refused(entry, ephemeris, start_date="1200-02-01", end_date="9999-01-01")
    assert "send several requests" in error["message"]


@each_span
def test_a_span_that_ends_before_it_begins_is_refused(
    entry: Calculation, ephemeris: SwissAlmanac
) -> None:
    refused(entry, ephemeris, start_date="2026-01-02", end_date="2026-01-01")


@each_span
def test_a_span_that_is_refused_is_refused_before_it_is_cut(
    entry: Calculation, ephemeris: SwissAlmanac
) -> None:
    far = {**entry.example, "start_date": "1200-02-01", "end_date": "9999-01-01"}
    assert ask(f"{entry.name}#cut", far, ephemeris).status == 422


@pytest.mark.parametrize("entry", LONG, ids=lambda entry: entry.name)
def test_the_parts_of_its_longest_span_are_few_enough_to_hold(
    entry: Calculation, ephemeris: SwissAlmanac
) -> None:
    """Parts travel as a list: a century is at most some thousands of them."""
    century = {"start_date": "1950-01-01", "end_date": "2049-12-31"}
    changes = century if entry in SPANS else {}
    for span in (changes, {**changes, "end_date": "1959-12-31"} if changes else {}):
        outcome = ask(f"{entry.name}#cut", {**entry.example, **span}, ephemeris).outcome
        if outcome.status == 202:
            assert 1 <= len(json.loads(outcome.fragment)) <= 5000
            return
    pytest.fail("neither a century nor ten years could be cut")

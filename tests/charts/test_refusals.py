"""Refusals in the caller's names: the same text, the same places, other fields."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.charts.refusals import beside, renamed
from app.errors import AppError, CalculationFailed, InvalidInput, NotFound, Problem
from app.wire import Outcome, failed, success


def told(outcome: Outcome) -> dict[str, Any]:
    fragment: dict[str, Any] = json.loads(b"{%b}" % outcome.fragment)
    return fragment


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("chart.time", "time"),
        ("chart.config.orbs.TRINE", "orbs.TRINE"),
        ("chart", "chart"),
        ("target_chart.fold", "second_chart_id.fold"),
        ("chart2.time", "second_chart_id.time"),
        ("events.0.date", "events.0.date"),
        ("body", "body"),
    ],
)
def test_a_refusal_reads_as_if_it_had_always_named_the_field_so(field: str, name: str) -> None:
    before = [Problem(field, "a date", "x"), Problem("orb", "given", None)]
    after = [Problem(name, "a date", "x"), Problem("orb", "given", None)]
    mine = renamed(failed(InvalidInput(before)), beside(second="second_chart_id"))
    assert told(mine) == told(failed(InvalidInput(after)))


def test_without_a_second_chart_its_name_stands() -> None:
    refusal = failed(InvalidInput.of("chart2.time", "given", None))
    assert renamed(refusal, beside()) == refusal


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("orb", "parameters.orb"),
        ("events.1.date", "parameters.events.1.date"),
        ("stars", "stars"),
        ("chart.time", "time"),
        ("body", "body"),
    ],
)
def test_parameters_are_named_where_they_stood(field: str, name: str) -> None:
    mine = renamed(failed(InvalidInput.of(field, "a date", 1)), beside(parameters={"stars"}))
    assert told(mine) == told(failed(InvalidInput.of(name, "a date", 1)))


def test_a_calculation_that_failed_is_told_of_the_same_field() -> None:
    error = CalculationFailed("no such houses", details={"field": "chart.config.house_system"})
    after = CalculationFailed("no such houses", details={"field": "house_system"})
    assert told(renamed(failed(error), beside())) == told(failed(after))


@pytest.mark.parametrize("error", [CalculationFailed("no"), NotFound("no"), AppError("no")])
def test_what_names_no_field_stays(error: AppError) -> None:
    assert renamed(failed(error), beside()) == failed(error)


def test_a_success_stays() -> None:
    outcome = Outcome(200, success(b'{"chart":1}'))
    assert renamed(outcome, beside()) is outcome

"""Refusals of an operation, told in the names that the caller used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from app.calculations.birth import UNKNOWN
from app.errors import InvalidInput, Problem
from app.wire import Outcome, decode, failed, inside, location_of

Path = tuple[str, ...]
Rename = Callable[[Path], Path]

_NAMES_FIELDS = frozenset({"VALIDATION_ERROR", "CALCULATION_ERROR"})


def renamed(outcome: Outcome, rename: Rename) -> Outcome:
    """The same outcome, of a refusal every field by the name that `rename` has for it."""
    if outcome.status < HTTPStatus.BAD_REQUEST:
        return outcome
    told = decode(b"{%b}" % outcome.fragment)
    error = told["error"]
    if error["code"] not in _NAMES_FIELDS or not error["details"]:
        return outcome
    fields = _renamed_details(error["details"], rename)
    if isinstance(told["detail"], list):
        for problem, (before, after) in zip(told["detail"], fields, strict=True):
            problem["loc"] = location_of(after)
            problem["msg"] = after + problem["msg"].removeprefix(before)
        error["message"] = "; ".join(problem["msg"] for problem in told["detail"])
    return replace(outcome, fragment=inside(told))


def timeless(outcome: Outcome, charts: Mapping[str, tuple[str, str]]) -> Outcome:
    """The same outcome; a time that a stored chart has not is refused by what names the chart.

    `charts` has, by the field of a time, where callers told the id of its chart, and the id.
    """
    if outcome.status != HTTPStatus.UNPROCESSABLE_ENTITY:
        return outcome
    told = decode(b"{%b}" % outcome.fragment)
    details = told["error"]["details"] or {}
    errors = details.get("errors", ())
    if not any(error["field"] in charts and error.get("got") == UNKNOWN for error in errors):
        return outcome
    problems = [Problem(error["field"], error["expected"], error.get("got")) for error in errors]
    return failed(InvalidInput([_of_chart(problem, charts) for problem in problems]))


def _of_chart(problem: Problem, charts: Mapping[str, tuple[str, str]]) -> Problem:
    if problem.field not in charts or problem.got != UNKNOWN:
        return problem
    field, number = charts[problem.field]
    why = problem.expected.partition(": ")[2]
    expected = f"a chart with a known time (PATCH its time where somebody knows it): {why}"
    return Problem(field, expected, number)


def beside(second: str | None = None, parameters: Collection[str] | None = None) -> Rename:
    """Names of fields for whoever told the chart by its id.

    What belongs to the stored chart has its own name, what belongs to the other one stands in
    `second`; with `parameters` all else stood there, but for what is named in it.
    """

    def rename(path: Path) -> Path:
        match path:
            case ("chart", "config", *rest) | ("chart", *rest):
                return tuple(rest) or path
            case ("target_chart" | "chart2", *rest) if second is not None:
                return (second, *rest)
            case ("body" | "header" | "query", *_):
                return path
            case (first, *_) if parameters is not None and first not in parameters:
                return ("parameters", *path)
            case _:
                return path

    return rename


def _renamed_details(details: dict[str, Any], rename: Rename) -> list[tuple[str, str]]:
    """Rename the fields of details in place; each problem's field before and after."""

    def told(problem: dict[str, Any]) -> tuple[str, str]:
        before: str = problem["field"]
        problem["field"] = ".".join(rename(tuple(before.split("."))))
        return before, problem["field"]

    pairs = [told(problem) for problem in details.get("errors", ())]
    if isinstance(details.get("field"), str):
        told(details)
    return pairs

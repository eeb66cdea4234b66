"""Refusals of computations, by the fields that the caller's request has.

What computes a chart knows no request: it names a house system or a date as a chart has them. In
the request these may stand inside a nested chart, or under a longer name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.astrology.calendar import CalendarChoice, julian_day, read_civil
from app.astrology.errors import OutsideEphemeris, PolarHouses
from app.calculations.birth import UNKNOWN
from app.calculations.catalogue import catalogue
from app.calculations.request import CalculationRequest
from app.errors import CalculationFailed, InvalidInput, Problem, TimeNeeded

_YEAR = re.compile(r"(?:year )?(-?[0-9]{1,6})\b").match
_DAY = re.compile(r"\s*(-?[0-9]{4,6}-[0-9]{2}-[0-9]{2})\b").match
_DATE = "date"
_ALIKE = {"house_system": "mundane_system"}
"""Fields that some requests have under another name."""
_DAYS_BESIDE = 1.1
"""From the noon of a date to any moment of it, in any zone."""
_AMID_THE_FILES = 2_451_545.0
"""Julian day of 2000: what is refused later lies past the end of the files, or of a theory."""
_ADVICE = "; choose another "
"""Where the advice begins in the message of houses that are undefined."""


def placed(
    error: InvalidInput | CalculationFailed, request: CalculationRequest
) -> InvalidInput | CalculationFailed:
    """The same refusal by the fields of a request."""
    if isinstance(error, CalculationFailed):
        return _failed(error, request)
    problems = [_placed(problem, request) for problem in error.problems]
    if request.works_without_time:
        problems = [_or_unknown(problem) for problem in problems]
    if isinstance(error, TimeNeeded):
        problems = [replace(p, expected=f"{p.expected}; {_timeless()}") for p in problems]
    return type(error)(problems)


def _or_unknown(problem: Problem) -> Problem:
    """A time that is missing may be known to nobody."""
    if problem.got is not None or problem.field.rpartition(".")[2] != "time":
        return problem
    return replace(problem, expected=f"{problem.expected}, or as {UNKNOWN} where nobody knows")


def _timeless() -> str:
    """The calculations that have an answer without a time of birth."""
    names = [name for name, entry in catalogue().items() if entry.request.works_without_time]
    return f"without one there are {', '.join(names)}"


def _placed(problem: Problem, request: CalculationRequest) -> Problem:
    head, dot, rest = problem.field.partition(".")
    if head in type(request).model_fields:
        return problem
    return replace(problem, field=_path(head, request, {"got": problem.got}) + dot + rest)


def _failed(error: CalculationFailed, request: CalculationRequest) -> CalculationFailed:
    details = dict(error.details or {})
    field = details.get("field")
    if not isinstance(field, str) or getattr(request, field, None) is not None:
        return error
    moment = error.moment if isinstance(error, OutsideEphemeris) and field == _DATE else None
    path = _dated(moment, request) or _path(field, request, details)
    if path == field:
        return error
    message = error.message
    if isinstance(error, PolarHouses) and _ADVICE in message:
        message = f"{message.partition(_ADVICE)[0]}{_ADVICE}{path} such as PORPHYRY or WHOLE_SIGN"
        if "polar" in type(request).model_fields:
            message += ", or let polar, at the top level of the request, be FALLBACK or FLAG"
    details["field"] = path
    return type(error)(message, details=details, retry_after=error.retry_after)


def _dated(moment: float | None, request: CalculationRequest) -> str | None:
    """Where the date stands that led to a Julian day outside: the next one there or farther out.

    A search looks beyond its dates too: then it is the outermost.
    """
    if moment is None:
        return None
    found = [
        (day, path)
        for path, value, owner in _places(_DATE, request)
        if (day := _day_of(value, owner)) is not None
    ]
    if not found:
        return None
    outwards = 1.0 if moment > _AMID_THE_FILES else -1.0
    ahead = sorted(((day - moment) * outwards, path) for day, path in found)
    return next((path for days, path in ahead if days >= -_DAYS_BESIDE), ahead[-1][1])


def _day_of(value: Any, owner: CalculationRequest) -> float | None:
    """Julian day of the noon of a written date; None for what is no date."""
    written = _DAY(value) if isinstance(value, str) else None
    if written is None:
        return None
    calendar = getattr(owner, "calendar", CalendarChoice.AUTO)
    try:
        return julian_day(read_civil(written[1], "12:00", calendar))
    except InvalidInput:
        return None


def _path(field: str, request: CalculationRequest, details: Mapping[str, Any]) -> str:
    """Where a field of a chart stands in a request: the place that best fits what was refused."""
    found = list(_places(field, request))
    if field in type(request).model_fields:  # left out, for that of the first chart
        details = {"got": details.get("got")}
    return min(found, key=lambda place: _misfit(place, details))[0] if found else field


Place = tuple[str, Any, CalculationRequest]
"""Path, value and owner of a field."""


def _places(name: str, request: CalculationRequest) -> Iterator[Place]:
    """Every field of a name that has a value, and those of another name that mean the same."""
    for owner, path in ((request, ""), *_charts(request)):
        for known in type(owner).model_fields:
            value = getattr(owner, known)
            same = known in {name, _ALIKE.get(name)}
            same |= name == _DATE and known.endswith(f"_{_DATE}")
            if same and value is not None:
                yield f"{path}{known}", value, owner


def _charts(request: CalculationRequest) -> Iterator[tuple[CalculationRequest, str]]:
    for name, value in request.__dict__.items():
        if isinstance(value, CalculationRequest):
            yield value, f"{name}."


def _misfit(place: Place, details: Mapping[str, Any]) -> tuple[float, ...]:
    """How badly a field fits what was refused; the least is the field that was meant."""
    _, value, owner = place
    got, limit = details.get("got"), details.get("latitude_limit")
    latitude = getattr(owner, "latitude", None)
    temperate = limit is not None and latitude is not None and abs(latitude) < limit
    return (value != got, _years_apart(value, got), temperate)


def _years_apart(value: Any, got: Any) -> float:
    """Years between a written date and the year that was refused; 0 where either is none."""
    years = [_YEAR(text) for text in (value, got) if isinstance(text, str)]
    found = [int(year.group(1)) for year in years if year]
    return float(abs(found[0] - found[1])) if len(found) == len((value, got)) else 0.0

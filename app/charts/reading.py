"""What is to be kept of a body that somebody sends: checked, completed, changed as asked.

The loop only puts the parts together. What has to be computed a worker does, and cities are looked
up in a thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from app.accounts.rules import is_printable
from app.calculations.birth import NOON, UNKNOWN, BirthRequest
from app.calculations.charts import holds_time
from app.charts.merging import BIRTH_FIELDS
from app.compat.chart_bodies import COORDINATES, READ
from app.errors import CalculationFailed, InternalError, InvalidInput, Problem
from app.places.apart import looked_up
from app.places.find import distance_to, find
from app.places.table import Place
from app.storage.charts import ChartContent
from app.wire import Outcome, decode, encode, is_text

Ask = Callable[[str, bytes], Awaitable[Outcome]]
"""What asks a worker: an operation and its body."""
Warn = Callable[[str], object]
"""What hears of something that is no mistake, and that whoever keeps a chart should know."""
Members = dict[str, Any]

CITY = "city"
"""Where a zone comes from that a city has told."""
FAR_FROM_A_CITY = 100.0
"""Kilometres from its middle beyond which coordinates are not those of a city, nor of a suburb."""
LONGEST_NAME, LONGEST_NOTES, LONGEST_PLACE = 200, 4000, 200
ONLY_TOLD = frozenset(
    {
        *("id", "version", "place", "timezone_source", "time_known", "utc", "julian_day"),
        *("created_at", "updated_at"),
    }
)
"""Members that answers have and nobody sets; they come back from who changes a chart as a whole."""
_NOT_READ = ONLY_TOLD | {"name", "notes", "city", "country", "region"}
"""Members that no worker needs to see, or may be told."""
_READ_HERE = frozenset({"house_system", "timezone_source"})
"""Members that a worker is told of elsewhere: in `config`, and beside the body."""
_TOLD = frozenset({*BIRTH_FIELDS, "config", "house_system", "city", "country", "region"})
_CLOCK = ("date", "time", "timezone", "latitude", "longitude", "calendar", "local_mean_time")
"""Members that make it another question which of two equal local times was meant."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How bodies are read.

    `lax` takes numbers that are written as text, of two equal local times the first, and a change
    of one coordinate. `zone` is that of charts that tell none, instead of the one at their
    coordinates.
    """

    lax: bool = False
    zone: str | None = None


OWN = Manner()


async def content_from(
    ask: Ask,
    given: Any,
    before: ChartContent | None = None,
    manner: Manner = OWN,
    warn: Warn = lambda _: None,
) -> ChartContent:
    """What is to be kept; of a chart that is there, what is not given stays.

    `warn` hears of what each use of the chart would warn of or refuse. Raises InvalidInput, and
    what `ask` does.
    """
    if not isinstance(given, dict):
        raise InvalidInput.of("body", "a JSON object", given)
    name = _name(given["name"]) if "name" in given else before.name if before else None
    notes = _notes(given["notes"]) if "notes" in given else before.notes if before else None
    if before is not None and _TOLD.isdisjoint(given):
        return replace(before, name=name, notes=notes)
    if before is not None and not manner.lax:
        _require_both_coordinates(given)
    meant, place = await _placed(given, before)
    meant["config"] = _config(meant, before)
    if before is not None:
        meant = _merged(meant, before)
    found = await _read(ask, meant, manner)
    for warning in found["warnings"]:
        warn(warning)
    if given.get("city") and _located(given) and place and place["city"] and not manner.lax:
        await _warn_of_far_city(place, found["birth"], warn)
    return ChartContent(
        birth=found["birth"],
        config=found["config"],
        julian_day=found["julian_day"],
        utc=found["utc"],
        name=name,
        notes=notes,
        place=place,
        timezone_source=found["timezone_source"],
    )


async def zone_of(ask: Ask, birth: Mapping[str, Any]) -> str | None:
    """The zone at the coordinates of a birth that is to be computed, as of one that is kept.

    None for one that needs none, or is to be refused anyway. Raises InvalidInput at sea, and what
    `ask` does.
    """
    date, time = birth.get("date"), birth.get("time")
    if not isinstance(date, str) or not isinstance(time, str | None):
        return None
    if time is None and not _is_local(date):
        return None
    here = {name: birth.get(name) for name in ("latitude", "longitude")}
    try:
        # Of another moment, for a local time that never was is refused by the calculation.
        found = await _read(ask, {**here, "date": "2000-01-01", "time": NOON}, OWN)
    except InvalidInput as error:
        if any(problem.field == "timezone" for problem in error.problems):
            raise
        return None
    zone: str = found["birth"]["timezone"]
    return zone


def _is_local(date: str) -> bool:
    """Whether a written date tells a time of day that only a zone makes an instant of."""
    return BirthRequest.model_construct(date=date, latitude=0.0, longitude=0.0).has_local_time


async def _read(ask: Ask, meant: Members, manner: Manner) -> Members:
    """What a worker makes of a body; raises InvalidInput, or as the worker failed."""
    given = {name: value for name, value in meant.items() if name not in _READ_HERE}
    way = {"lax": manner.lax, "zone": manner.zone, "source": meant.get("timezone_source")}
    try:
        asked = encode({"given": given, **way})
    except TypeError as unfit:
        expected = "a JSON object with numbers of at most 64 bits, of few levels"
        raise InvalidInput.of("body", expected, "another one") from unfit
    outcome = await ask(READ, asked)
    answer: Members = decode(
        outcome.fragment if outcome.status == HTTPStatus.OK else b"{%b}" % outcome.fragment
    )
    if outcome.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        error = answer["error"]
        raise CalculationFailed(error["message"], details=error["details"])
    if outcome.status != HTTPStatus.OK:
        raise InternalError(answer["error"]["message"])
    if problems := answer.get("problems"):
        raise InvalidInput([_helpful(Problem(**problem)) for problem in problems])
    return answer


def _helpful(problem: Problem) -> Problem:
    """A missing coordinate may come with a city, and a missing time may be known to nobody."""
    if problem.field == "time" and problem.got is None:
        return replace(problem, expected=f"{problem.expected}, or as {UNKNOWN} where nobody knows")
    if problem.kind != "missing" or problem.field not in ("latitude", "longitude"):
        return problem
    told = problem.expected.removeprefix("given")
    return replace(problem, expected=f"given, or city and country in its place{told}")


async def _placed(
    given: Members, before: ChartContent | None
) -> tuple[Members, Mapping[str, Any] | None]:
    """The body with coordinates and zone, and the place that is kept beside them.

    A city is looked up where the coordinates are not given; beside these it is only a name.
    """
    meant = {name: value for name, value in given.items() if name not in _NOT_READ}
    label = {name: _label(given, name) for name in ("city", "country", "region")}
    told = any(label.values())
    if _located(given) or not told:
        cleared = "city" in given or (before is not None and _moved(given, before))
        kept = None if before is None or cleared else before.place
        return meant, label if told else kept
    found = await _looked_up(label, before)
    meant |= {"latitude": found.latitude, "longitude": found.longitude}
    if given.get("timezone") is None:
        meant |= {"timezone": found.timezone, "timezone_source": CITY}
    return meant, {
        "city": found.name,
        "country": found.country,
        "country_code": found.country_code,
        "region": found.region,
        "geonames_id": found.geonames_id,
    }


async def _looked_up(label: Mapping[str, str | None], before: ChartContent | None) -> Place:
    """The city of a name, in the country of the chart if no other is given."""
    known = (before.place if before is not None else None) or {}
    city, country = label["city"], label["country"] or known.get("country")
    if city is None:
        raise InvalidInput.of("city", "given beside country and region", None)
    if country is None:
        raise InvalidInput.of("country", "given, or latitude and longitude in place of city", None)
    return await looked_up(find, city, country, label["region"])


async def _warn_of_far_city(label: Mapping[str, Any], birth: Members, warn: Warn) -> None:
    """Tell if the coordinates of a birth are far from the city that is told beside them."""
    city, country, region = label["city"], label["country"], label["region"]
    here = birth["latitude"], birth["longitude"]
    away = await looked_up(distance_to, city, country, region, *here)
    if away is not None and away > FAR_FROM_A_CITY:
        warn(
            f"city: {city} is {away:.0f} km from latitude and longitude, and these count; leave "
            "them out to take the place of the city"
        )


def _located(given: Members) -> bool:
    return given.get("latitude") is not None or given.get("longitude") is not None


def _require_both_coordinates(given: Members) -> None:
    """Refuse a change of one: with the other one of before it is a place that nobody meant.

    Raises InvalidInput naming the missing one.
    """
    one, other = "latitude", "longitude"
    for known, missing in ((one, other), (other, one)):
        if given.get(known) is not None and missing not in given:
            raise InvalidInput.of(missing, f"given, because {known} is: a place has both", None)


def _moved(given: Members, before: ChartContent) -> bool:
    """Whether coordinates are given that the chart does not have yet."""
    named = ("latitude", "longitude")
    return any(name in given and given[name] != before.birth[name] for name in named)


def _merged(meant: Members, before: ChartContent) -> Members:
    """The chart as it was with the members that are given.

    A zone that was looked up is looked up again at other coordinates; one that was given stays.
    """
    merged: Members = {**before.birth, **meant}
    if merged["timezone"] == before.birth["timezone"]:
        merged.setdefault("timezone_source", before.timezone_source)
        looked_up = before.timezone_source in (CITY, COORDINATES)
        if "timezone" not in meant and looked_up and _moved(meant, before):
            merged["timezone"] = None
    day = meant.get("date")
    if isinstance(day, str) and "time" not in meant and holds_time(day):
        merged["time"] = None
    clock = any(name in meant and meant[name] != before.birth[name] for name in _CLOCK)
    if clock and "fold" not in meant:
        merged["fold"] = None
    return merged


def _config(meant: Members, before: ChartContent | None) -> Any:
    """The preferences with those that are given; null stands for the customary ones."""
    given = meant.get("config", {})
    if given is not None and not isinstance(given, dict):
        return given
    known = {} if before is None else before.config
    kept = {} if given is None else {**known, **given}
    if "house_system" in meant and "house_system" not in (given or {}):
        kept["house_system"] = meant["house_system"]
    return kept


def _name(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str) or len(value) > LONGEST_NAME or not is_printable(value):
        expected = f"at most {LONGEST_NAME} characters without control characters"
        raise InvalidInput.of("name", expected, value)
    return value.strip()


def _notes(value: Any) -> str | None:
    if value is None or value == "":
        return None
    fits = isinstance(value, str) and len(value) <= LONGEST_NOTES
    if not fits or "\0" in value or not is_text(value):
        got = f"{len(value)} characters" if isinstance(value, str) else value
        raise InvalidInput.of("notes", f"a text of at most {LONGEST_NOTES} characters", got)
    return str(value)


def _label(given: Members, name: str) -> str | None:
    """A part of the name of a place; raises InvalidInput."""
    value = given.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str) or len(value) > LONGEST_PLACE or not is_printable(value):
        expected = f"a text of at most {LONGEST_PLACE} characters without control characters"
        raise InvalidInput.of(name, expected, value)
    return value.strip()

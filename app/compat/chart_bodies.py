"""Charts as people send them to be kept, read by a worker: checked, completed, in one shape.

The operation `charts/#read` has no route. Whoever keeps charts asks a worker for it with

    {"given": {the birth, and "config"}, "lax": false, "zone": null, "source": null}

and gets what is to be kept with what its owner should know of that, or the problems that the body
has. A worker does it since zones are
found on a map that takes long to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ConfigDict, ValidationError
from pydantic_core import to_json

from app.astrology.almanac import Almanac
from app.astrology.aspects import AspectKind
from app.astrology.bodies import PLANETS
from app.astrology.calendar import CalendarChoice, civil_of_ticks
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import Frame, Theory
from app.astrology.houses import HouseSystem
from app.astrology.moment import Moment
from app.astrology.zones import LocalClock, find_zone
from app.calculations.advice import about_zone
from app.calculations.birth import UNKNOWN, BirthRequest
from app.calculations.charts import holds_time
from app.calculations.execution import Run, guarded
from app.calculations.problems import invalid
from app.compat.forms import ChartConfig
from app.compat.legacy import Payload, understood
from app.compat.requests import LegacyRequest
from app.errors import InvalidInput
from app.places.zones import zone_at
from app.wire import Outcome, decode, encode

READ = "charts/#read"
COORDINATES, DEFAULT, GIVEN = "coordinates", "default", "given"
"""Where a zone comes from that no city has told."""

DEFAULT_CONFIG: Mapping[str, Any] = {
    "house_system": HouseSystem.PLACIDUS.value,
    "aspects": [
        kind.value
        for kind in (
            AspectKind.CONJUNCTION,
            AspectKind.OPPOSITION,
            AspectKind.TRINE,
            AspectKind.SQUARE,
            AspectKind.SEXTILE,
        )
    ],
    "orbs": {"conjunction": 10.0, "opposition": 10.0, "trine": 8.0, "square": 8.0, "sextile": 6.0},
}
"""What a chart prefers whose owner does not say."""

_MIDNIGHT = re.compile(r"([^Tt ]+)[Tt ]00:00(?::00(?:\.0+)?)?\Z").match


class ChartBody(LegacyRequest, BirthRequest):
    """A birth to be kept, and how it is looked at."""

    model_config = ConfigDict(extra="ignore")

    config: ChartConfig = ChartConfig()


def operations() -> Mapping[str, Run]:
    """What a worker can be asked here."""
    return {READ: guarded(_read)}


def _read(body: bytes, ephemeris: Almanac) -> Outcome:
    asked = decode(body)
    try:
        given, known = asked["given"], asked["source"] or GIVEN
        found = _normalized(given, ephemeris, known, lax=asked["lax"], zone=asked["zone"])
    except InvalidInput as error:
        found = {
            "problems": [
                {"field": one.field, "expected": one.expected, "got": one.got, "kind": one.kind}
                for one in error.problems
            ]
        }
    return Outcome(200, encode(found))


def _normalized(
    given: Payload, ephemeris: Almanac, source: str, *, lax: bool, zone: str | None
) -> Payload:
    """What is kept of a body, under `zone` if it tells none; raises InvalidInput.

    `source` is where a zone comes from that it does tell.
    """
    asked = _lax(given) if lax else _strict(given)
    if given.get("timezone") is None:
        name, source = (zone, DEFAULT) if zone is not None else _zone_of(asked)
        asked = asked.model_copy(update={"timezone": name})
    if asked.is_now:
        asked = asked.model_copy(update={"calendar": CalendarChoice.AUTO})
    asked, moment = _timed(asked, lax=lax)
    born = _local(asked, moment)
    day = ephemeris.universal_time(moment, born.universal_time)
    return {
        "birth": {name: getattr(born, name) for name in BirthRequest.model_fields},
        "config": _config(asked.config, given.get("config") or {}),
        "timezone_source": source,
        "julian_day": day,
        "utc": moment.utc_text,
        "warnings": [*about_zone("", born), *_about_files(day, born.ephemeris, ephemeris)],
    }


def _about_files(day: float, theory: Theory, ephemeris: Almanac) -> Iterator[str]:
    """What calculations will refuse a Julian day with that the ephemeris does not reach."""
    try:
        ephemeris.positions((day,), PLANETS, Frame(theory))
    except OutsideEphemeris as error:
        yield f"date: every calculation will be refused: {error.message}"


def _strict(given: Payload) -> ChartBody:
    try:
        return ChartBody.model_validate_json(to_json(_without_nulls(given)))
    except ValidationError as error:
        raise invalid(error, ChartBody) from error


def _lax(given: Payload) -> ChartBody:
    """The same where numbers may be texts, and a date may hold a midnight that nobody meant."""
    day = given.get("date")
    midnight = _MIDNIGHT(day) if isinstance(day, str) and given.get("time") is not None else None
    meant = given if midnight is None else {**given, "date": midnight[1]}
    return ChartBody.model_validate_json(to_json(understood(ChartBody, meant)))


def _without_nulls(given: Payload) -> Payload:
    """The same without null members, which count as left out, inside `config` too."""
    return {
        name: _without_nulls(value) if name == "config" and isinstance(value, dict) else value
        for name, value in given.items()
        if value is not None
    }


def _zone_of(asked: ChartBody) -> tuple[str, str]:
    """The zone of the coordinates, or at sea the offset that the date has; and which it is."""
    try:
        return zone_at(asked.latitude, asked.longitude), COORDINATES
    except InvalidInput:
        if not holds_time(asked.date) or asked.has_local_time or asked.is_now:
            raise
        return asked.moment().offset_text, GIVEN


def _timed(asked: ChartBody, *, lax: bool) -> tuple[ChartBody, Moment]:
    """The instant of a birth; of two with the same local time the first, if nobody tells."""
    try:
        return asked, asked.moment()
    except InvalidInput as error:
        if not lax or asked.fold is not None or error.problems[0].field != "fold":
            raise
    first = asked.model_copy(update={"fold": 0})
    return first, first.moment()


def _local(asked: ChartBody, moment: Moment) -> ChartBody:
    """The birth by the clocks of its zone, a day and a time apart.

    A date-time with an offset that those clocks cannot tell stays as it is written.
    """
    local = moment.local
    asked = asked.model_copy(update={"timezone": moment.zone})
    if not asked.time_known:
        return asked.model_copy(update={"date": local.date_text, "time": UNKNOWN})
    if asked.has_local_time:
        told = {"date": local.date_text, "time": local.time_text, "fold": moment.fold}
        return asked.model_copy(update=told)
    clock = LocalClock(find_zone(asked.timezone), asked.local_mean_time, asked.longitude)
    instant = moment.utc.ticks
    shown = civil_of_ticks(instant + clock.at(instant).microseconds, moment.calendar)
    for fold in (None, 0, 1):
        told = {"date": shown.date_text, "time": shown.time_text, "fold": fold}
        written = asked.model_copy(update=told)
        try:
            if written.moment().utc.ticks == instant:
                return written
        except InvalidInput:
            continue
    return asked.model_copy(update={"date": moment.utc_text}) if asked.is_now else asked


def _config(config: ChartConfig, given: Mapping[str, Any]) -> Payload:
    """The preferences of a chart; those that are not given, or empty, are the customary ones."""
    told = {
        "house_system": config.house_system,
        "aspects": list(config.aspects),
        "orbs": {aspect.lower(): orb for aspect, orb in config.orbs.items()},
    }
    named = {name for name, value in given.items() if value not in (None, "", [], {})}
    return {
        name: told[name] if name in named else default for name, default in DEFAULT_CONFIG.items()
    }

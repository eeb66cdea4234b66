"""What an answer warns of: times nobody knows, zones that were guessed, options without effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain, islice
from types import MappingProxyType
from typing import Any

from app.astrology.aspects import MAJOR_ASPECTS
from app.astrology.calendar import FIRST_GREGORIAN_DAY, CalendarChoice
from app.astrology.frame import AyanamsaName, Zodiac
from app.astrology.houses import HouseBy, PolarPolicy
from app.astrology.zones import CACHED_ZONES, find_zone
from app.calculations.birth import BirthRequest
from app.calculations.conventions import HouseRules, SkyChoice
from app.calculations.orbs import OrbChoice
from app.calculations.paths import ignored, is_model, items, kinds
from app.calculations.request import CalculationRequest
from app.calculations.return_search import ReturnsRequest
from app.errors import InvalidInput

UTC = "UTC"
MOST_WARNINGS = 10
"""Warnings in one answer."""

FAR_FROM_THE_SUN = 3.5
"""Hours between a zone and the mean Sun that no clock keeps for long: western China has 3."""
_DEGREES_OF_AN_HOUR, _HOURS_OF_A_DAY, _SECONDS_OF_AN_HOUR = 15.0, 24.0, 3600.0
_SAMPLES = [datetime(year, month, 1) for year in range(1850, 2038) for month in (1, 7)]  # noqa: DTZ001 - readings of any zone

_ALTITUDES = ("altitude", "new_altitude", "transit_altitude")

Level = tuple[str, CalculationRequest]
"""A request, or one inside it, with the path before its fields."""


def warnings_of(
    request: CalculationRequest, definitions: Mapping[str, Any], found: Iterable[str] = ()
) -> list[str]:
    """What a caller should know of a request that was answered, the first `MOST_WARNINGS`.

    `definitions` are the choices that the answer echoes, for it applied them; `found` are warnings
    of the answer itself, which come first.
    """
    return list(islice(chain(found, _warnings(request, definitions)), MOST_WARNINGS))


def _warnings(root: CalculationRequest, definitions: Mapping[str, Any]) -> Iterator[str]:
    yield from time_warnings(root)
    levels = list(_levels(root, ""))
    for path, request in levels:
        if isinstance(request, BirthRequest):
            yield from about_zone(path, request)
            yield from _about_calendar(path, request)
    for path, request in levels:
        yield from _without_effect(path, request, root)
    yield from _idle_sect(root, definitions)
    for path, request in levels:
        for name in request.model_extra or ():
            yield ignored(name, path, type(request), type(root))


def _levels(request: CalculationRequest, path: str) -> Iterator[Level]:
    yield path, request
    for name in _fields_with_requests(type(request)):
        value = getattr(request, name)
        if isinstance(value, CalculationRequest):
            yield from _levels(value, f"{path}{name}.")
        elif isinstance(value, tuple):
            for index, member in enumerate(value):
                if isinstance(member, CalculationRequest):
                    yield from _levels(member, f"{path}{name}.{index}.")


@cache
def _fields_with_requests(model: type[CalculationRequest]) -> tuple[str, ...]:
    """The fields of a request that may hold others, or lists of them."""
    return tuple(
        name
        for name, known in model.model_fields.items()
        if any(is_model(kind) for kind in (*kinds(known), *items(known)))
    )


# Times


def time_warnings(
    root: CalculationRequest, names: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """A warning for each birth whose time nobody knows, where noon had to stand for it.

    `names` are what the caller calls births that have another name here.
    """
    if not root.works_without_time:  # then it had no need of the birth
        return
    for path, request in _levels(root, ""):
        if isinstance(request, BirthRequest) and not request.time_known:
            known = path.removesuffix(".")
            name = names.get(known, known)
            field = f"{name}.time" if name else "time"
            yield f"{field} is unknown: {root.without_time}"


# Zones


def about_zone(path: str, birth: BirthRequest) -> Iterator[str]:
    """What is odd about the zone of a local time."""
    if not birth.has_local_time:
        return
    if "timezone" not in birth.model_fields_set:
        yield f"{path}timezone was not given: the time was taken as UTC"
    elif (hours := _hours_from_the_sun(birth)) > FAR_FROM_THE_SUN:
        yield (
            f"{path}timezone: the zone is {hours:.1f} hours from the sun at this longitude; "
            f"is {path}longitude east positive?"
        )


def _about_calendar(path: str, birth: BirthRequest) -> Iterator[str]:
    """How an instant is read whose writer may have had a Julian date in mind."""
    if birth.calendar is not CalendarChoice.AUTO or not birth.is_instant:
        return
    if birth.moment().jd_utc < FIRST_GREGORIAN_DAY:
        yield (
            f"{path}date: with Z or an offset it was read as ISO 8601 has it, in the Gregorian "
            f"calendar also before 1582-10-15; {path}calendar JULIAN makes it a Julian date"
        )


def _hours_from_the_sun(birth: BirthRequest) -> float:
    """Hours between the zone's clock and the mean Sun at the place, at most 12.

    The zone's whole history is asked first, which is known after its first use.
    """
    if birth.timezone == UTC:  # whoever writes it means no place
        return 0.0
    sun = birth.longitude / _DEGREES_OF_AN_HOUR
    try:
        low, high = _offsets_of(birth.timezone)
        if max(_apart(low, sun), _apart(high, sun)) <= FAR_FROM_THE_SUN:
            return 0.0
        moment = birth.moment()
    except InvalidInput:  # of a birth that the answer did not need
        return 0.0
    if moment.zone == UTC:
        return 0.0
    return _apart(moment.offset / _SECONDS_OF_AN_HOUR, sun)


def _apart(one: float, other: float) -> float:
    """Hours between two clocks; whole days count as none, as at the date line."""
    half = _HOURS_OF_A_DAY / 2.0
    return abs((one - other + half) % _HOURS_OF_A_DAY - half)


@lru_cache(maxsize=CACHED_ZONES)
def _offsets_of(zone: str) -> tuple[float, float]:
    """The least and the largest offset of a zone in its history, in hours."""
    rules = find_zone(zone).rules
    offsets = [offset for sample in _SAMPLES if (offset := rules.utcoffset(sample)) is not None]
    hours = [offset.total_seconds() / _SECONDS_OF_AN_HOUR for offset in offsets]
    return min(hours), max(hours)


# Options


def _without_effect(
    path: str, request: CalculationRequest, root: CalculationRequest
) -> Iterator[str]:
    """A warning for each option that was given and that another one turned off."""
    if isinstance(request, SkyChoice):
        yield from _idle_sky(path, request)
    if isinstance(request, HouseRules):
        yield from _idle_houses(path, request)
    if isinstance(request, ReturnsRequest) and not request.time_counts():
        because = f"return_type is SOLAR and year_rule is {request.year_rule}"
        yield from _idle(path, request, "return_time", because)
    if isinstance(request, OrbChoice) and request.orbs:
        sought = request.aspects or MAJOR_ASPECTS
        for kind in request.orbs:
            if kind not in sought:
                yield f"'{path}orbs.{kind.value}' had no effect, because it is not among aspects"
    for name in _ALTITUDES:
        if getattr(request, name, None) and not _altitude_counts(root):
            yield f"'{path}{name}' had no effect, because center is {_center(root)}"


def _idle_houses(path: str, request: HouseRules) -> Iterator[str]:
    if request.polar is not PolarPolicy.FALLBACK:
        yield from _idle(path, request, "polar_fallback", f"{path}polar is {request.polar}")
    if request.houses_by is HouseBy.POSITION:
        yield from _idle(path, request, "cusp_orb", f"{path}house_by is POSITION")
    if request.house_by is not request.houses_by:
        because = "what falls into the houses has a longitude alone"
        yield from _idle(path, request, "house_by", because)


def _idle_sky(path: str, request: SkyChoice) -> Iterator[str]:
    because = f"{path}zodiac is {request.zodiac}"
    if request.zodiac is not Zodiac.SIDEREAL:
        yield from _idle(path, request, "ayanamsa", because)
        yield from _idle(path, request, "user_ayanamsa", because)
    elif request.ayanamsa is not AyanamsaName.USER:
        why = f"{path}ayanamsa is {request.ayanamsa}"
        yield from _idle(path, request, "user_ayanamsa", why)
    if request.zodiac is not Zodiac.DRACONIC:
        yield from _idle(path, request, "draconic_node", because)


def _idle_sect(root: CalculationRequest, definitions: Mapping[str, Any]) -> Iterator[str]:
    """Only an answer knows whether it came to day and night, or to lots: then it echoes how."""
    if not isinstance(root, SkyChoice):
        return
    for name, because in _OF_DAY_AND_NIGHT.items():
        if not _echoed(name, definitions):
            yield from _idle("", root, name, because)


_OF_DAY_AND_NIGHT = {
    "sect": "nothing in the answer rests on day or night",
    "sect_reversal": "no lots are in the answer",
}


def _echoed(name: str, definitions: Mapping[str, Any]) -> bool:
    """Whether a choice is among the definitions, or among those of one of two charts."""
    inner = (value for value in definitions.values() if isinstance(value, Mapping))
    return name in definitions or any(name in value for value in inner)


def _idle(path: str, request: CalculationRequest, name: str, because: str) -> Iterator[str]:
    if name in request.model_fields_set and getattr(request, name) is not None:
        yield f"'{path}{name}' had no effect, because {because}"


def _altitude_counts(root: CalculationRequest) -> bool:
    """Whether a place's altitude changes an answer, or is not ours to judge."""
    return not isinstance(root, SkyChoice) or root.uses_altitude()


def _center(root: CalculationRequest) -> str:
    return str(root.center) if isinstance(root, SkyChoice) else ""

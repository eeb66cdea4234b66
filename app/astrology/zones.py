"""Time zones, and how far a local clock ran ahead of UTC.

Rules come from the `tzdata` package, and from `zone_history` for places whose clocks before 1970
the package leaves out; never from the machine, so that every machine gives the same answer.
Offsets decide everything: `dst()` is encoded in different ways by different builds of the time
zone database.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from io import BytesIO
from typing import NoReturn
from zoneinfo import ZoneInfo

from tzdata import IANA_VERSION  # type: ignore[import-untyped]  # the package has no types

from app.astrology.calendar import DAY, Calendar, CivilDateTime, civil_of_ticks
from app.astrology.zone_history import with_history
from app.errors import InvalidInput

TZDATA_VERSION: str = IANA_VERSION
"""Release of the IANA time zone database in the `tzdata` package, such as 2026a."""

LONGEST_NAME = 64
"""Characters of a zone name that are looked up at all; the longest real one has 32."""
CACHED_ZONES = 1024
"""Names kept loaded: more than the database has, few enough to stay within some megabytes."""
LARGEST_OFFSET = 18 * 3_600_000_000
"""Ticks of the largest fixed offset; no clock ever stood 16 hours from UTC."""

_DEGREE = 240_000_000
"""Ticks of local mean time per degree of longitude: the Sun's mean day is 360 degrees."""
_WITHOUT_STANDARD_TIME = frozenset({"LMT", "-00"})
"""Abbreviations of the database for local mean time and for a place without any known clock."""
_PLACEHOLDERS = frozenset({"Factory"})
"""Names of the database that stand for "no zone was set"."""

_MICROSECOND, _ONE_DAY = timedelta(microseconds=1), timedelta(days=1)
_DAY_BEFORE_DATETIMES = 1_721_425
"""Julian day number of the day before 0001-01-01, where `datetime` begins to count its ordinals."""
_FIRST_DATETIME = datetime.fromordinal(1)
_FIRST_STAND_IN, _LAST_STAND_IN = 366, 3_651_695  # ordinals of 0002-01-01 and 9999-01-01
_GREGORIAN_CYCLE = 146_097  # days of 400 years, whole weeks

_LIKE = 0.75
"""How like a known city an unknown one must be to stand for it: 1 is the same."""

_FIXED = re.compile(r"([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?")
_LOOSE_OFFSET = re.compile(r"(?:UTC|GMT)? ?([+-])([0-9]{1,2})(?::?([0-9]{2}))?", re.IGNORECASE)


class LocalMeanTime(StrEnum):
    """Whose meridian sets the clock where no standard time was kept.

    BIRTHPLACE takes the longitude of the place itself. ZONE takes what the database gives for
    the zone's city, which is UTC where it knows of no clock at all.
    """

    BIRTHPLACE = "BIRTHPLACE"
    ZONE = "ZONE"


class Occurrence(StrEnum):
    """How often a local time came."""

    UNIQUE = "UNIQUE"
    AMBIGUOUS = "AMBIGUOUS"


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of the database, or a fixed offset from UTC."""

    name: str
    rules: ZoneInfo | timezone


@dataclass(frozen=True, slots=True)
class LocalOffset:
    """How far a local clock ran ahead of UTC, and by which rule.

    `fold` tells which of two equal readings is meant, and is None where there was only one.
    """

    microseconds: int
    abbreviation: str
    local_mean_time: LocalMeanTime | None = None
    fold: int | None = None

    @property
    def name(self) -> str:
        """The rule for readers, such as EST (-05:00)."""
        birthplace = self.local_mean_time is LocalMeanTime.BIRTHPLACE
        rule = "local mean time of the birthplace" if birthplace else self.abbreviation
        return f"{rule} ({self.text})"

    @property
    def status(self) -> Occurrence:
        return Occurrence.UNIQUE if self.fold is None else Occurrence.AMBIGUOUS

    @property
    def seconds(self) -> float:
        return self.microseconds / 1_000_000

    @property
    def text(self) -> str:
        """+HH:MM, with seconds and their fraction where there are any."""
        return offset_text(self.microseconds)


@dataclass(frozen=True, slots=True)
class LocalClock:
    """The clocks of a place: those of its zone, and local mean time before standard time.

    Standard time begins at the instant when it began in the zone's city. With BIRTHPLACE the
    clocks of the place then went from their own mean time to standard time, so that a few
    minutes around that instant may have come twice or never.
    """

    zone: Zone
    local_mean_time: LocalMeanTime
    longitude: float

    def at(self, instant: int) -> LocalOffset:
        """The offset at an instant, in ticks of UTC."""
        rules = self.zone.rules
        return self._offset(rules.fromutc(_stand_in(instant).replace(tzinfo=rules)))

    def steady(self, reading: int) -> LocalOffset | None:
        """The offset of a reading, in ticks, if it held for a day on either side; else None."""
        rules = self.zone.rules
        before, first, second, after = _around(reading)
        offset, abbreviation = rules.utcoffset(first), rules.tzname(first)
        for local in (before, second, after):
            if rules.utcoffset(local) != offset or rules.tzname(local) != abbreviation:
                return None
        return self._offset(first)

    def offsets_near(self, reading: int) -> set[int]:
        """Every offset, in ticks, under which the clocks may have shown a reading, in ticks.

        The zone knows its own candidates. The birthplace's mean time may reach past the zone's,
        though by less than a day.
        """
        return {self._offset(local).microseconds for local in _around(reading)}

    def instants(self, reading: int) -> list[int]:
        """The instants, in ticks of UTC, at which the clocks showed a reading, in order."""
        instants = sorted(reading - offset for offset in self.offsets_near(reading))
        return [time for time in instants if time + self.at(time).microseconds == reading]

    def skipping(self, reading: int) -> int:
        """The instant, in ticks of UTC, at which the clocks skipped a reading that never came."""
        offsets = self.offsets_near(reading)
        return _transition(self, reading - max(offsets), reading - min(offsets))

    def _offset(self, local: datetime) -> LocalOffset:
        """What the zone says of a local datetime, with the mean time that was asked for."""
        rules = self.zone.rules
        offset, abbreviation = _ticks(rules.utcoffset(local)), rules.tzname(local) or ""
        if abbreviation not in _WITHOUT_STANDARD_TIME:
            return LocalOffset(offset, abbreviation)
        if self.local_mean_time is LocalMeanTime.ZONE:
            return LocalOffset(offset, abbreviation, LocalMeanTime.ZONE)
        return LocalOffset(self._mean_time(offset), "LMT", LocalMeanTime.BIRTHPLACE)

    def _mean_time(self, zone_offset: int) -> int:
        """The birthplace's mean time, on the zone's side of the date line.

        Manila counted American days until 1844, Alaska Russian ones until 1867, and the Chatham
        Islands stand at 176 degrees west with the date of New Zealand.
        """
        offset = round(self.longitude * _DEGREE)
        return offset + DAY * round((zone_offset - offset) / DAY)


def find_zone(name: str) -> Zone:
    """The zone of an IANA name in any case, of an offset such as +05:30, or of Z.

    Raises InvalidInput with the nearest known name.
    """
    if len(name) > LONGEST_NAME:
        _refuse(name, None)
    return _find_zone(name)


def find_fixed_offset(text: str) -> Zone | None:
    """The zone of Z, +HH:MM, +HH:MM:SS or +HH:MM:SS.ffffff, at most 18 hours; else None."""
    if text in {"Z", "z"}:
        return Zone("UTC", UTC)
    match = _FIXED.fullmatch(text)
    if match is None:
        return None
    sign, hours, minutes, seconds, fraction = match.groups()
    if minutes > "59" or (seconds or "") > "59":
        return None
    ticks = (int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)) * 1_000_000
    ticks += int((fraction or "").ljust(6, "0"))
    if ticks > LARGEST_OFFSET:
        return None
    ticks = -ticks if sign == "-" else ticks
    canonical = offset_text(ticks)
    return Zone(canonical, timezone(timedelta(microseconds=ticks), canonical))


def resolve(
    civil: CivilDateTime,
    zone: Zone,
    *,
    fold: int | None,
    local_mean_time: LocalMeanTime,
    longitude: float,
) -> LocalOffset:
    """The offset of a local clock reading at a longitude, in degrees east.

    Raises InvalidInput naming `time` when the clocks skipped the reading, and naming `fold` when
    they showed it twice and no fold tells which is meant. A fold is ignored otherwise.
    """
    if fold not in {None, 0, 1}:
        raise InvalidInput.of("fold", "0 (first), 1 (second) or left out", fold)
    clock = LocalClock(zone, local_mean_time, longitude)
    reading = civil.ticks
    steady = clock.steady(reading)
    if steady is not None:
        return steady
    instants = clock.instants(reading)
    if not instants:
        _refuse_skipped(civil, clock)
    if len(instants) == 1:
        return clock.at(instants[0])
    if fold is None:
        _refuse_ambiguous(civil, clock, instants)
    return replace(clock.at(instants[fold]), fold=fold)


def offset_text(microseconds: int) -> str:
    """+HH:MM, with seconds and their fraction where there are any."""
    sign = "-" if microseconds < 0 else "+"
    clock = civil_of_ticks(abs(microseconds), Calendar.GREGORIAN)
    return f"{sign}{_short_time(clock)}"


@lru_cache(maxsize=CACHED_ZONES)
def _find_zone(name: str) -> Zone:
    names = _zone_names()
    known = names.get(name.lower())
    if known is not None:
        return Zone(known, _load(known))
    fixed = find_fixed_offset(name)
    if fixed is None:
        _refuse(name, _nearest(name, names))
    return fixed


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    """Names of the database by their lower-case form, which is as unique as they are."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return {name.lower(): name for name in listed if name not in _PLACEHOLDERS}


@lru_cache(maxsize=CACHED_ZONES)
def _load(name: str) -> ZoneInfo:
    """The rules of a name that the package lists, and its own history where there is one."""
    compiled = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    return ZoneInfo.from_file(BytesIO(with_history(name, compiled)), key=name)


def _nearest(name: str, names: dict[str, str]) -> str | None:
    """What an unknown name was meant to be: an offset in another form, a city, or a misspelling."""
    loose = _LOOSE_OFFSET.fullmatch(name)
    if loose is not None:  # never Etc/GMT+3, which is three hours west
        sign, hours, minutes = loose.groups()
        fixed = find_fixed_offset(f"{sign}{int(hours):02d}:{minutes or '00'}")
        return fixed.name if fixed else None
    wanted = name.strip().lower().replace(" ", "_")
    for lower, known in names.items():
        if lower.endswith(f"/{wanted}"):
            return known
    return _like(wanted, names)


def _like(wanted: str, names: dict[str, str]) -> str | None:
    """The known name whose city is written like the wanted one, in its own region if there.

    A like region alone tells nothing: Europe/Hamburg is not Europe/Samara.
    """
    region, _, city = wanted.rpartition("/")
    cities: dict[str, list[str]] = {}
    for lower in names:
        cities.setdefault(lower.rpartition("/")[2], []).append(lower)
    close = difflib.get_close_matches(city, cities, n=1, cutoff=_LIKE)
    if not close:
        return None
    among = cities[close[0]]
    own = difflib.get_close_matches(region, [lower.rpartition("/")[0] for lower in among], 1, 0.0)
    found = next((lower for lower in among if own and lower.rpartition("/")[0] == own[0]), among[0])
    return names[found]


def _stand_in(ticks: int) -> datetime:
    """A naive datetime under the same rules, for any count of ticks.

    No zone changed before the year 2, and after 9998 the rules repeat with the calendar.
    """
    day, rest = divmod(ticks, DAY)
    ordinal = day - _DAY_BEFORE_DATETIMES
    if ordinal < _FIRST_STAND_IN:
        ordinal, rest = _FIRST_STAND_IN, 0
    elif ordinal >= _LAST_STAND_IN:
        ordinal -= _GREGORIAN_CYCLE
    return _FIRST_DATETIME + timedelta(ordinal - 1, 0, rest)


def _around(reading: int) -> tuple[datetime, datetime, datetime, datetime]:
    """A day before a reading, the reading by the old and by the new rule, and a day after it."""
    local = _stand_in(reading)
    after = (local + _ONE_DAY).replace(fold=1)
    return local - _ONE_DAY, local, local.replace(fold=1), after


def _ticks(offset: timedelta | None) -> int:
    """An offset in ticks; None, which no zone of the database answers, is UTC."""
    return offset // _MICROSECOND if offset else 0


def _transition(clock: LocalClock, early: int, late: int) -> int:
    """The instant between two others, in ticks of UTC, at which the earlier one's offset ends."""
    before = clock.at(early).microseconds
    while late - early > 1:
        middle = (early + late) // 2
        if clock.at(middle).microseconds == before:
            early = middle
        else:
            late = middle
    return late


def _refuse(name: str, nearest: str | None) -> NoReturn:
    hint = f" (did you mean {nearest}?)" if nearest else ""
    expected = f"an IANA time zone such as Europe/Berlin, or an offset such as +05:30{hint}"
    raise InvalidInput.of("timezone", expected, name)


def _refuse_skipped(civil: CivilDateTime, clock: LocalClock) -> NoReturn:
    reading = civil.ticks
    change = clock.skipping(reading)
    before, after = clock.at(change - 1), clock.at(change)
    old = civil_of_ticks(change + before.microseconds, civil.calendar)
    new = civil_of_ticks(change + after.microseconds, civil.calendar)
    if old.date_text == new.date_text:
        jump = f"from {_short_time(old)} to {_short_time(new)} on {old.date_text}"
    else:
        jump = f"from {old.date_text}T{_short_time(old)} to {new.date_text}T{_short_time(new)}"
    expected = (
        f"a local time that exists: clocks in {clock.zone.name} went {jump} (by {before.name} this "
        f"would be {_utc_text(reading - before.microseconds)}, by {after.name} "
        f"{_utc_text(reading - after.microseconds)})"
    )
    raise InvalidInput.of("time", expected, civil.text)


def _refuse_ambiguous(civil: CivilDateTime, clock: LocalClock, instants: list[int]) -> NoReturn:
    first, second = (f"{clock.at(time).name}, {_utc_text(time)}" for time in instants)
    expected = (
        f"0 (first: {first}) or 1 (second: {second}), because clocks in {clock.zone.name} were "
        f"set back and showed {civil.text} twice"
    )
    raise InvalidInput.of("fold", expected, None)


def _short_time(civil: CivilDateTime) -> str:
    text = civil.time_text
    return text.removesuffix(":00")


def _utc_text(instant: int) -> str:
    return f"{civil_of_ticks(instant, Calendar.GREGORIAN).text}Z"

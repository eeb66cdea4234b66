"""Clocks before 1970 in places that the `tzdata` package has merged with others.

Expected offsets are those of the IANA time zone database, eggert/tz; its file is named, and for
each place the one whose clocks the package gives instead.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology import zone_history
from app.astrology.calendar import read_civil
from app.astrology.moment import moment_of
from app.astrology.zone_history import (
    HISTORY_VERSION,
    TABLE,
    read_rules,
    with_history,
    write_rules,
)
from app.astrology.zones import (
    LocalClock,
    LocalMeanTime,
    Occurrence,
    _zone_names,
    find_zone,
)
from app.errors import InvalidInput

BIRTHPLACE, ZONE = LocalMeanTime
HOUR = 3_600_000_000
WEEK = timedelta(days=7)
START_OF_1970 = datetime(1970, 1, 1, tzinfo=UTC)
HISTORIES = sorted(zone_history._histories())
"""Names that the table has."""


def compiled(name: str) -> bytes:
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


@cache
def package_rules(name: str) -> ZoneInfo:
    return ZoneInfo.from_file(BytesIO(compiled(name)))


def own_rules(name: str) -> ZoneInfo:
    rules = find_zone(name).rules
    assert isinstance(rules, ZoneInfo)
    return rules


def weeks(first: int, last: int) -> list[datetime]:
    """An instant of each week from the start of a year to that of another."""
    start, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC)
    return [start + number * WEEK for number in range((end - start) // WEEK)]


def clocks(rules: ZoneInfo, instants: list[datetime]) -> list[tuple[timedelta | None, str | None]]:
    locals_ = [instant.astimezone(rules) for instant in instants]
    return [(local.utcoffset(), local.tzname()) for local in locals_]


def shown(reading: str, zone: str) -> str:
    moment = moment_of(reading, None, zone=zone, longitude=0.0, local_mean_time=ZONE)
    assert moment.status is Occurrence.UNIQUE
    return f"{moment.offset_text} {moment.local_offset.abbreviation}"


# Published clocks


@pytest.mark.parametrize(
    ("zone", "reading", "clock"),
    [
        # backzone, Rule Neth: Amsterdam's mean time, as 0:19:32 until July 1937 and then as 0:20,
        # until the occupation. Package: Brussels.
        ("Europe/Amsterdam", "1834-07-01T12:00", "+00:19:32 LMT"),
        ("Europe/Amsterdam", "1890-07-01T12:00", "+00:19:32 AMT"),
        ("Europe/Amsterdam", "1925-01-01T12:00", "+00:19:32 AMT"),
        ("Europe/Amsterdam", "1925-07-01T12:00", "+01:19:32 NST"),
        ("Europe/Amsterdam", "1937-06-30T12:00", "+01:19:32 NST"),
        ("Europe/Amsterdam", "1937-07-02T12:00", "+01:20 +0120"),
        ("Europe/Amsterdam", "1939-01-01T12:00", "+00:20 +0020"),
        ("Europe/Amsterdam", "1941-01-01T12:00", "+02:00 CEST"),
        ("Europe/Amsterdam", "1950-07-01T12:00", "+01:00 CET"),
        # backzone, Rule Norway: occupied in 1940, summer time of its own in 1959. Package: Berlin.
        ("Europe/Oslo", "1940-06-01T12:00", "+01:00 CET"),
        ("Europe/Oslo", "1941-01-01T12:00", "+02:00 CEST"),
        ("Europe/Oslo", "1943-01-01T12:00", "+01:00 CET"),
        ("Europe/Oslo", "1947-06-01T12:00", "+01:00 CET"),
        ("Europe/Oslo", "1960-07-01T12:00", "+02:00 CEST"),
        # backzone: Swedish Time from 1879 to 1899, summer time only in 1916. Package: Berlin.
        ("Europe/Stockholm", "1878-06-01T12:00", "+01:12:12 LMT"),
        ("Europe/Stockholm", "1895-06-01T12:00", "+01:00:14 SET"),
        ("Europe/Stockholm", "1916-07-01T12:00", "+02:00 CEST"),
        ("Europe/Stockholm", "1917-07-01T12:00", "+01:00 CET"),
        ("Europe/Stockholm", "1943-07-01T12:00", "+01:00 CET"),
        # backzone, Rule Denmark. Package: Berlin.
        ("Europe/Copenhagen", "1893-06-01T12:00", "+00:50:20 CMT"),
        ("Europe/Copenhagen", "1940-05-01T12:00", "+01:00 CET"),
        ("Europe/Copenhagen", "1940-12-01T12:00", "+02:00 CEST"),
        ("Europe/Copenhagen", "1945-09-01T12:00", "+01:00 CET"),
        ("Europe/Copenhagen", "1947-09-01T12:00", "+01:00 CET"),
        # backzone, Rule Lux: central, western from 1918, German from 1940. Package: Brussels.
        ("Europe/Luxembourg", "1910-06-01T12:00", "+01:00 CET"),
        ("Europe/Luxembourg", "1917-05-01T12:00", "+02:00 CEST"),
        ("Europe/Luxembourg", "1930-01-01T12:00", "+00:00 WET"),
        ("Europe/Luxembourg", "1941-01-01T12:00", "+02:00 WEST"),
        ("Europe/Luxembourg", "1944-10-01T12:00", "+01:00 CET"),
        # backzone, Rule Iceland: an hour west until 1968, with summer time. Package: Abidjan.
        ("Atlantic/Reykjavik", "1907-06-01T12:00", "-01:28 LMT"),
        ("Atlantic/Reykjavik", "1930-06-01T12:00", "-01:00 -01"),
        ("Atlantic/Reykjavik", "1943-01-01T12:00", "-01:00 -01"),
        ("Atlantic/Reykjavik", "1943-07-01T12:00", "+00:00 +00"),
        ("Atlantic/Reykjavik", "1968-06-01T12:00", "+00:00 GMT"),
        # backzone: the mean time of 38 50' east. Package: Nairobi.
        ("Africa/Addis_Ababa", "1930-06-01T12:00", "+02:35:20 ADMT"),
        ("Africa/Addis_Ababa", "1936-06-01T12:00", "+03:00 EAT"),
        # backzone, Rule Mont; northamerica, Rule Canada. Package: Toronto.
        ("America/Montreal", "1890-06-01T12:00", "-05:00 EST"),
        ("America/Montreal", "1917-04-01T12:00", "-04:00 EDT"),
        ("America/Montreal", "1926-09-22T12:00", "-04:00 EDT"),
        ("America/Montreal", "1943-01-01T12:00", "-04:00 EWT"),
        ("America/Montreal", "1950-11-10T12:00", "-05:00 EST"),
        # northamerica, Rule Toronto.
        ("America/Toronto", "1926-09-22T12:00", "-05:00 EST"),
        ("America/Toronto", "1950-11-10T12:00", "-04:00 EDT"),
        # backzone: Dublin's mean time held in the north of Ireland too. Package: London.
        ("Europe/Belfast", "1910-06-01T12:00", "-00:25:21 DMT"),
        ("Europe/Belfast", "1916-07-01T12:00", "+00:34:39 IST"),
        # backzone; europe, Rule C-Eur: occupied from July 1940 to May 1945. Package: London.
        ("Europe/Jersey", "1940-06-30T12:00", "+01:00 BST"),
        ("Europe/Jersey", "1941-12-01T12:00", "+02:00 CEST"),
        # backzone: its own mean time a year longer than France, French time since. Package: Paris.
        ("Europe/Monaco", "1892-03-01T12:00", "+00:29:32 LMT"),
        ("Europe/Monaco", "1900-06-01T12:00", "+00:09:21 PMT"),
        # backzone. Package: Nairobi, Qatar, Toronto and Abidjan.
        ("Africa/Dar_es_Salaam", "1955-06-01T12:00", "+02:45 +0245"),
        ("Asia/Bahrain", "1943-01-01T12:00", "+03:30 +0330"),
        ("America/Nassau", "1930-07-01T12:00", "-05:00 EST"),
        ("Africa/Accra", "1930-10-01T12:00", "+00:20 +0020"),
    ],
)
def test_clocks_before_1970_are_those_of_the_place(zone: str, reading: str, clock: str) -> None:
    assert shown(reading, zone) == clock


def test_a_birth_in_amsterdam_is_that_of_amsterdam_and_not_of_brussels() -> None:
    moment = moment_of("1925-07-01", "12:00", zone="europe/amsterdam", longitude=4.9)
    assert moment.utc_text == "1925-07-01T10:40:28Z"
    assert moment.zone == "Europe/Amsterdam"
    assert moment.local_mean_time is None


def test_a_capitals_mean_time_by_law_is_not_that_of_the_birthplace() -> None:
    """Groningen, by the clocks of Amsterdam: backzone."""
    moment = moment_of("1925-01-01", "12:00", zone="Europe/Amsterdam", longitude=6.57)
    assert (moment.offset_text, moment.local_mean_time) == ("+00:19:32", None)


def test_before_standard_time_the_birthplace_sets_the_clock_there_too() -> None:
    """Bergen before 1895, where the package has Berlin's standard time since 1893: backzone."""
    moment = moment_of("1894-06-01", "12:00", zone="Europe/Oslo", longitude=5.32)
    assert (moment.offset_text, moment.local_mean_time) == ("+00:21:16.800000", BIRTHPLACE)


def test_an_unmanned_place_without_clocks_keeps_local_mean_time() -> None:
    """Between two French bases the database says -00 of Dumont d'Urville: backzone."""
    moment = moment_of("1954-01-01", "12:00", zone="Antarctica/DumontDUrville", longitude=140.0)
    assert (moment.offset_text, moment.local_mean_time) == ("+09:20", BIRTHPLACE)


def test_skipped_and_doubled_times_are_those_of_the_place() -> None:
    """The first night of summer time in 1925 and its last: backzone, Rule Neth."""
    with pytest.raises(InvalidInput, match="from 02:00 to 03:00 on 1925-06-05"):
        shown("1925-06-05T02:30", "Europe/Amsterdam")
    with pytest.raises(InvalidInput, match=r"first: NST \(\+01:19:32\), 1925-10-04T01:10:28Z"):
        shown("1925-10-04T02:30", "Europe/Amsterdam")
    with pytest.raises(InvalidInput, match="from 00:00 to 00:00:28 on 1937-07-01"):
        shown("1937-07-01T00:00:10", "Europe/Amsterdam")


# Names


@pytest.mark.parametrize(
    ("alias", "place"),
    [
        ("Iceland", "Atlantic/Reykjavik"),
        ("Arctic/Longyearbyen", "Europe/Oslo"),
        ("Atlantic/Jan_Mayen", "Europe/Oslo"),
        ("Africa/Asmera", "Africa/Asmara"),
        ("America/Kralendijk", "America/Curacao"),
        ("America/Lower_Princes", "America/Curacao"),
        ("America/Marigot", "America/Port_of_Spain"),
        ("America/St_Barthelemy", "America/Port_of_Spain"),
        ("America/Virgin", "America/St_Thomas"),
        ("Antarctica/South_Pole", "Antarctica/McMurdo"),
        ("Pacific/Ponape", "Pacific/Pohnpei"),
        ("Pacific/Truk", "Pacific/Chuuk"),
        ("Pacific/Yap", "Pacific/Chuuk"),
    ],
)
def test_other_names_of_a_place_have_its_history(alias: str, place: str) -> None:
    """The links of backzone, those of its PACKRATLIST included."""
    instants = weeks(1830, 1970)
    own = clocks(own_rules(alias), instants)
    assert own == clocks(own_rules(place), instants)
    assert own != clocks(package_rules(alias), instants)
    assert find_zone(alias).name == alias


# The table


def test_the_table_tells_the_release_that_it_was_made_from() -> None:
    table = resources.files("app.astrology").joinpath(TABLE).read_text("utf-8")
    assert f"backzone of the IANA time zone database, release {HISTORY_VERSION}," in table
    assert f"tzdata_{HISTORY_VERSION}.orig.tar" in table
    assert len(table) < 64_000


def test_the_table_has_only_names_of_the_package() -> None:
    assert set(HISTORIES) < set(_zone_names().values())


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_differs_from_the_packages_and_ends_where_the_package_goes_on(name: str) -> None:
    """Else the package has changed so much before 1970 that `make zone-history` is due."""
    lines = zone_history._histories()[name].splitlines()
    times, history = zip(*map(zone_history._read_change, lines), strict=True)
    assert list(times) == sorted(set(times))
    assert times[-1] < 0
    offset, _, abbreviation = history[-1]
    assert clocks(package_rules(name), [START_OF_1970]) == [
        (timedelta(seconds=offset), abbreviation),
    ]
    instants = weeks(1830, 1970)
    assert clocks(own_rules(name), instants) != clocks(package_rules(name), instants)


# From 1970 on


@pytest.mark.parametrize("name", HISTORIES)
def test_from_1970_on_the_package_speaks(name: str) -> None:
    own, package = (
        read_rules(data) for data in (with_history(name, compiled(name)), compiled(name))
    )
    assert [change for change in own.changes if change[0] > 0] == [
        change for change in package.changes if change[0] > 0
    ]
    assert own.footer == package.footer
    instants = weeks(1970, 2038)
    assert clocks(own_rules(name), instants) == clocks(package_rules(name), instants)


@pytest.mark.parametrize("name", HISTORIES)
def test_no_clock_jumps_as_1970_begins(name: str) -> None:
    clock = LocalClock(find_zone(name), ZONE, 0.0)
    new_year = read_civil("1970-01-01", "00:00").ticks
    offsets = [clock.steady(new_year + hours * HOUR) for hours in range(-18, 19, 3)]
    assert offsets == [clock.at(new_year)] * len(offsets)


def test_a_package_that_corrects_the_years_since_1970_is_followed() -> None:
    """As if a release found that Oslo had kept the clocks of Abidjan since 1970."""
    zone = ZoneInfo.from_file(BytesIO(with_history("Europe/Oslo", compiled("Africa/Abidjan"))))
    last, first = (START_OF_1970 + timedelta(seconds=seconds) for seconds in (-1, 0))
    assert clocks(zone, [last, first]) == [(timedelta(hours=1), "CET"), (timedelta(0), "GMT")]


# Every zone


def test_rules_are_written_as_they_are_read() -> None:
    for name in _zone_names().values():
        rules = read_rules(compiled(name))
        assert read_rules(write_rules(rules)) == rules, name


def test_zones_outside_the_table_are_the_packages() -> None:
    for name in set(_zone_names().values()).difference(HISTORIES):
        assert with_history(name, compiled(name)) == compiled(name), name


def test_every_zone_answers_for_every_time() -> None:
    """A reading every third year at an odd hour, from before standard time to the last year."""
    for name in _zone_names().values():
        clock = LocalClock(find_zone(name), BIRTHPLACE, 100.0)
        for year in (-500, 1, *range(1800, 2040, 3), 9999):
            reading = read_civil(f"{year:0{5 if year < 0 else 4}}-04-05", "02:30")
            assert len(clock.instants(reading.ticks)) <= 2


@given(
    st.sampled_from(HISTORIES),
    st.datetimes(datetime(1830, 1, 1), datetime(1975, 1, 1)),  # noqa: DTZ001 - local times
    st.floats(-180.0, 180.0),
    st.sampled_from(LocalMeanTime),
)
def test_every_reading_is_shown_at_the_instants_it_resolves_to(
    name: str,
    local: datetime,
    longitude: float,
    local_mean_time: LocalMeanTime,
) -> None:
    clock = LocalClock(find_zone(name), local_mean_time, longitude)
    reading = read_civil(local.date().isoformat(), local.time().isoformat()).ticks
    for instant in clock.instants(reading):
        assert instant + clock.at(instant).microseconds == reading

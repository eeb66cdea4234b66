"""Zones by name and offset, and the offset of a local clock reading."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
import tzdata  # type: ignore[import-untyped]  # the package has no types
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.calendar import DAY, Calendar, CalendarChoice, civil_of_ticks, read_civil
from app.astrology.zones import (
    TZDATA_VERSION,
    LocalClock,
    LocalMeanTime,
    LocalOffset,
    Occurrence,
    _transition,
    _zone_names,
    find_fixed_offset,
    find_zone,
    offset_text,
    resolve,
)
from app.errors import InvalidInput, Problem

MINUTE, HOUR = 60_000_000, 3_600_000_000
BIRTHPLACE, ZONE = LocalMeanTime


@cache
def transitions(name: str) -> list[int]:
    """The instants, in ticks of UTC, at which a zone changed its offset, 1840 to 2039."""
    clock = LocalClock(find_zone(name), ZONE, 0.0)
    first = read_civil("1840-01-01", "00:00").ticks
    weeks = [first + week * 7 * DAY for week in range(200 * 52)]
    offsets = [clock.at(week).microseconds for week in weeks]
    return [
        _transition(clock, early, late)
        for (early, old), (late, new) in pairwise(zip(weeks, offsets, strict=True))
        if old != new
    ]


RESTLESS_ZONES = [
    *("America/New_York", "Europe/London", "Europe/Dublin", "Africa/Casablanca", "Pacific/Apia"),
    *("Australia/Lord_Howe", "Africa/Lagos", "Europe/Moscow", "Asia/Manila", "America/Sitka"),
    *("America/Iqaluit", "Asia/Shanghai", "Antarctica/Troll", "Africa/Monrovia", "Asia/Kolkata"),
    *("Europe/Amsterdam", "Atlantic/Reykjavik", "Pacific/Saipan", "Antarctica/DumontDUrville"),
]
"""Half-hour summer time, days skipped and doubled, mean time that came back, unknown clocks.

The last four have a history of their own before 1970.
"""

near_transitions = (
    st.sampled_from(RESTLESS_ZONES)
    .flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(transitions(name))))
    .flatmap(
        lambda found: st.tuples(
            st.just(found[0]),
            st.integers(-36 * 60, 36 * 60).map(lambda minutes: found[1] + minutes * MINUTE),
        ),
    )
)
"""A zone, and ticks within a day and a half of a change of its clocks."""


def offset_of(
    date: str,
    time: str,
    zone: str,
    longitude: float = 0.0,
    fold: int | None = None,
    local_mean_time: LocalMeanTime = BIRTHPLACE,
) -> LocalOffset:
    civil = read_civil(date, time, CalendarChoice.AUTO)
    return resolve(
        civil,
        find_zone(zone),
        fold=fold,
        local_mean_time=local_mean_time,
        longitude=longitude,
    )


def refusal(
    date: str,
    time: str,
    zone: str,
    longitude: float = 0.0,
    fold: int | None = None,
    local_mean_time: LocalMeanTime = BIRTHPLACE,
) -> Problem:
    with pytest.raises(InvalidInput) as refused:
        offset_of(date, time, zone, longitude, fold, local_mean_time)
    (problem,) = refused.value.problems
    return problem


# Names


def test_the_version_is_that_of_the_tzdata_package() -> None:
    assert TZDATA_VERSION == tzdata.IANA_VERSION


def test_zones_come_from_the_package_and_not_from_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    assert find_zone("Europe/Paris").name == "Europe/Paris"


def test_every_listed_zone_loads_and_has_a_lower_case_form_of_its_own() -> None:
    listed = set(_zone_names().values())
    assert len(listed) == len(_zone_names())
    assert listed == {find_zone(name).name for name in listed}


@pytest.mark.parametrize("name", ["Europe/Paris", "europe/paris", "EUROPE/PARIS"])
def test_names_are_found_in_any_case(name: str) -> None:
    assert find_zone(name).name == "Europe/Paris"


@pytest.mark.parametrize(
    ("name", "canonical", "hours"),
    [
        ("+05:30", "+05:30", 5.5),
        ("-03:00", "-03:00", -3),
        ("+00:19:32", "+00:19:32", 1172 / 3600),
        ("-00:00:00.5", "-00:00:00.500000", -0.5 / 3600),
        ("-00:00", "+00:00", 0),
        ("+18:00", "+18:00", 18),
        ("-18:00", "-18:00", -18),
        ("Z", "UTC", 0),
        ("z", "UTC", 0),
    ],
)
def test_fixed_offsets_are_zones(name: str, canonical: str, hours: float) -> None:
    assert find_zone(name).name == canonical
    offset = offset_of("2000-07-01", "12:00", name)
    assert offset.microseconds == round(hours * HOUR)
    assert offset.status is Occurrence.UNIQUE


@given(st.integers(-18 * HOUR, 18 * HOUR))
def test_offset_texts_read_as_themselves(microseconds: int) -> None:
    zone = find_fixed_offset(offset_text(microseconds))
    assert zone is not None
    assert zone.rules.utcoffset(datetime(2000, 1, 1)) == timedelta(  # noqa: DTZ001 - a local time
        microseconds=microseconds,
    )


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Europe/Londn", "Europe/London"),
        ("Amerika/New_York", "America/New_York"),
        ("paris", "Europe/Paris"),
        ("New York", "America/New_York"),
        ("UTC+3", "+03:00"),  # not Etc/GMT+3, which is three hours west
        ("GMT-5:30", "-05:30"),
        ("+0530", "+05:30"),
        ("-7", "-07:00"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest_known(name: str, nearest: str) -> None:
    problem = refusal("2000-01-01", "12:00", name)
    assert (problem.field, problem.got) == ("timezone", name)
    assert f"did you mean {nearest}?" in problem.expected


@pytest.mark.parametrize(
    "name", ["Europe/Hamburg", "Europe/Munich", "Asia/Bangalore", "America/Boston", "Lyon"]
)
def test_a_city_without_a_zone_is_not_taken_for_another(name: str) -> None:
    problem = refusal("2000-01-01", "12:00", name)
    assert problem.expected == (
        "an IANA time zone such as Europe/Berlin, or an offset such as +05:30"
    )


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe/../Europe/Paris",
        "Europe",
        "Europe/",
        "Europe/Paris\0",
        "Europe\\Paris",
        "\u0663",
        "+19:00",
        "+18:00:01",
        "+05:60",
        "+05:30:60",
        "UTC+25",
        "\uff0b05:30",
        "NaN",
        "Factory",
        "zones",
        "__init__.py",
        "Europe/Paris" * 1_000,
        "x" * 10_000,
    ],
)
def test_hostile_names_are_just_unknown(name: str) -> None:
    problem = refusal("2000-01-01", "12:00", name)
    assert problem.field == "timezone"
    assert "such as Europe/Berlin" in problem.expected


# Gaps and folds


def test_a_skipped_time_is_refused_with_the_jump_and_both_readings() -> None:
    problem = refusal("2005-04-03", "02:30", "America/New_York", -74.0)
    assert problem.field == "time"
    assert problem.got == "2005-04-03T02:30:00"
    assert (
        "a local time that exists: clocks in America/New_York went from 02:00 to 03:00 on "
        "2005-04-03" in problem.expected
    )
    assert "by EST (-05:00) this would be 2005-04-03T07:30:00Z" in problem.expected
    assert "by EDT (-04:00) 2005-04-03T06:30:00Z" in problem.expected


@pytest.mark.parametrize("fold", [0, 1])
def test_a_fold_does_not_bring_back_a_skipped_time(fold: int) -> None:
    assert refusal("2005-04-03", "02:30", "America/New_York", -74.0, fold).field == "time"


def test_a_gap_is_half_open() -> None:
    assert offset_of("2005-04-03", "01:59:59.999999", "America/New_York").text == "-05:00"
    assert offset_of("2005-04-03", "03:00", "America/New_York").text == "-04:00"
    assert refusal("2005-04-03", "02:00", "America/New_York").field == "time"
    assert refusal("2005-04-03", "02:59:59.999999", "America/New_York").field == "time"


def test_a_skipped_day_is_told_with_its_dates() -> None:
    """Samoa crossed the date line: eggert/tz australasia, Pacific/Apia."""
    problem = refusal("2011-12-30", "18:00", "Pacific/Apia", -171.8)
    assert "went from 2011-12-30T00:00 to 2011-12-31T00:00" in problem.expected


def test_a_time_that_came_twice_is_refused_with_both_instants() -> None:
    problem = refusal("2005-10-30", "01:30", "America/New_York", -74.0)
    assert (problem.field, problem.got) == ("fold", None)
    assert "0 (first: EDT (-04:00), 2005-10-30T05:30:00Z)" in problem.expected
    assert "1 (second: EST (-05:00), 2005-10-30T06:30:00Z)" in problem.expected


@pytest.mark.parametrize(("fold", "text"), [(0, "-04:00"), (1, "-05:00")])
def test_a_fold_tells_which_is_meant(fold: int, text: str) -> None:
    offset = offset_of("2005-10-30", "01:30", "America/New_York", -74.0, fold)
    assert (offset.text, offset.fold, offset.status) == (text, fold, Occurrence.AMBIGUOUS)


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("date", ["2005-10-29", "2005-10-30", "2005-07-01"])
def test_a_fold_is_ignored_when_nothing_came_twice(date: str, fold: int) -> None:
    offset = offset_of(date, "12:00", "America/New_York", -74.0, fold)
    assert (offset.fold, offset.status) == (None, Occurrence.UNIQUE)


@pytest.mark.parametrize("fold", [-1, 2])
def test_a_fold_is_0_or_1(fold: int) -> None:
    assert refusal("2000-01-01", "12:00", "UTC", 0.0, fold).field == "fold"


@given(near_transitions)
def test_offsets_agree_with_zoneinfo(found: tuple[str, int]) -> None:
    """With the database's own mean time: what zoneinfo answers, gaps and folds by PEP 495."""
    name, reading = found
    civil = civil_of_ticks(reading, Calendar.GREGORIAN)
    rules = find_zone(name).rules
    local = datetime.fromisoformat(civil.text)
    first, second = (local.replace(tzinfo=rules, fold=fold) for fold in (0, 1))
    expected = [first.utcoffset()]
    if first.utcoffset() != second.utcoffset():
        if first.astimezone(UTC).astimezone(rules).replace(tzinfo=None) != local:
            problem = refusal(civil.date_text, civil.time_text, name, local_mean_time=ZONE)
            assert problem.field == "time"
            return
        expected.append(second.utcoffset())
    for fold, offset in enumerate(expected):
        answer = offset_of(civil.date_text, civil.time_text, name, 0.0, fold, ZONE)
        assert timedelta(microseconds=answer.microseconds) == offset
        assert answer.fold == (fold if len(expected) > 1 else None)


# Local mean time


def test_before_standard_time_the_birthplace_sets_the_clock() -> None:
    offset = offset_of("1879-03-14", "11:30", "Europe/Berlin", 9.99)
    assert offset.seconds == pytest.approx(9.99 * 240, abs=1e-6)
    assert (offset.abbreviation, offset.local_mean_time) == ("LMT", BIRTHPLACE)


def test_before_standard_time_the_city_of_the_zone_may_set_the_clock() -> None:
    offset = offset_of("1879-03-14", "11:30", "Europe/Berlin", 9.99, local_mean_time=ZONE)
    assert (offset.text, offset.abbreviation, offset.local_mean_time) == ("+00:53:28", "LMT", ZONE)


def test_the_mean_time_of_a_capital_is_standard_time() -> None:
    """Moscow Mean Time bound the whole country: its clocks are not the birthplace's."""
    offset = offset_of("1915-01-01", "12:00", "Europe/Moscow", 49.1)
    assert (offset.text, offset.abbreviation, offset.local_mean_time) == ("+02:30:17", "MMT", None)


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Etc/GMT+5", "GMT", "Z", "+05:30", "EST5EDT"])
@pytest.mark.parametrize("date", ["0500-06-01", "-0043-03-15", "1850-01-01"])
def test_zones_without_local_mean_time_keep_their_offset(zone: str, date: str) -> None:
    modern = offset_of("2000-01-01", "12:00", zone, 100.0)
    ancient = offset_of(date, "12:00", zone, 100.0)
    assert ancient == modern
    assert ancient.local_mean_time is None


@pytest.mark.parametrize("date", ["-4712-01-02", "-0043-03-15", "0000-01-01", "0001-01-01"])
def test_local_mean_time_reaches_before_the_years_of_datetime(date: str) -> None:
    assert offset_of(date, "12:00", "Europe/Rome", 12.5).text == "+00:50"
    assert offset_of(date, "12:00", "Europe/Rome", 12.5, local_mean_time=ZONE).text == "+00:49:56"


def test_the_last_years_keep_summer_time() -> None:
    assert offset_of("9999-07-01", "12:00", "America/New_York").text == "-04:00"
    assert offset_of("9999-12-31", "23:59", "America/New_York").text == "-05:00"


def test_a_place_without_known_clocks_keeps_local_mean_time() -> None:
    """The database says -00 of Iqaluit before 1942, which is no offset."""
    assert offset_of("1930-01-01", "12:00", "America/Iqaluit", -68.5).text == "-04:34"


@pytest.mark.parametrize(
    ("date", "zone", "longitude", "text"),
    [
        ("1844-06-01", "Asia/Manila", 121.0, "-15:56"),  # American days until the end of 1844
        ("1845-06-01", "Asia/Manila", 121.0, "+08:04"),
        ("1867-06-01", "America/Sitka", -135.3, "+14:58:48"),  # Russian days until October 1867
        ("1867-12-01", "America/Sitka", -135.3, "-09:01:12"),
        ("1850-01-01", "Pacific/Chatham", -176.5, "+12:14"),  # west of 180, days of New Zealand
    ],
)
def test_the_birthplace_is_on_the_side_of_the_date_line_that_its_zone_is(
    date: str,
    zone: str,
    longitude: float,
    text: str,
) -> None:
    assert offset_of(date, "12:00", zone, longitude).text == text


STANDARD_TIME = "1883-11-18"
"""When the railways of North America went to standard time: eggert/tz northamerica."""


def test_clocks_east_of_the_standard_meridian_were_set_back() -> None:
    """New York at -74 degrees: 12:04 of mean time became noon."""
    assert offset_of(STANDARD_TIME, "11:59", "America/New_York", -74.0).abbreviation == "LMT"
    assert offset_of(STANDARD_TIME, "12:04", "America/New_York", -74.0).abbreviation == "EST"
    problem = refusal(STANDARD_TIME, "12:02", "America/New_York", -74.0)
    assert "first: local mean time of the birthplace (-04:56), 1883-11-18T16:58:00Z" in (
        problem.expected
    )
    first, second = (
        offset_of(STANDARD_TIME, "12:02", "America/New_York", -74.0, fold) for fold in (0, 1)
    )
    assert (first.text, first.local_mean_time) == ("-04:56", BIRTHPLACE)
    assert (second.text, second.local_mean_time) == ("-05:00", None)


def test_clocks_west_of_the_standard_meridian_were_set_forward() -> None:
    """At -80 degrees 11:40 of mean time became noon, though the zone's own clocks went back."""
    assert offset_of(STANDARD_TIME, "11:39", "America/New_York", -80.0).text == "-05:20"
    assert offset_of(STANDARD_TIME, "12:02", "America/New_York", -80.0).text == "-05:00"
    problem = refusal(STANDARD_TIME, "11:50", "America/New_York", -80.0)
    assert "went from 11:40 to 12:00 on 1883-11-18" in problem.expected


def test_the_birthplace_keeps_its_time_beyond_the_clocks_of_the_city() -> None:
    """At -70 degrees 12:20 became noon; in New York itself 12:10 came once only."""
    fold = 0
    offset = offset_of(STANDARD_TIME, "12:10", "America/New_York", -70.0, fold)
    assert (offset.text, offset.fold) == ("-04:40", 0)


@given(near_transitions, st.floats(-180.0, 180.0), st.sampled_from(LocalMeanTime))
def test_what_a_clock_shows_at_an_instant_resolves_to_that_instant(
    found: tuple[str, int],
    longitude: float,
    local_mean_time: LocalMeanTime,
) -> None:
    name, instant = found
    clock = LocalClock(find_zone(name), local_mean_time, longitude)
    reading = instant + clock.at(instant).microseconds
    instants = clock.instants(reading)
    assert instant in instants
    assert len(instants) <= 2
    steady = clock.steady(reading)
    assert steady is None or instants == [reading - steady.microseconds]


def test_a_day_that_came_twice_is_found_from_either_edge_of_its_zone() -> None:
    """Samoa repeated a day in 1892; at 180 degrees its midnight is 33 minutes from the city's."""
    clock = LocalClock(find_zone("Pacific/Apia"), BIRTHPLACE, 180.0)
    second = _transition(clock, *(read_civil(f"1892-07-0{day}", "00:00").ticks for day in (3, 8)))
    assert clock.instants(second - 12 * HOUR) == [second - DAY, second]


def test_julian_dates_are_told_in_their_own_calendar() -> None:
    """Moscow's clocks went forward on 1917-07-01 Gregorian: eggert/tz europe, Europe/Moscow."""
    civil = read_civil("1917-06-18", "23:30", CalendarChoice.JULIAN)
    assert civil.calendar is Calendar.JULIAN
    with pytest.raises(InvalidInput, match="from 1917-06-18T23:00 to 1917-06-19T00:00") as refused:
        resolve(
            civil,
            find_zone("Europe/Moscow"),
            fold=None,
            local_mean_time=BIRTHPLACE,
            longitude=37.6,
        )
    assert refused.value.problems[0].got == "1917-06-18T23:30:00"

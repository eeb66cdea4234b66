"""Civil time against the time zone database's own notes and against published charts."""

from __future__ import annotations

import pytest

from app.astrology.calendar import read_civil
from app.astrology.moment import Moment, moment_of
from app.errors import InvalidInput
from tests.reference import Case, case, cases

LOCAL_TO_UTC = cases("local_to_utc")
EINSTEIN = case("astrocom-einstein-lmt")


def moment_of_case(given: Case) -> Moment:
    return moment_of(
        given.input["local"],
        None,
        zone=given.input["tz"],
        longitude=given.input.get("lon", 0.0),
        fold=given.input.get("fold"),
    )


def test_all_twelve_cases_are_here() -> None:
    assert len(LOCAL_TO_UTC) == 12


@pytest.mark.parametrize(
    "given",
    [row for row in LOCAL_TO_UTC if row.expect["status"] != "nonexistent"],
    ids=str,
)
def test_local_time_becomes_the_published_utc(given: Case) -> None:
    moment = moment_of_case(given)
    assert moment.utc_text == given.expect["utc"]  # tolerance 0 s
    assert moment.status.lower() == given.expect["status"]


@pytest.mark.parametrize(
    "given",
    [row for row in LOCAL_TO_UTC if row.expect["status"] == "nonexistent"],
    ids=str,
)
def test_a_time_that_never_was_is_refused_with_the_published_reading(given: Case) -> None:
    with pytest.raises(InvalidInput) as refused:
        moment_of_case(given)
    assert refused.value.problems[0].field == "time"
    assert given.expect["utc"] in refused.value.message


@pytest.mark.parametrize("given", [EINSTEIN], ids=str)
def test_local_mean_time_of_the_birthplace_gives_the_published_utc(given: Case) -> None:
    published = read_civil(*given.expect["utc"].removesuffix("Z").split("T"))
    seconds = (moment_of_case(given).utc.ticks - published.ticks) / 1_000_000
    assert abs(seconds) <= given.tolerance["seconds"]

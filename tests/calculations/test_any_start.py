"""Events are the same wherever a search for them begins."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

import pytest

from app.astrology.almanac import Almanac
from app.calculations.catalogue import catalogue
from app.calculations.execution import accept
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, ask

STARTS = [f"2026-09-{1 + hour // 24:02d}T{hour % 24:02d}:17:00Z" for hour in range(0, 120, 5)]
"""Twenty-four, in steps of five hours."""
END = "2026-12-01T00:00:00Z"
SEPTEMBER_6 = "2026-09-06T00:00:00.0Z"
"""After the last of them."""


def events(data: Any) -> list[tuple[Any, ...]]:
    """Every event of an answer that comes after all starts, told by its text and its degrees."""
    rows = data if isinstance(data, list) else list(data.values())
    found: list[tuple[Any, ...]] = []
    for row in rows:
        if isinstance(row, dict) and "date" in row:
            told = {key: value for key, value in row.items() if key not in UNLIKE}
            found += [tuple(map(repr, told.values()))] if row["date"] > SEPTEMBER_6 else []
        elif isinstance(row, dict | list):
            found += events(row)
    return found


UNLIKE = {"julian_day", "distance_km", "distance_au"}
"""What has more digits than the search is good for."""
SLOW = ["JUPITER", "SATURN", "URANUS", "NEPTUNE", "PLUTO", "CHIRON", "ZEUS"]
FAST = ["SUN", "MOON", "MERCURY", "VENUS", "MARS", "TRUE_NODE", "LILITH_INTERPOLATED"]


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("stations", {"planets": [*SLOW, "MERCURY", "VENUS", "MARS", "TRUE_NODE", "LILITH_TRUE"]}),
        ("ingresses", {"planets": [*FAST, *SLOW]}),
        (
            "transit-search",
            {"natal_chart": NEW_YORK, "planets": [*FAST, *SLOW], "natal_points": ["SUN", "MC"]},
        ),
        ("lunations", {"phases": "EIGHT"}),
    ],
    ids=["stations", "ingresses", "transit-search", "lunations"],
)
def test_no_event_depends_on_where_the_search_begins(
    name: str, request_: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    answers = {
        start: events(ask(name, {**request_, "start_date": start, "end_date": END}, ephemeris).data)
        for start in STARTS
    }
    assert answers[STARTS[0]]
    assert all(found == answers[STARTS[0]] for found in answers.values())


def test_a_node_that_trembles_turns_once_in_every_span(ephemeris: SwissAlmanac) -> None:
    """On 16 August 2017 the library has two more, 47 minutes and 1.1e-6 degrees apart."""
    counts = set()
    for hour in range(24):
        span = {"start_date": f"2017-08-15T{hour:02d}:00:00Z", "end_date": "2017-08-18"}
        answer = ask("stations", {**span, "planets": ["TRUE_NODE"]}, ephemeris)
        rows = answer.data["stations"]
        counts.add(tuple(row["date"] for row in rows if row["date"].startswith("2017-08-16")))
        assert answer.computed_for["definitions"]["least_arc_between_stations"] == 1e-5
    (stations,) = counts
    assert len(stations) == 1


BEHIND_THE_SUN = {"start_date": "2002-08-01", "end_date": "2002-11-30", "planets": ["ZEUS"]}
"""With the conjunction of 29 September, which is not near a station."""


def test_uranian_points_do_not_turn_behind_the_sun(ephemeris: SwissAlmanac) -> None:
    assert ask("stations", BEHIND_THE_SUN, ephemeris).data["stations"] == []


@pytest.mark.parametrize(
    "planet",
    ["ZEUS", "KRONOS", "APOLLON", "ADMETOS", "VULKANUS", "POSEIDON", "TRANSPLUTO"],
)
def test_uranian_points_turn_twice_a_year(planet: str, ephemeris: SwissAlmanac) -> None:
    span = {"start_date": "2000-01-01", "end_date": "2009-12-31", "planets": [planet]}
    turns = [row["direction"] for row in ask("stations", span, ephemeris).data["stations"]]
    assert len(turns) in {19, 20, 21}
    assert all(here != there for here, there in pairwise(turns))


def test_a_uranian_point_passes_the_degree_of_its_conjunction_once(
    ephemeris: SwissAlmanac,
) -> None:
    moment = {"date": "2002-09-29", "time": "23:25", "latitude": 0.0, "longitude": 0.0}
    born = {**moment, "timezone": "UTC"}
    met = {"natal_points": ["ZEUS"], "aspects": ["CONJUNCTION"]}
    hits = ask("transit-search", {**BEHIND_THE_SUN, "natal_chart": born, **met}, ephemeris).data
    assert len(hits["hits"]) == 1


class Counting:
    """An ephemeris that counts the moments that it is asked for."""

    def __init__(self, ephemeris: SwissAlmanac) -> None:
        self._ephemeris = ephemeris
        self.moments = 0

    def positions(self, moments: Any, *more: Any) -> Any:
        self.moments += len(moments)
        return self._ephemeris.positions(moments, *more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ephemeris, name)


def test_the_ends_of_the_ephemeris_are_looked_for_once_a_body(ephemeris: SwissAlmanac) -> None:
    entry = catalogue()["stations"]
    century = {"start_date": "1950-01-01", "end_date": "2049-12-31", "planets": ["MARS", "ZEUS"]}
    counting = Counting(ephemeris)
    assert entry.slicing
    parts = entry.slicing.split(accept(entry, century), cast("Almanac", counting))
    assert len(parts) > 10
    assert counting.moments <= 4


def test_slower_bodies_have_shorter_slices(ephemeris: SwissAlmanac) -> None:
    entry = catalogue()["transit-search"]
    assert entry.slicing
    counts = []
    for planet in ("LILITH", "ZEUS", "LILITH_INTERPOLATED"):
        decade = {"start_date": "2000-01-01", "end_date": "2029-12-31", "planets": [planet]}
        asked = accept(entry, {**decade, "natal_chart": NEW_YORK})
        counts.append(len(entry.slicing.split(asked, ephemeris)))
    assert counts == sorted(set(counts))

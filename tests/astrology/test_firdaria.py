"""Firdaria by hand, in years of one day."""

from __future__ import annotations

import itertools

import pytest

from app.astrology.bodies import Body
from app.astrology.firdaria import FIRDAR_YEARS, NodePlacement, firdaria, order_of

DAY = order_of(NodePlacement.END, by_day=True)
NIGHT = order_of(NodePlacement.END, by_day=False)


def test_the_nine_lords_have_seventy_five_years() -> None:
    assert sum(FIRDAR_YEARS.values()) == 75
    assert list(FIRDAR_YEARS.values()) == [10, 8, 13, 9, 11, 12, 7, 3, 2]


def test_the_day_begins_with_the_sun_and_the_night_with_the_moon() -> None:
    assert [lord.value for lord in DAY] == [
        *("SUN", "VENUS", "MERCURY", "MOON", "SATURN", "JUPITER", "MARS"),
        *("NORTH_NODE", "SOUTH_NODE"),
    ]
    assert [lord.value for lord in NIGHT] == [
        *("MOON", "SATURN", "JUPITER", "MARS", "SUN", "VENUS", "MERCURY"),
        *("NORTH_NODE", "SOUTH_NODE"),
    ]


def test_bonatti_puts_the_nodes_after_mars() -> None:
    night = order_of(NodePlacement.BONATTI, by_day=False)
    assert [lord.value for lord in night] == [
        *("MOON", "SATURN", "JUPITER", "MARS", "NORTH_NODE", "SOUTH_NODE"),
        *("SUN", "VENUS", "MERCURY"),
    ]
    assert order_of(NodePlacement.BONATTI, by_day=True) == DAY


@pytest.mark.parametrize("order", [DAY, NIGHT])
def test_periods_follow_without_a_gap_and_come_again(order: tuple[Body, ...]) -> None:
    periods = firdaria(100.0, order, 1.0, 2)
    assert len(periods) == 18
    assert (periods[0].start, periods[8].end, periods[-1].end) == (100.0, 175.0, 250.0)
    assert all(a.end == b.start for a, b in itertools.pairwise(periods))
    assert periods[9].lord is periods[0].lord


def test_sevenths_begin_with_the_lord_itself_and_fill_its_time() -> None:
    mercury = firdaria(0.0, DAY, 7.0, 1)[2]
    assert [sub.lord.value for sub in mercury.subs] == [
        *("MERCURY", "MOON", "SATURN", "JUPITER", "MARS", "SUN", "VENUS")
    ]
    assert [sub.start for sub in mercury.subs] == pytest.approx(
        [126.0 + 13.0 * part for part in range(7)]
    )
    assert mercury.subs[-1].end == mercury.end
    assert mercury.subs[1].holds(139.0)
    assert not mercury.subs[0].holds(139.0)


def test_nodes_are_undivided() -> None:
    assert [len(period.subs) for period in firdaria(0.0, DAY, 1.0, 1)] == [7] * 7 + [0, 0]

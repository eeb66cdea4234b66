"""Zodiacal releasing by hand: births at day 0, years of 360 days."""

from __future__ import annotations

import itertools

import pytest

from app.astrology.releasing import (
    RELEASING_YEARS,
    Chapter,
    chain_at,
    chapters_within,
    is_peak,
    next_sign,
    parts_of,
    place_from,
    released,
)
from app.astrology.zodiac import SIGNS, Sign


def first(sign: Sign) -> Chapter:
    return next(released(0.0, sign))


def test_signs_follow_each_other_for_their_years() -> None:
    chapters = chapters_within(0.0, Sign.PISCES, 1, 0.0, 30.0 * 360.0)
    assert [(c.sign.value, c.start / 360.0, c.end / 360.0) for c in chapters] == [
        ("PISCES", 0.0, 12.0),
        ("ARIES", 12.0, 27.0),
        ("TAURUS", 27.0, 35.0),
    ]


def test_parts_are_twelfths_and_begin_with_the_parents_own_sign() -> None:
    taurus = parts_of(first(Sign.TAURUS))
    assert [(part.sign.value, part.start, part.end) for part in taurus[:3]] == [
        ("TAURUS", 0.0, 240.0),
        ("GEMINI", 240.0, 840.0),
        ("CANCER", 840.0, 1590.0),
    ]
    days = parts_of(taurus[0])
    assert (days[0].signs, days[0].end) == ((Sign.TAURUS,) * 3, 20.0)
    hours = parts_of(days[0])
    assert hours[0].end == pytest.approx(8.0 * 5.0 / 24.0)


def test_the_last_part_ends_with_its_parent() -> None:
    taurus = parts_of(first(Sign.TAURUS))
    assert taurus[-1].end == 8.0 * 360.0
    assert taurus[-1].cut
    assert not any(part.cut for part in taurus[:-1])
    assert not any(part.loosing for part in taurus)


@pytest.mark.parametrize("sign", SIGNS)
def test_the_bond_is_loosed_to_the_opposite_sign_once_all_twelve_are_through(sign: Sign) -> None:
    parts = parts_of(first(sign))
    loosed = [index for index, part in enumerate(parts) if part.loosing]
    if RELEASING_YEARS[sign] * 12 <= 211:
        assert loosed == []
        return
    assert loosed == [12]
    assert {part.sign for part in parts[:12]} == set(SIGNS)
    assert (SIGNS.index(parts[12].sign) - SIGNS.index(sign)) % 12 == 6
    assert parts[12].start == pytest.approx(211 * 30.0)
    following = parts[13:]
    assert [SIGNS.index(p.sign) for p in following] == [
        (SIGNS.index(parts[12].sign) + 1 + index) % 12 for index in range(len(following))
    ]


def test_every_level_fills_its_parent_without_a_gap() -> None:
    for level_one in chapters_within(2432007.97, Sign.GEMINI, 1, 2432007.97, 2432007.97 + 9000.0):
        for parent in (level_one, *parts_of(level_one)[:14]):
            parts = parts_of(parent)
            assert (parts[0].start, parts[-1].end) == (parent.start, parent.end)
            assert all(a.end == b.start for a, b in itertools.pairwise(parts))


def test_a_chain_has_a_chapter_of_each_level_that_holds_the_moment() -> None:
    for moment in (0.0, 123.4, 5000.0, 20000.0, 90000.0):
        chain = chain_at(moment, 0.0, Sign.AQUARIUS)
        assert [chapter.level for chapter in chain] == [1, 2, 3, 4]
        assert all(chapter.start <= moment < chapter.end for chapter in chain)
        assert all(b.signs[:-1] == a.signs for a, b in itertools.pairwise(chain))


def test_a_window_holds_what_overlaps_it_each_before_its_parts() -> None:
    chapters = chapters_within(0.0, Sign.TAURUS, 2, 300.0, 900.0)
    assert [[sign.value for sign in chapter.signs] for chapter in chapters] == [
        ["TAURUS"],
        ["TAURUS", "GEMINI"],
        ["TAURUS", "CANCER"],
    ]


def test_peaks_are_angular_from_fortune() -> None:
    places = [place_from(sign, Sign.SCORPIO) for sign in SIGNS]
    assert places == [6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5]
    assert [place for place in range(1, 13) if is_peak(place)] == [1, 4, 7, 10]


def test_after_pisces_comes_aries() -> None:
    assert next_sign(Sign.PISCES) is Sign.ARIES

"""Planetary pictures, by numbers that can be worked out by hand."""

from __future__ import annotations

import random
from itertools import combinations, permutations

import pytest

from app.astrology.bodies import PLANETS
from app.astrology.pictures import pictures_among
from app.astrology.sky import Position


def points(*longitudes: float) -> list[Position]:
    return [Position(body, at) for body, at in zip(PLANETS, longitudes, strict=False)]


def test_two_pairs_of_one_sum_are_a_picture() -> None:
    (found,), count = pictures_among(points(10.0, 70.0, 30.0, 50.4), 360, 1.0, 10)
    assert count == 1
    assert [place.longitude for place in found[:4]] == [10.0, 70.0, 30.0, 50.4]
    assert found.longitude == 50.0
    assert found.orb == pytest.approx(0.4)


@pytest.mark.parametrize(("modulus", "count"), [(360, 0), (180, 0), (90, 1), (45, 1)])
def test_a_smaller_dial_finds_more(modulus: int, count: int) -> None:
    assert pictures_among(points(10.0, 70.0, 30.0, 140.0), modulus, 1.0, 10)[1] == count


def test_three_points_are_too_few() -> None:
    assert pictures_among(points(0.0, 0.0, 0.0), 360, 1.0, 10) == ([], 0)


def test_only_the_closest_are_told_and_all_are_counted() -> None:
    found, count = pictures_among(points(0.0, 0.0, 0.1, 0.3, 0.7), 360, 1.0, 2)
    assert count == 15
    assert len(found) == 2
    assert found[0].orb <= found[1].orb


@pytest.mark.parametrize("modulus", [45, 90, 180, 360])
def test_every_equation_of_four_points_is_found_once(modulus: int) -> None:
    """Against all orders of all fours, each equation counted by its two sides."""
    source = random.Random(modulus)  # noqa: S311 - no secret
    places = points(*(source.uniform(0.0, 360.0) for _ in range(9)))
    expected = set()
    for four in combinations(places, 4):
        for a, b, c, d in permutations(four):
            miss = (a.longitude + b.longitude - c.longitude - d.longitude) % modulus
            if min(miss, modulus - miss) <= 1.5:
                sides = frozenset({frozenset({a.point, b.point}), frozenset({c.point, d.point})})
                expected.add(sides)
    found, count = pictures_among(places, modulus, 1.5, 500)
    told = {
        frozenset({frozenset({a.point, b.point}), frozenset({c.point, d.point})})
        for a, b, c, d, *_ in found
    }
    assert told == expected
    assert len(found) == count == len(expected)

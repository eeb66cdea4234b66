"""The lord of the hour and the ascendant, by Lilly's own examples and by hand."""

from __future__ import annotations

import pytest

from app.astrology.bodies import Body
from app.astrology.horary import Caution
from app.astrology.hour_agreement import (
    BY_LILLY,
    NO_HOURS,
    Agreement,
    agreements,
    hour_consideration,
)
from app.astrology.rulerships import SEVEN, TriplicitySystem

ARIES, CANCER, LEO, SCORPIO, PISCES, GEMINI = 10.0, 100.0, 130.0, 220.0, 340.0, 70.0


def ways(lord: Body, ascendant: float, *, by_day: bool = True) -> set[Agreement]:
    return set(agreements(lord, ascendant, TriplicitySystem.LILLY, by_day=by_day))


@pytest.mark.parametrize("ascendant", [CANCER, SCORPIO, PISCES])
def test_an_hour_of_mars_agrees_with_the_watery_signs_by_day_and_night(ascendant: float) -> None:
    assert Agreement.TRIPLICITY in ways(Body.MARS, ascendant, by_day=True)
    assert Agreement.TRIPLICITY in ways(Body.MARS, ascendant, by_day=False)


def test_an_hour_of_mars_agrees_with_aries_which_he_rules() -> None:
    assert Agreement.SAME_LORD in ways(Body.MARS, ARIES)


def test_an_hour_of_mars_agrees_with_leo_as_hot_and_dry_as_its_lord() -> None:
    assert ways(Body.MARS, LEO) == {Agreement.NATURE, Agreement.SIGN_NATURE}


def test_triplicities_have_other_lords_by_night() -> None:
    assert Agreement.TRIPLICITY in ways(Body.SUN, ARIES, by_day=True)
    assert Agreement.TRIPLICITY not in ways(Body.SUN, ARIES, by_day=False)
    assert Agreement.TRIPLICITY in ways(Body.JUPITER, ARIES, by_day=False)


def test_the_nature_of_a_sign_may_not_be_that_of_its_lord() -> None:
    assert Agreement.NATURE in ways(Body.SATURN, GEMINI, by_day=False)
    assert Agreement.SIGN_NATURE not in ways(Body.SATURN, GEMINI)
    assert Agreement.SIGN_NATURE in ways(Body.JUPITER, GEMINI)


@pytest.mark.parametrize("lord", SEVEN)
def test_an_hour_disagrees_where_nothing_that_counts_agrees(lord: Body) -> None:
    found = agreements(lord, LEO, TriplicitySystem.LILLY, by_day=True)
    told = hour_consideration(lord, found, BY_LILLY)
    assert told.caution is Caution.HOUR_DISAGREES
    assert told.planet is lord
    assert told.applies is (lord not in {Body.SUN, Body.MARS})
    assert hour_consideration(lord, found, ()).applies is True


def test_without_hours_nothing_is_told() -> None:
    told = hour_consideration(None, (), BY_LILLY)
    assert (told.applies, told.planet, told.reasons) == (None, None, (NO_HOURS,))

"""Overlays and the score, under a sky known by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.astrology.aspects import AspectKind, OrbRules, aspects_between
from app.astrology.bodies import Body
from app.astrology.chart import Conventions, Instant
from app.astrology.frame import Ayanamsa, AyanamsaName, Frame, Zodiac
from app.astrology.houses import HouseBy, HouseRule, HouseSystem
from app.astrology.place import Place
from app.astrology.sky import Position
from app.astrology.synastry import ASPECT_WEIGHTS, overlay, score_of
from tests.doubles import AYANAMSA, LinearEphemeris, Motion

HOST_SKY = LinearEphemeris(ascendant=100.0)
GUEST_SKY = LinearEphemeris(
    {Body.SUN: Motion(100.0), Body.MOON: Motion(99.0, latitude=5.0), Body.MARS: Motion(281.0)}
)
POINTS = (Body.SUN, Body.MOON, Body.MARS)
RULES = OrbRules.of({AspectKind.CONJUNCTION: 10.0, AspectKind.SQUARE: 8.0, AspectKind.SEPTILE: 2.0})


def chart(sky: LinearEphemeris, conventions: Conventions | None = None) -> Instant:
    return Instant(0.0, Place(40.0, 0.0), conventions or Conventions(), sky)


def houses(conventions: Conventions | None = None) -> list[int]:
    host, guest = chart(HOST_SKY, conventions), chart(GUEST_SKY, conventions)
    division = host.divide(HouseSystem.CAMPANUS)
    return overlay(guest.place_points(POINTS), guest, host, division)


def test_guests_fall_into_the_houses_of_the_host() -> None:
    assert houses() == [1, 12, 7]


def test_the_cusp_orb_of_the_host_counts_for_guests() -> None:
    assert houses(Conventions(house_rule=HouseRule(cusp_orb=1.0))) == [1, 1, 7]


def test_true_position_takes_the_latitude_of_the_guest() -> None:
    # The stand-in counts a degree of latitude for a degree along the houses.
    assert houses(Conventions(house_rule=HouseRule(HouseBy.POSITION))) == [1, 1, 7]


def test_true_position_does_not_depend_on_the_zodiac() -> None:
    frame = Frame(ayanamsa=Ayanamsa(AyanamsaName.LAHIRI))
    sidereal = Conventions(frame, Zodiac.SIDEREAL, house_rule=HouseRule(HouseBy.POSITION))
    assert AYANAMSA
    assert houses(sidereal) == [1, 1, 7]
    assert houses(replace(sidereal, house_rule=HouseRule())) == [1, 12, 7]


def test_the_score_is_the_share_of_harmony() -> None:
    firsts = [Position(Body.SUN, 0.0), Position(Body.SATURN, 91.0)]
    seconds = [Position(Body.MOON, 5.0), Position(Body.PLUTO, 93.0)]
    score = score_of(aspects_between(firsts, seconds, RULES))
    values = [part.value for part in score.contributions]
    # Sun-Moon 3*3*0.5; Sun-Pluto square -1*3*0.625; Saturn-Moon -1*3*0.5; Saturn-Pluto 1*0.8
    assert values == pytest.approx([4.5, -1.875, -1.5, 0.8])
    assert score.harmony == pytest.approx(5.3)
    assert score.tension == pytest.approx(3.375)
    assert score.value == pytest.approx(100.0 * 5.3 / 8.675)


def test_own_weights_change_the_score() -> None:
    found = aspects_between([Position(Body.SUN, 0.0)], [Position(Body.MOON, 90.0)], RULES)
    assert score_of(found).value == 0.0
    assert score_of(found, {AspectKind.SQUARE: 2.0}).value == 100.0
    assert score_of(found, ASPECT_WEIGHTS, {Body.SUN: 0.5}).tension == 0.5


def test_aspects_without_a_weight_are_shown_and_count_nothing() -> None:
    found = aspects_between([Position(Body.SUN, 0.0)], [Position(Body.MOON, 51.5)], RULES)
    score = score_of(found)
    assert [part.value for part in score.contributions] == [0.0]
    assert score.value is None


def test_without_aspects_there_is_no_score() -> None:
    score = score_of([])
    assert (score.value, score.harmony, score.tension) == (None, 0.0, 0.0)

"""Rectification has no published truth: it is held to births whose events are made of it.

Two hundred synthetic births live through events at the dates of directions to their angles, with
a month of noise. The true minute must come out among the best tenth of the window, and with the
events of somebody else no more often than chance.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
import pytest

from app.astrology.aspects import AspectKind
from app.astrology.bodies import PLANETS
from app.astrology.direction_keys import Key, Rate
from app.astrology.frame import TROPICAL
from app.astrology.place import Place
from app.astrology.progressions import NAIBOD_RATE, TROPICAL_YEAR
from app.astrology.rectification import Weighing, movers_at, strengths
from app.astrology.rectification_targets import (
    Candidates,
    Technique,
    candidates_of,
    targets_of,
)
from app.astrology.search import folded
from app.astrology.sky import FloatArray
from app.calculations.shapes import instant_text
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask

BIRTHS, EVENTS, NOISE = 200, 15, 30.0
"""Births, events of each at most, and the standard deviation of their dates in days."""
MINUTES = np.arange(-120.0, 121.0, 2.0)
"""Every second minute: hits last for eight, and the run for half as long."""
ASKED = 12
"""Births whose public answers are looked at."""
BEST = 0.1
WEIGHING = Weighing(
    (AspectKind.CONJUNCTION, AspectKind.OPPOSITION, AspectKind.SQUARE),
    dict.fromkeys(Technique, 1.0),
)
"""As `rectification` has it by default."""
KEY: Key = Rate(NAIBOD_RATE)


class Life(NamedTuple):
    """A given birth, the index of the true one among its candidates, and events as days of age."""

    birth: float
    candidates: Candidates
    true: int
    events: FloatArray


def lived(source: np.random.Generator, ephemeris: SwissEphemeris) -> Life:
    birth = 2433000.0 + source.uniform(0.0, 20000.0)
    place = Place(source.uniform(-55.0, 60.0), source.uniform(-180.0, 180.0))
    candidates = candidates_of(birth, place, MINUTES, PLANETS, ephemeris, TROPICAL)
    true = int(source.integers(len(MINUTES)))
    targets, _ = targets_of(Technique.PRIMARY_DIRECTIONS, candidates, WEIGHING.aspects)
    arcs = targets[true][(targets[true] > 5.0) & (targets[true] < 65.0)]
    count = min(EVENTS, len(arcs))
    ages = source.choice(arcs, count, replace=False) / NAIBOD_RATE * TROPICAL_YEAR
    return Life(birth, candidates, true, ages + source.normal(0.0, NOISE, count))


def among_the_best(life: Life, events: FloatArray, ephemeris: SwissEphemeris) -> bool:
    """Whether fewer than a tenth of the candidates fit events better than the true one."""
    dates = life.birth + events
    movers = movers_at(tuple(Technique), life.birth, dates, KEY, ephemeris, TROPICAL)
    found = strengths(life.candidates, movers, np.full(len(events), 0.5), WEIGHING)
    scores = np.array([strength.sum() for strength in found])
    return bool(np.mean(scores > scores[life.true]) < BEST)


@pytest.fixture(scope="module")
def lives(ephemeris: SwissEphemeris) -> list[Life]:
    source = np.random.default_rng(20261121)
    return [lived(source, ephemeris) for _ in range(BIRTHS)]


def test_the_true_minute_is_recovered(lives: list[Life], ephemeris: SwissEphemeris) -> None:
    recovered = sum(among_the_best(life, life.events, ephemeris) for life in lives)
    assert recovered >= 0.9 * BIRTHS


def test_the_events_of_others_recover_no_more_than_chance(
    lives: list[Life], ephemeris: SwissEphemeris
) -> None:
    others = [*lives[1:], lives[0]]
    pairs = zip(lives, others, strict=True)
    recovered = sum(among_the_best(life, other.events, ephemeris) for life, other in pairs)
    sigma = sqrt(BIRTHS * BEST * (1.0 - BEST))
    assert recovered <= BIRTHS * BEST + 3.0 * sigma


def asked(life: Life, events: FloatArray, ephemeris: SwissEphemeris) -> dict[str, Any]:
    """The public answer to a life whose given time is the middle of the window."""
    candidates = life.candidates
    turned = candidates.armc[len(MINUTES) // 2] - ephemeris.sidereal_time(life.birth)
    request = {
        "natal_chart": {
            "date": instant_text(life.birth),
            "latitude": candidates.latitude,
            "longitude": float(folded(turned)),
        },
        "events": [{"date": instant_text(life.birth + age)} for age in events],
        "step_minutes": 2.0,
        "null_runs": 100,
    }
    return dict(ask("rectification", request, ephemeris).data)


def test_answers_tell_evidence_from_chance(lives: list[Life], ephemeris: SwissEphemeris) -> None:
    some = lives[:ASKED]
    own = [asked(life, life.events, ephemeris) for life in some]
    foreign = [
        asked(life, other.events, ephemeris)
        for life, other in zip(some, [*some[1:], some[0]], strict=True)
    ]
    told = [sum(answer["better_than_chance"] for answer in answers) for answers in (own, foreign)]
    assert told[0] >= ASKED * 2 // 3
    assert told[1] <= 3  # one in twenty by chance: four of twelve come once in five hundred
    pairs = [(life, answer["windows"][0]) for life, answer in zip(some, own, strict=True)]
    near = [
        best["start_offset"] - 5.0 <= MINUTES[life.true] <= best["end_offset"] + 5.0
        for life, best in pairs
    ]
    assert sum(near) >= ASKED * 2 // 3

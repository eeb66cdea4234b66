"""How events are weighed against minutes of birth, with numbers that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from app.astrology.angles import separation
from app.astrology.aspects import AspectKind
from app.astrology.bodies import PLANETS, Angle, Body
from app.astrology.direction_arcs import DirectionRules, Ray, Sphere, converse_arcs, direct_arcs
from app.astrology.direction_keys import Rate
from app.astrology.frame import TROPICAL
from app.astrology.houses import HouseSystem
from app.astrology.place import Place
from app.astrology.rectification import (
    SLOW,
    Mover,
    Weighing,
    Window,
    hits,
    movers_at,
    shuffled,
    strengths,
    windows_of,
)
from app.astrology.rectification_targets import (
    Candidates,
    Contact,
    Technique,
    candidates_of,
    offsets_of,
    targets_of,
)
from app.astrology.search import folded
from app.astrology.sky import FloatArray, Position
from app.ephemeris.swiss import SwissEphemeris
from tests.doubles import LinearEphemeris, Motion

CONJUNCTION = (AspectKind.CONJUNCTION,)
MOMENT, PLACE = 2451545.25, Place(32.716667, -117.15)
ONE_DEGREE = dict.fromkeys(Technique, 1.0)


def standing(
    longitudes: list[float], armc: float = 0.0, ascendant: float = 90.0, minutes: float = 0.0
) -> Candidates:
    """One chart under an upright sky: no tilt, no latitude."""
    return Candidates(
        np.array([minutes]),
        PLANETS[: len(longitudes)],
        np.array([longitudes]),
        np.array([armc]),
        np.array([ascendant]),
        np.array([armc]),
        0.0,
        0.0,
    )


def mover(values: list[float], rate: float = 0.0, drift: float = 0.0, name: str = "") -> Mover:
    count = len(values)
    return Mover(name, np.array(values), np.full(count, rate), np.full(count, drift))


def weighed(
    candidates: Candidates, technique: Technique, one: Mover, precision: float = 0.0
) -> FloatArray:
    weighing = Weighing(CONJUNCTION, ONE_DEGREE)
    precisions = np.full(len(one.values), precision)
    (found,) = strengths(candidates, {technique: [one]}, precisions, weighing)
    return found


# Candidates


@pytest.mark.parametrize("minute", [-1440.0, -119.5, 0.0, 1.0, 1440.0])
def test_candidates_have_the_angles_and_planets_of_their_minute(
    minute: float, ephemeris: SwissEphemeris
) -> None:
    minutes = np.array(sorted({-1440.0, -119.5, 0.0, 1.0, 1440.0}))
    found = candidates_of(MOMENT, PLACE, minutes, PLANETS, ephemeris, TROPICAL)
    index = minutes.tolist().index(minute)
    moment = MOMENT + minute / 1440.0
    division = ephemeris.divide(moment, PLACE, HouseSystem.EQUAL)
    # The tilt and the turn of the sky are those of the given birth: less than a hundredth of an
    # arc second and of a second of time off within a day.
    assert separation(found.armc[index], division.armc) < 1e-5
    assert separation(found.ascendant[index], division.ascendant) < 3e-5
    assert separation(found.midheaven[index], division.midheaven) < 3e-5
    exact = ephemeris.positions((moment,), PLANETS)[0, :, 0]
    assert found.longitudes[index] == pytest.approx(exact, abs=1e-7)


def test_one_candidate_is_enough(ephemeris: SwissEphemeris) -> None:
    found = candidates_of(MOMENT, PLACE, np.array([7.0]), PLANETS, ephemeris, TROPICAL)
    assert found.longitudes.shape == (1, 10)


# Targets


def test_primary_targets_are_the_arcs_of_directions(ephemeris: SwissEphemeris) -> None:
    candidates = candidates_of(MOMENT, PLACE, np.array([0.0]), PLANETS, ephemeris, TROPICAL)
    aspects = (AspectKind.CONJUNCTION, AspectKind.SEXTILE)
    targets, contacts = targets_of(Technique.PRIMARY_DIRECTIONS, candidates, aspects)
    sphere = Sphere(float(candidates.armc[0]), candidates.tilt, PLACE.latitude)
    mars = Position(Body.MARS, float(candidates.longitudes[0, 4]))
    ray = Ray(mars, AspectKind.CONJUNCTION, None)
    for angle in (Angle.ASC, Angle.MC):
        for converse, arcs_of in ((False, direct_arcs), (True, converse_arcs)):
            column = contacts.index(Contact("MARS", AspectKind.CONJUNCTION, angle, converse))
            arc = arcs_of([ray], [Position(angle, 0.0)], sphere, DirectionRules())[0, 0]
            assert targets[0, column] == pytest.approx(arc, abs=1e-9)
    assert len(contacts) == targets.shape[1] == 10 * 3 * 2 * 2


def test_what_never_rises_is_no_target_at_the_ascendant() -> None:
    candidates = standing([90.0])
    arctic = Candidates(
        **{
            **{name: getattr(candidates, name) for name in Candidates.__slots__},
            "tilt": 23.5,
            "latitude": 70.0,
        }
    )
    targets, contacts = targets_of(Technique.PRIMARY_DIRECTIONS, arctic, CONJUNCTION)
    known = {contact.fixed: bool(np.isfinite(targets[0, i])) for i, contact in enumerate(contacts)}
    assert known == {"ASC": False, "MC": True}


def test_solar_arc_leads_planets_to_angles_and_angles_to_planets() -> None:
    targets, contacts = targets_of(Technique.SOLAR_ARC, standing([80.0]), CONJUNCTION)
    assert dict(zip(contacts, targets[0].tolist(), strict=True)) == {
        Contact("SUN", AspectKind.CONJUNCTION, "ASC"): 10.0,
        Contact("ASC", AspectKind.CONJUNCTION, "SUN"): 350.0,
        Contact("SUN", AspectKind.CONJUNCTION, "MC"): 280.0,
        Contact("MC", AspectKind.CONJUNCTION, "SUN"): 80.0,
    }


def test_transits_and_the_progressed_moon_come_to_the_angles() -> None:
    aspects = (AspectKind.OPPOSITION, AspectKind.SQUARE)
    for technique in (Technique.TRANSITS, Technique.PROGRESSED_MOON):
        targets, contacts = targets_of(technique, standing([]), aspects)
        assert targets[0].tolist() == [270.0, 0.0, 180.0, 180.0, 270.0, 90.0]
        assert contacts[0] == Contact(None, AspectKind.OPPOSITION, "ASC")


def test_aspects_have_two_sides_but_conjunction_and_opposition() -> None:
    assert offsets_of((AspectKind.CONJUNCTION, AspectKind.TRINE)) == [
        (AspectKind.CONJUNCTION, 0.0),
        (AspectKind.TRINE, -120.0),
        (AspectKind.TRINE, 120.0),
    ]


# Movers


def test_movers_are_where_they_are_at_the_dates() -> None:
    sky = LinearEphemeris(
        {
            Body.SUN: Motion(350.0, 1.0),
            Body.MOON: Motion(10.0, 13.0),
            Body.JUPITER: Motion(100.0, 0.1),
            Body.SATURN: Motion(100.0, -0.05),
            Body.URANUS: Motion(0.0),
            Body.NEPTUNE: Motion(0.0),
            Body.PLUTO: Motion(0.0),
        }
    )
    dates = np.array([0.0, 20.0 * 365.24219])
    found = movers_at(tuple(Technique), 0.0, dates, Rate(0.5), sky, TROPICAL)
    (primary,) = found[Technique.PRIMARY_DIRECTIONS]
    assert primary.values == pytest.approx([0.0, 10.0])
    assert primary.rates == pytest.approx(0.5 / 365.24219)
    (arc,) = found[Technique.SOLAR_ARC]
    assert arc.values == pytest.approx([0.0, 20.0])
    (moon,) = found[Technique.PROGRESSED_MOON]
    assert moon.values == pytest.approx([10.0, 270.0])
    assert moon.drifts == pytest.approx(13.0)
    transits = {one.name: one for one in found[Technique.TRANSITS]}
    assert list(transits) == ["JUPITER", "SATURN", "URANUS", "NEPTUNE", "PLUTO"]
    assert transits["SATURN"].rates == pytest.approx(0.05)


def test_slow_planets_are_met_between_their_nodes(ephemeris: SwissEphemeris) -> None:
    dates = MOMENT + np.linspace(0.0, 5000.0, 57)
    found = movers_at((Technique.TRANSITS,), MOMENT, dates, Rate(1.0), ephemeris, TROPICAL)
    exact = ephemeris.positions(dates, SLOW)
    for index, one in enumerate(found[Technique.TRANSITS]):
        assert np.abs(folded(one.values - exact[:, index, 0])).max() < 1e-3
        assert one.rates == pytest.approx(np.abs(exact[:, index, 3]), abs=5e-3)


def test_the_progressed_moon_is_met_between_its_nodes(ephemeris: SwissEphemeris) -> None:
    dates = MOMENT + np.linspace(0.0, 20000.0, 57)
    found = movers_at((Technique.PROGRESSED_MOON,), MOMENT, dates, Rate(1.0), ephemeris, TROPICAL)
    moments = MOMENT + (dates - MOMENT) / 365.24219
    exact = ephemeris.positions(moments, (Body.MOON,))[:, 0, 0]
    assert np.abs(folded(found[Technique.PROGRESSED_MOON][0].values - exact)).max() < 1e-5


# Shuffled dates


def test_shuffled_dates_keep_their_gaps_in_another_order() -> None:
    dates = np.array([1000.0, 1001.0, 3000.0, 9000.0])
    found = shuffled(dates, 40, 0.0, np.random.default_rng(1))
    assert found.shape == (40, 4)
    gaps = np.sort(np.diff(np.sort(found, axis=1), axis=1), axis=1)
    assert gaps == pytest.approx(np.tile([1.0, 1999.0, 6000.0], (40, 1)))
    starts = found.min(axis=1)
    assert len(set(starts.tolist())) == 40
    assert (np.argmin(found, axis=1) != 0).any()  # the events change places too


def test_shuffled_dates_stay_after_the_birth_and_near_the_events() -> None:
    found = shuffled(np.array([1000.0, 1400.0]), 200, 900.0, np.random.default_rng(1))
    assert found.min() >= 900.0
    assert found.max() <= 1400.0 + 5.0 * 365.25
    assert shuffled(np.array([1000.0]), 9, 0.0, np.random.default_rng(1)).shape == (9, 1)


# Strengths


@pytest.mark.parametrize(
    ("value", "strength"),
    [(80.0, 1.0), (80.25, 0.75), (79.5, 0.5), (81.0, 0.0), (120.0, 0.0), (350.5, 0.5)],
)
def test_a_hit_is_as_strong_as_it_is_close(value: float, strength: float) -> None:
    found = weighed(standing([80.0]), Technique.SOLAR_ARC, mover([value]))
    assert found == pytest.approx([strength])


def test_hits_are_met_across_the_start_of_the_circle() -> None:
    for target, value in ((0.25, 359.75), (359.75, 0.25)):
        candidates = standing([], armc=180.0, ascendant=target)
        found = weighed(candidates, Technique.TRANSITS, mover([value]))
        assert found == pytest.approx([0.5])


def test_an_unsure_date_is_taken_off_the_orb_and_weakens_the_hit() -> None:
    candidates, rate = standing([80.0]), 0.01
    one = mover([80.0, 80.5, 80.9, 82.1], rate)
    found = weighed(candidates, Technique.SOLAR_ARC, one, precision=100.0)
    assert found == pytest.approx([0.5, 0.5, 0.5, 0.0])


def test_the_progressed_moon_moves_with_the_minute_of_birth() -> None:
    candidates = standing([], ascendant=10.5, minutes=60.0)
    found = weighed(candidates, Technique.PROGRESSED_MOON, mover([10.0], drift=12.0))
    assert found == pytest.approx([1.0])


def test_a_technique_counts_its_closest_mover_and_techniques_add_up() -> None:
    candidates = standing([80.0])
    weighing = Weighing(CONJUNCTION, ONE_DEGREE)
    several = {
        Technique.TRANSITS: [mover([90.5]), mover([0.25]), mover([200.0])],
        Technique.SOLAR_ARC: [mover([10.0])],
    }
    (found,) = strengths(candidates, several, np.zeros(1), weighing)
    assert found == pytest.approx([1.75])


def test_without_any_target_nothing_is_hit() -> None:
    found = weighed(standing([]), Technique.SOLAR_ARC, mover([10.0]))
    assert found.tolist() == [0.0]


def test_hits_tell_what_came_to_what() -> None:
    candidates = standing([80.0])
    weighing = Weighing(CONJUNCTION, {Technique.TRANSITS: 1.0, Technique.SOLAR_ARC: 2.0})
    several = {
        Technique.TRANSITS: [
            mover([90.5, 50.0], name="SATURN"),
            mover([0.25, 60.0], name="PLUTO"),
        ],
        Technique.SOLAR_ARC: [mover([79.0, 50.0])],
    }
    first, second = hits(candidates, 0, several, np.zeros(2), weighing)
    assert second == []
    assert [(hit.mover, hit.contact.fixed) for hit in first] == [
        ("PLUTO", "MC"),
        ("SATURN", "ASC"),
        ("", "SUN"),
    ]
    assert [hit.orb for hit in first] == pytest.approx([0.25, 0.5, 1.0])
    assert [hit.strength for hit in first] == pytest.approx([0.75, 0.5, 0.5])


# Windows


def test_windows_reach_down_to_the_middle_between_peak_and_mean() -> None:
    scores = np.array([0.0, 0.0, 3.0, 4.0, 2.5, 0.0, 0.0, 2.0, 0.0, 0.0])
    assert scores.mean() == pytest.approx(1.15)
    assert windows_of(scores, 5) == [Window(2, 3, 3), Window(7, 7, 7)]
    assert windows_of(scores, 1) == [Window(2, 3, 3)]


def test_the_slope_of_a_peak_is_no_peak() -> None:
    scores = np.array([5.0, 2.9, 2.8, 0.0, 0.0, 0.0, 0.0])
    assert windows_of(scores, 5) == [Window(0, 0, 0)]


def test_windows_end_where_a_better_one_begins() -> None:
    scores = np.array([5.0, 3.2, 3.0, 3.1, 0.0, 0.0, 0.0, 0.0])
    assert windows_of(scores, 5) == [Window(0, 0, 0), Window(1, 3, 3)]


def test_where_all_fits_alike_there_is_no_window() -> None:
    assert windows_of(np.full(9, 0.5), 5) == []

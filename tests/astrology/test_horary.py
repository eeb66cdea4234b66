"""Perfection between significators, under skies that move evenly or turn back by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from app.astrology.aspects import AspectKind
from app.astrology.bodies import Body, Celestial
from app.astrology.dignities import DignityRules
from app.astrology.frame import TROPICAL, Frame
from app.astrology.horary import (
    Finding,
    HoraryRules,
    Judge,
    Scheme,
    Technique,
    void_of_course,
)
from app.astrology.perfection import Forward, Window, weightier
from app.astrology.rulerships import SEVEN
from app.astrology.sky import FloatArray, Position, positions_at
from tests.doubles import LinearEphemeris, Motion

APART: dict[Body, Motion] = {
    Body.SUN: Motion(1.0, 1.0),
    Body.MOON: Motion(50.0, 13.0),
    Body.MERCURY: Motion(20.0, 1.2),
    Body.VENUS: Motion(318.0, 1.1),
    Body.MARS: Motion(166.0, 0.5),
    Body.JUPITER: Motion(75.0, 0.1),
    Body.SATURN: Motion(255.0, 0.05),
}
"""Seven planets of which only a few aspect each other."""


class TurningMars(LinearEphemeris):
    """Mars goes out and back on a parabola: it stands still `TURNS` days from now."""

    TURNS = 10.0

    def positions(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        rows = LinearEphemeris.positions(self, moments, bodies, frame)
        if Body.MARS in bodies:
            column = list(bodies).index(Body.MARS)
            days = np.asarray(moments) - self.epoch
            start = self.motions[Body.MARS].longitude
            rows[:, column, 0] = (start + 0.5 * days - 0.025 * days**2) % 360.0
            rows[:, column, 3] = 0.5 - 0.05 * days
        return rows


def looked_at(
    moved: Mapping[Body, Motion],
    rules: HoraryRules | None = None,
    window: Window | None = None,
    sky: type[LinearEphemeris] = LinearEphemeris,
) -> tuple[Judge, Forward, Scheme]:
    motions: dict[Celestial, Motion] = {p: moved.get(p, APART[p]) for p in SEVEN}
    ephemeris = sky(motions)
    placed: dict[Body, Position] = dict(
        zip(SEVEN, positions_at(0.0, SEVEN, ephemeris), strict=True)
    )
    scheme = Scheme(placed, dict.fromkeys(SEVEN, 1), [30.0 * n for n in range(12)], by_day=True)
    forward = Forward(0.0, TROPICAL, ephemeris, window or Window())
    return Judge(scheme, forward, rules or HoraryRules(), DignityRules()), forward, scheme


def kinds(findings: Sequence[Finding]) -> list[tuple[str, tuple[Body, ...]]]:
    return [(str(finding.technique), finding.planets) for finding in findings]


VENUS_TO_MARS = {
    Body.VENUS: Motion(100.0, 1.1),
    Body.MARS: Motion(103.0, 0.5),
}


def test_an_applying_aspect_perfects_when_real_motion_says() -> None:
    judge, _, _ = looked_at(VENUS_TO_MARS)
    (found,) = judge.between(Body.VENUS, Body.MARS)
    (leg,) = found.legs
    assert (found.technique, found.hindered) == (Technique.PERFECTION, False)
    assert (leg.kind, leg.orb, leg.applying) == (AspectKind.CONJUNCTION, 3.0, True)
    assert leg.contact is not None
    assert leg.contact.julian_day == pytest.approx(3.0 / 0.6, abs=1e-6)


def test_an_aspect_beyond_the_moieties_counts_only_on_request() -> None:
    far = {Body.VENUS: Motion(92.0, 1.1), Body.MARS: Motion(100.0, 0.1)}
    judge, _, _ = looked_at(far)
    assert judge.between(Body.VENUS, Body.MARS) == []
    judge, _, _ = looked_at(far, HoraryRules(within_orbs=False))
    assert judge.between(Body.VENUS, Body.MARS)[0].technique is Technique.PERFECTION
    judge, _, _ = looked_at(far, HoraryRules(orb_multiplier=1.2))
    assert judge.between(Body.VENUS, Body.MARS)[0].technique is Technique.PERFECTION


def test_a_separating_aspect_does_not_perfect() -> None:
    judge, _, _ = looked_at({Body.VENUS: Motion(104.0, 1.1), Body.MARS: Motion(103.0, 0.5)})
    assert judge.between(Body.VENUS, Body.MARS) == []


@pytest.mark.parametrize("mars", [118.9, 119.0, 119.1, 119.2, 119.3, 119.5])
def test_an_aspect_in_the_next_sign_is_unperfected_unless_allowed(mars: float) -> None:
    late = {Body.VENUS: Motion(115.0, 1.1), Body.MARS: Motion(mars, 0.5)}
    judge, _, _ = looked_at(late)
    (found,) = judge.between(Body.VENUS, Body.MARS)
    assert (found.technique, found.legs[0].contact) == (Technique.UNPERFECTED, None)
    judge, _, _ = looked_at(late, window=Window(in_sign=False))
    (found, *_) = judge.between(Body.VENUS, Body.MARS)
    assert found.technique is Technique.PERFECTION
    assert found.legs[0].contact is not None
    assert not found.legs[0].contact.in_sign


def test_a_planet_that_turns_before_exactness_refrains() -> None:
    """Mars at 100 + t/2 - t^2/40 reaches 102.5, and never Jupiter at 103."""
    moved = {Body.MARS: Motion(100.0), Body.JUPITER: Motion(103.0, 0.0)}
    judge, _, _ = looked_at(moved, sky=TurningMars)
    (found,) = judge.between(Body.MARS, Body.JUPITER)
    assert found.technique is Technique.REFRANATION
    assert found.turn is not None
    assert found.turn.julian_day == pytest.approx(10.0, abs=1e-6)
    assert found.turn.orb == pytest.approx(0.5, abs=1e-6)
    assert found.turn.planet is Body.MARS
    assert found.turn.station == pytest.approx(10.0, abs=1e-6)


def test_a_planet_that_reaches_exactness_before_it_turns_perfects() -> None:
    moved = {Body.MARS: Motion(100.0), Body.JUPITER: Motion(102.0, 0.0)}
    judge, _, _ = looked_at(moved, sky=TurningMars)
    (found, *_) = judge.between(Body.MARS, Body.JUPITER)
    assert found.technique is Technique.PERFECTION
    assert found.legs[0].contact is not None
    expected = 10.0 - (100.0 - 80.0) ** 0.5
    assert found.legs[0].contact.julian_day == pytest.approx(expected, abs=1e-6)


def test_both_contacts_beside_a_station_are_found() -> None:
    """Mars peaks at 102.5: it passes Jupiter at 102.49 twice, 0.63 days before and after."""
    moved = {Body.MARS: Motion(100.0), Body.JUPITER: Motion(102.49, 0.0)}
    _, forward, _ = looked_at(moved, sky=TurningMars)
    found = [c.julian_day for c in forward.coming(Body.MARS, Body.JUPITER)]
    apart = 0.4**0.5
    assert found[:2] == pytest.approx([10.0 - apart, 10.0 + apart], abs=1e-6)


def test_a_third_planet_that_is_exact_first_prohibits() -> None:
    moved = {**VENUS_TO_MARS, Body.MERCURY: Motion(160.0, 1.5)}  # sextile Venus, almost
    judge, _, _ = looked_at(moved)
    main, hindrance = judge.between(Body.VENUS, Body.MARS)
    assert main.hindered
    assert kinds([hindrance]) == [("PROHIBITION", (Body.MERCURY, Body.MARS))]
    assert hindrance.legs[0].contact is not None
    assert hindrance.legs[0].contact.julian_day == pytest.approx(3.0, abs=1e-6)


def test_the_weightier_planet_joined_by_another_first_frustrates() -> None:
    moved = {**VENUS_TO_MARS, Body.MERCURY: Motion(102.0, 1.5)}
    judge, _, _ = looked_at(moved)
    main, hindrance, carried = judge.between(Body.VENUS, Body.MARS)
    assert main.hindered
    assert kinds([hindrance]) == [("FRUSTRATION", (Body.MERCURY, Body.MARS))]
    assert carried.technique is Technique.TRANSLATION  # it has just left Venus


def test_the_moon_prohibits_only_on_request() -> None:
    moved = {**VENUS_TO_MARS, Body.MOON: Motion(90.0, 13.0)}
    judge, _, _ = looked_at(moved)
    assert not judge.between(Body.VENUS, Body.MARS)[0].hindered
    judge, _, _ = looked_at(moved, HoraryRules(moon_prohibits=True))
    assert judge.between(Body.VENUS, Body.MARS)[0].hindered


CARRIED = {
    Body.VENUS: Motion(100.0, 1.1),
    Body.MARS: Motion(115.0, 0.5),
    Body.MOON: Motion(104.0, 13.0),
    Body.MERCURY: Motion(28.0, 1.2),
}


def test_a_lighter_planet_translates_light() -> None:
    judge, _, _ = looked_at(CARRIED, HoraryRules(orb_multiplier=1.2))
    (found,) = judge.between(Body.VENUS, Body.MARS)
    assert kinds([found]) == [("TRANSLATION", (Body.MOON, Body.VENUS, Body.MARS))]
    separating, coming = found.legs
    assert (separating.applying, coming.applying) == (False, True)
    assert separating.contact is not None
    assert coming.contact is not None
    assert separating.contact.julian_day == pytest.approx(-4.0 / 11.9, abs=1e-6)
    assert coming.contact.julian_day == pytest.approx(11.0 / 12.5, abs=1e-6)


def test_a_planet_met_in_between_stops_a_translation() -> None:
    between = {**CARRIED, Body.JUPITER: Motion(110.0, 0.1)}
    judge, _, _ = looked_at(between, HoraryRules(orb_multiplier=1.2))
    assert "TRANSLATION" not in dict(kinds(judge.between(Body.VENUS, Body.MARS)))


def test_a_weightier_planet_translates_only_on_request() -> None:
    moved = {
        Body.MOON: Motion(102.0, 0.4),
        Body.VENUS: Motion(100.0, 0.2),
        Body.MERCURY: Motion(104.0, 0.1),
    }
    judge, _, _ = looked_at(moved, HoraryRules(translator_lighter=False))
    heavy = judge.between(Body.MOON, Body.MERCURY)
    assert all(finding.planets[0] is not Body.SATURN for finding in heavy)
    strict, _, _ = looked_at(moved)
    assert len(strict.between(Body.MOON, Body.MERCURY)) <= len(heavy)


COLLECTED = {
    Body.VENUS: Motion(97.5, 1.1),
    Body.MERCURY: Motion(44.8, 1.5),
    Body.SATURN: Motion(105.0, 0.05),
}


def test_a_weightier_planet_collects_light() -> None:
    judge, _, _ = looked_at(COLLECTED)
    found = [f for f in judge.between(Body.VENUS, Body.MERCURY) if f.technique == "COLLECTION"]
    assert kinds(found) == [("COLLECTION", (Body.SATURN, Body.VENUS, Body.MERCURY))]
    days = [leg.contact.julian_day for leg in found[0].legs if leg.contact is not None]
    assert days == pytest.approx([7.5 / 1.05, 0.2 / 1.45], abs=1e-6)


def test_significators_that_see_each_other_need_no_collection() -> None:
    seen = {**COLLECTED, Body.MERCURY: Motion(41.0, 1.5)}
    judge, _, _ = looked_at(seen)
    assert "COLLECTION" not in dict(kinds(judge.between(Body.VENUS, Body.MERCURY)))
    judge, _, _ = looked_at(seen, HoraryRules(collection_unbeheld=False))
    assert "COLLECTION" in dict(kinds(judge.between(Body.VENUS, Body.MERCURY)))


def test_collection_may_ask_for_reception() -> None:
    rules = HoraryRules(collection_received=True)
    judge, _, _ = looked_at(COLLECTED, rules)
    assert "COLLECTION" not in dict(kinds(judge.between(Body.VENUS, Body.MERCURY)))


def test_a_significator_between_the_malefics_is_besieged() -> None:
    moved = {Body.MARS: Motion(110.0, 0.5), Body.SATURN: Motion(120.0, 0.05)}
    judge, _, _ = looked_at({**moved, Body.VENUS: Motion(115.0, 1.1)})
    assert kinds(judge.besieged(Body.VENUS)) == [
        ("BESIEGING", (Body.MARS, Body.SATURN, Body.VENUS))
    ]
    assert judge.besieged(Body.SUN) == []


def test_the_moon_is_void_if_she_meets_nobody_in_her_sign() -> None:
    _, forward, scheme = looked_at({Body.MOON: Motion(56.0, 13.0)})
    void = void_of_course(scheme, forward)
    assert (void.is_void, void.contacts, void.excused) == (True, (), True)
    assert void.leaves_sign == pytest.approx(4.0 / 13.0, abs=1e-8)


def test_the_moon_is_not_void_with_an_aspect_before_the_cusp() -> None:
    _, forward, scheme = looked_at({Body.MOON: Motion(90.0, 13.0), Body.SUN: Motion(0.5, 1.0)})
    void = void_of_course(scheme, forward)
    assert not void.is_void
    assert void.contacts[0].pair == {Body.SUN, Body.MOON}
    assert void.contacts[0].julian_day == pytest.approx(0.5 / 12.0, abs=1e-8)


def test_a_window_ends_what_comes_later() -> None:
    slow = {Body.VENUS: Motion(100.0, 0.2), Body.MARS: Motion(103.0, 0.1)}
    judge, _, _ = looked_at(slow, window=Window(20.0))
    assert judge.between(Body.VENUS, Body.MARS)[0].technique is Technique.UNPERFECTED
    judge, _, _ = looked_at(slow, window=replace(Window(20.0), days=40.0))
    assert judge.between(Body.VENUS, Body.MARS)[0].technique is Technique.PERFECTION


def test_saturn_is_weightier_than_all() -> None:
    assert all(weightier(Body.SATURN, planet) for planet in SEVEN if planet is not Body.SATURN)
    assert not weightier(Body.MOON, Body.MERCURY)

"""Tables of rulership, essential dignity, almutens, receptions and dispositors."""

from __future__ import annotations

from collections import Counter

import pytest

from app.astrology.bodies import Body
from app.astrology.dignities import (
    Dignity,
    DignityRules,
    TriplicityScope,
    almutens,
    claims,
    essential,
    lords_at,
)
from app.astrology.receptions import ReceptionKind, behold, chains, dispositor, receptions_among
from app.astrology.rulerships import (
    DOMICILES,
    EXALTATIONS,
    OUTER,
    SEVEN,
    TERMS,
    FaceSystem,
    RulershipSystem,
    TermSystem,
    TriplicitySystem,
    face_lord,
    opposite,
    term_lord,
)
from app.astrology.zodiac import SIGNS, Sign

MODERN = DignityRules(RulershipSystem.MODERN)
PLAIN = DignityRules()


@pytest.mark.parametrize("system", TermSystem)
def test_the_terms_of_a_sign_fill_it_with_five_planets_but_the_lights(system: TermSystem) -> None:
    for terms in TERMS[system].values():
        assert {ruler for ruler, _ in terms} == set(SEVEN) - {Body.SUN, Body.MOON}
        ends = [end for _, end in terms]
        assert ends == sorted(set(ends))
        assert ends[-1] == 30


@pytest.mark.parametrize(
    ("sign", "degree", "lord"),
    [
        (Sign.ARIES, 0.0, Body.JUPITER),
        (Sign.ARIES, 5.999, Body.JUPITER),
        (Sign.ARIES, 6.0, Body.VENUS),
        (Sign.PISCES, 29.999, Body.SATURN),
    ],
)
def test_a_term_ends_before_the_next_begins(sign: Sign, degree: float, lord: Body) -> None:
    assert term_lord(sign, degree, TermSystem.EGYPTIAN) is lord


def test_chaldean_faces_run_from_mars_to_mars() -> None:
    faces = [
        face_lord(sign, degree, FaceSystem.CHALDEAN) for sign in SIGNS for degree in (0.0, 10.0, 29)
    ]
    assert faces[:4] == [Body.MARS, Body.SUN, Body.VENUS, Body.MERCURY]
    assert faces[35] is Body.MARS
    assert Counter(faces)[Body.MARS] == 6
    assert all(Counter(faces)[planet] == 5 for planet in SEVEN if planet is not Body.MARS)


def test_decans_of_a_triplicity_belong_to_its_three_signs() -> None:
    decans = [face_lord(Sign.CANCER, degree, FaceSystem.TRIPLICITY) for degree in (9, 10, 20)]
    assert decans == [Body.MOON, Body.MARS, Body.JUPITER]


@pytest.mark.parametrize("sign", SIGNS)
def test_detriment_and_fall_stand_opposite_domicile_and_exaltation(sign: Sign) -> None:
    lords = lords_at(SIGNS.index(sign) * 30.0, PLAIN)
    assert lords.detriment == (DOMICILES[opposite(sign)],)
    fallen = [planet for planet, (where, _) in EXALTATIONS.items() if where is opposite(sign)]
    assert lords.fall == tuple(fallen)


def test_mercury_in_virgo_has_domicile_and_exaltation_together() -> None:
    points = essential(Body.MERCURY, 150.0, PLAIN, by_day=True)
    assert (points.rulership, points.exaltation, points.term) == (5, 4, 2)
    assert points.total == 11
    assert not points.peregrine


def test_a_planet_can_be_fallen_and_peregrine() -> None:
    points = essential(Body.SATURN, 0.5, PLAIN, by_day=True)
    assert (points.fall, points.total, points.peregrine) == (-4, -4, True)


def test_the_triplicity_ruler_goes_by_sect() -> None:
    for by_day, sun, jupiter in ((True, 3, 0), (False, 0, 3)):
        assert essential(Body.SUN, 250.0, PLAIN, by_day=by_day).triplicity == sun
        assert essential(Body.JUPITER, 250.0, PLAIN, by_day=by_day).triplicity == jupiter
    everyone = DignityRules(scope=TriplicityScope.ALL_THREE)
    for planet in (Body.SUN, Body.JUPITER, Body.SATURN):
        assert essential(planet, 250.0, everyone, by_day=True).triplicity == 3


@pytest.mark.parametrize(
    ("system", "day", "night"),
    [
        (TriplicitySystem.DOROTHEAN, {Body.VENUS}, {Body.MARS}),
        (TriplicitySystem.PTOLEMAIC, {Body.MARS, Body.VENUS}, {Body.MARS, Body.MOON}),
        (TriplicitySystem.LILLY, {Body.MARS}, {Body.MARS}),
    ],
)
def test_authors_disagree_about_water(
    system: TriplicitySystem, day: set[Body], night: set[Body]
) -> None:
    rules = DignityRules(triplicity=system)
    for by_day, expected in ((True, day), (False, night)):
        found = {p for p in SEVEN if essential(p, 100.0, rules, by_day=by_day).triplicity}
        assert found == expected


def test_modern_co_rulers_own_their_signs_beside_the_old_ones() -> None:
    uranus = essential(Body.URANUS, 310.0, MODERN, by_day=True)
    assert (uranus.rulership, uranus.peregrine) == (5, False)
    assert essential(Body.SATURN, 310.0, MODERN, by_day=True).rulership == 5
    assert essential(Body.URANUS, 130.0, MODERN, by_day=True).detriment == -5
    assert essential(Body.URANUS, 310.0, PLAIN, by_day=True).rulership == 0
    assert MODERN.planets == SEVEN + OUTER


def test_outer_planets_are_exalted_only_where_the_caller_says() -> None:
    own = DignityRules(RulershipSystem.MODERN, exaltations={Body.URANUS: Sign.SCORPIO})
    assert essential(Body.URANUS, 220.0, MODERN, by_day=True).exaltation == 0
    assert essential(Body.URANUS, 220.0, own, by_day=True).exaltation == 4
    assert essential(Body.URANUS, 40.0, own, by_day=True).fall == -4


def test_almutens_that_tie_are_all_told() -> None:
    assert almutens(280.62378, PLAIN, by_day=True) == [Body.MARS, Body.SATURN]
    assert [claim.points for claim in claims(280.62378, PLAIN, by_day=True)] == [5, 5, 3, 2]


@pytest.mark.parametrize("by_day", [True, False])
def test_no_degree_gives_more_than_its_fifteen_points(*, by_day: bool) -> None:
    for degree in range(360):
        total = sum(claim.points for claim in claims(degree, PLAIN, by_day=by_day))
        assert total in {11, 15}  # four or five dignities, for some signs exalt nobody


def test_planets_in_each_others_signs_receive_each_other() -> None:
    places = {Body.VENUS: 5.0, Body.MARS: 35.0}  # Aries and Taurus
    (found,) = receptions_among(places, (Dignity.DOMICILE,), PLAIN, by_day=True)
    assert (found.kind, found.shared) == (ReceptionKind.MUTUAL, (Dignity.DOMICILE,))
    seen = receptions_among(places, (Dignity.DOMICILE,), PLAIN, by_day=True, beholding=True)
    assert seen == []  # neighbouring signs do not see each other


def test_a_mixed_reception_runs_by_two_dignities() -> None:
    places = {Body.SUN: 41.0, Body.MOON: 10.0}  # the Sun in her exaltation, the Moon in his
    (found,) = receptions_among(places, (Dignity.EXALTATION,), PLAIN, by_day=True)
    assert found.kind is ReceptionKind.MUTUAL
    places = {Body.SUN: 100.0, Body.MOON: 10.0}
    by = (Dignity.DOMICILE, Dignity.EXALTATION)
    (found,) = receptions_among(places, by, PLAIN, by_day=True)
    assert (found.kind, found.by, found.back) == (
        ReceptionKind.MIXED,
        (Dignity.DOMICILE,),
        (Dignity.EXALTATION,),
    )


def test_a_one_sided_reception_names_the_guest_first() -> None:
    places = {Body.SUN: 130.0, Body.SATURN: 125.0}
    (found,) = receptions_among(places, (Dignity.DOMICILE,), PLAIN, by_day=True)
    assert (found.guest, found.host, found.kind) == (
        Body.SATURN,
        Body.SUN,
        ReceptionKind.ONE_SIDED,
    )


@pytest.mark.parametrize(
    ("a", "b", "seen"),
    [(0, 359, False), (0, 60, True), (15, 165, False), (0, 180, True), (5, 6, True)],
)
def test_signs_see_each_other_by_ptolemaic_aspects(a: float, b: float, *, seen: bool) -> None:
    assert behold(a, b) is seen


def test_a_chain_ends_in_a_planet_at_home() -> None:
    places = {Body.SUN: 310.0, Body.SATURN: 280.0, Body.MOON: 130.0}
    sun, saturn, moon = chains(places)
    assert (sun.dispositors, sun.final, sun.loop) == ((Body.SATURN,), Body.SATURN, ())
    assert (saturn.dispositors, saturn.final) == ((), Body.SATURN)
    assert moon.dispositors == (Body.SUN, Body.SATURN)


def test_a_chain_may_run_in_a_ring() -> None:
    places = {Body.VENUS: 5.0, Body.MARS: 35.0, Body.SUN: 185.0}
    *_, sun = chains(places)
    assert (sun.dispositors, sun.final) == ((Body.VENUS, Body.MARS), None)
    assert sun.loop == (Body.VENUS, Body.MARS)


def test_modern_dispositors_are_the_new_rulers() -> None:
    assert dispositor(310.0) is Body.SATURN
    assert dispositor(310.0, modern=True) is Body.URANUS
    assert dispositor(10.0, modern=True) is Body.MARS

"""Lots as sums of points, turned around by night, resting on each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.astrology.angles import norm, separation
from app.astrology.bodies import Body, Celestial, Lot
from app.astrology.chart import Conventions, Instant
from app.astrology.houses import HouseBy, HouseRule, HouseSystem
from app.astrology.lot_sets import (
    LotSet,
    bodies_behind,
    formulas_of,
    formulas_of_points,
    reverses_by_default,
)
from app.astrology.lots import CyclicLot, Formula, cast_lots, points_behind
from app.astrology.place import Place
from tests.doubles import LinearEphemeris, Motion

WHERE = {"ASC": 100.0, "SUN": 50.0, "MOON": 20.0, "VENUS": 350.0, "MARS": 10.0}
FORTUNE = Formula("FORTUNE", "MOON", "SUN")
SPIRIT = Formula("SPIRIT", "SUN", "MOON")
EROS = Formula("EROS", "VENUS", "SPIRIT")
FORMULAS = {formula.name: formula for formula in (FORTUNE, SPIRIT, EROS)}
degrees = st.floats(0.0, 360.0, exclude_max=True)


def cast(name: str, *, by_day: bool = True, formulas: dict[str, Formula] = FORMULAS) -> float:
    (found,) = cast_lots([name], formulas, WHERE.__getitem__, by_day=by_day)
    return found.longitude


def test_a_lot_is_as_far_from_the_ascendant_as_one_point_is_from_another() -> None:
    assert cast("FORTUNE") == 70.0
    assert cast("SPIRIT") == 130.0


def test_a_lot_turns_around_by_night() -> None:
    assert cast("FORTUNE", by_day=False) == 130.0
    assert cast("SPIRIT", by_day=False) == 70.0


def test_a_lot_that_does_not_reverse_is_the_same_by_night() -> None:
    still = {"FORTUNE": Formula("FORTUNE", "MOON", "SUN", reverses=False)}
    assert cast("FORTUNE", by_day=False, formulas=still) == 70.0


def test_a_lot_rests_on_another_that_turns_around_too() -> None:
    assert cast("EROS") == norm(100.0 + 350.0 - 130.0)
    assert cast("EROS", by_day=False) == norm(100.0 + 70.0 - 350.0)


def test_a_formula_tells_what_is_applied_by_day_and_by_night() -> None:
    assert EROS.text() == "ASC + VENUS - SPIRIT"
    assert EROS.text(by_day=False) == "ASC + SPIRIT - VENUS"
    (night,) = cast_lots(["EROS"], FORMULAS, WHERE.__getitem__, by_day=False)
    assert night.reversed
    (day,) = cast_lots(["EROS"], FORMULAS, WHERE.__getitem__, by_day=True)
    assert not day.reversed


def test_the_points_behind_lots_are_told_once_and_no_lots() -> None:
    assert points_behind(["EROS", "FORTUNE"], FORMULAS) == ["ASC", "VENUS", "SUN", "MOON"]


def test_a_lot_that_rests_on_itself_is_refused_with_the_way_it_does() -> None:
    ring = {
        "A": Formula("A", "B", "SUN"),
        "B": Formula("B", "MOON", "C"),
        "C": Formula("C", "SUN", "B"),
    }
    with pytest.raises(CyclicLot, match="B -> C -> B"):
        points_behind(["A"], ring)
    with pytest.raises(CyclicLot, match="A -> A"):
        points_behind(["A"], {"A": Formula("A", "SUN", "MOON", "A")})


def test_lots_that_rest_on_each_other_three_times_over_are_found_at_once() -> None:
    """Without remembering them 3 to the 40th lots would be looked at."""
    tower = {f"L{n}": Formula(f"L{n}", f"L{n - 1}", f"L{n - 1}", f"L{n - 1}") for n in range(1, 41)}
    tower["L0"] = Formula("L0", "SUN", "MOON")
    assert points_behind(["L40"], tower) == ["ASC", "SUN", "MOON"]
    assert cast("L40", formulas=tower) == cast("L0", formulas=tower)


@given(degrees, degrees, degrees)
def test_fortune_and_spirit_are_mirrored_at_the_ascendant(
    asc: float, sun: float, moon: float
) -> None:
    where = {"ASC": asc, "SUN": sun, "MOON": moon}
    fortune, spirit = cast_lots(["FORTUNE", "SPIRIT"], FORMULAS, where.__getitem__, by_day=True)
    assert 0.0 <= fortune.longitude < 360.0
    assert separation(norm(fortune.longitude - asc), norm(asc - spirit.longitude)) < 1e-9


# Sets


def test_the_sets_hold_the_lots_that_their_authors_have() -> None:
    sizes = {lots: len(formulas_of(lots, reversing=True)) for lots in LotSet}
    assert sizes == {
        LotSet.NOCTURNA: 20,
        LotSet.HERMETIC: 7,
        LotSet.VALENS: 4,
        LotSet.DOROTHEAN: 6,
    }
    assert [lots for lots in LotSet if not reverses_by_default(lots)] == [LotSet.NOCTURNA]


@pytest.mark.parametrize("lots", LotSet, ids=str)
@pytest.mark.parametrize("reversing", [True, False])
def test_a_set_turns_around_as_a_whole(lots: LotSet, *, reversing: bool) -> None:
    assert {one.reverses for one in formulas_of(lots, reversing=reversing).values()} == {reversing}


@pytest.mark.parametrize("lots", LotSet, ids=str)
def test_the_formulas_of_a_set_rest_on_known_points(lots: LotSet) -> None:
    formulas = formulas_of(lots, reversing=True)
    assert set(points_behind(formulas, formulas)) <= {*Body, "ASC", "MC"}
    assert all(name == formula.name for name, formula in formulas.items())


def test_traditions_take_by_day_what_the_old_api_takes_always() -> None:
    """DEFINITIONS.md 3: its FATHER, MOTHER and CHILDREN are the night forms."""
    old = formulas_of(LotSet.NOCTURNA, reversing=False)
    family = formulas_of(LotSet.DOROTHEAN, reversing=True)
    for name in ("FATHER", "MOTHER", "CHILDREN"):
        assert old[name].text() == family[name].text(by_day=False)


# Lots as points of a chart


def test_the_hermetic_lots_are_points_of_a_chart() -> None:
    names = [str(lot) for lot in Lot]
    assert list(formulas_of_points(reversing=True)) == names
    assert bodies_behind([Lot.LOT_OF_EROS]) == [Body.VENUS, Body.SUN, Body.MOON]


@pytest.mark.parametrize(("midheaven", "by_day"), [(50.0, True), (230.0, False)])
def test_a_chart_places_them_by_its_sect(midheaven: float, *, by_day: bool) -> None:
    motions: dict[Celestial, Motion] = {
        Body(name): Motion(where) for name, where in WHERE.items() if name != "ASC"
    }
    sky = LinearEphemeris(motions, ascendant=100.0, midheaven=midheaven)
    chart = Instant(0.0, Place(0.0, 0.0), Conventions(), sky)
    lots = (Lot.LOT_OF_EROS, Lot.SPIRIT, Lot.FORTUNE)
    longitudes = [position.longitude for position in chart.place_points(lots)]
    assert longitudes == [cast(name, by_day=by_day) for name in ("EROS", "SPIRIT", "FORTUNE")]


@pytest.mark.parametrize(("reversal", "house"), [(True, 2), (False, 12)])
def test_a_lot_is_in_the_house_of_its_own_formula_by_position_too(
    *, reversal: bool, house: int
) -> None:
    """By night Fortune stands at 130 degrees or, unreversed, at 70, under an ascendant of 100."""
    motions: dict[Celestial, Motion] = {Body.SUN: Motion(50.0), Body.MOON: Motion(20.0)}
    sky = LinearEphemeris(motions, ascendant=100.0, midheaven=230.0)
    rule = HouseRule(HouseBy.POSITION)
    conventions = Conventions(house_rule=rule, sect_reversal=reversal)
    chart = Instant(0.0, Place(0.0, 0.0), conventions, sky)
    division = chart.divide(HouseSystem.EQUAL)
    fortune = chart.place_points((Lot.FORTUNE,), division)
    assert chart.houses_of(fortune, division) == chart.houses_at(fortune, division) == [house]

"""Lots through the public calculation, under a sky whose positions are known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.bodies import Body, Celestial
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask, birth
from tests.doubles import LinearEphemeris, Motion

MOTIONS: dict[Celestial, Motion] = {
    Body.SUN: Motion(50.0, 1.0),
    Body.MOON: Motion(20.0, 13.0),
    Body.MERCURY: Motion(40.0, 1.5),
    Body.VENUS: Motion(350.0, 1.0),
    Body.MARS: Motion(71.0, 0.5),
    Body.JUPITER: Motion(129.0, 0.25),
    Body.SATURN: Motion(200.0, -0.125),
}
DAY = LinearEphemeris(MOTIONS, ascendant=100.0, midheaven=50.0, epoch=2451545.0)
NIGHT = LinearEphemeris(MOTIONS, ascendant=100.0, midheaven=230.0, epoch=2451545.0)
NOON = {"date": "2000-01-01", "time": "12:00", "latitude": 0.0, "longitude": 10.0}
PLACE = {"house_system": "EQUAL"}
TWENTY = [
    *("FORTUNE", "SPIRIT", "NECESSITY", "VALOR", "VICTORY", "BASIS", "MARRIAGE", "CHILDREN"),
    *("FATHER", "MOTHER", "BROTHERS", "SISTERS", "HEALTH", "DEATH", "TRAVEL", "WEALTH"),
    *("CAREER", "HONOR", "RELIGION", "HAPPINESS"),
]


def asked(sky: LinearEphemeris = DAY, **request: Any) -> Asked:
    return ask("arabic-parts", {**NOON, **PLACE, **request}, sky)


def parts(sky: LinearEphemeris = DAY, **request: Any) -> dict[str, dict[str, Any]]:
    return {row["lot"]: row for row in asked(sky, **request).data["parts"]}


def own(**fields: Any) -> dict[str, Any]:
    return {"name": "MINE", "plus": "VENUS", "minus": "MARS", **fields}


def problem(**request: Any) -> tuple[str, str]:
    answer = asked(**request)
    assert answer.status == 422
    (found,) = answer.error["details"]["errors"]
    return found["field"], found["expected"]


def test_a_lot_tells_its_place_and_its_formula() -> None:
    data = asked(parts=["FORTUNE"]).data
    assert data == {
        "parts": [
            {
                "lot": "FORTUNE",
                "longitude": 70.0,
                "latitude": 0.0,
                "sign": "GEMINI",
                "degree": 10,
                "minute": 0,
                "second": 0,
                "house": 12,
                "formula": "ASC + MOON - SUN",
                "applied_formula": "ASC + MOON - SUN",
                "is_reversed": False,
            }
        ],
        "set": "HERMETIC",
        "is_day": True,
        "sect_reversal": True,
        "house_system": "EQUAL",
    }


def test_the_twenty_parts_of_the_api_come_in_their_order_alike_by_day_and_night() -> None:
    assert list(parts(set="NOCTURNA")) == TWENTY
    by_day, by_night = parts(DAY, set="NOCTURNA"), parts(NIGHT, set="NOCTURNA")
    del by_day["CAREER"], by_night["CAREER"]  # the midheaven has turned
    assert by_night == by_day


def test_other_sets_turn_around_by_night_unless_told_otherwise() -> None:
    night = parts(NIGHT, set="HERMETIC")
    assert night["FORTUNE"]["longitude"] == 130.0
    assert night["FORTUNE"]["applied_formula"] == "ASC + SUN - MOON"
    assert night["FORTUNE"]["formula"] == "ASC + MOON - SUN"
    assert {row["is_reversed"] for row in night.values()} == {True}
    still = parts(NIGHT, set="HERMETIC", sect_reversal=False)
    assert still == parts(DAY, set="HERMETIC")
    turned = parts(NIGHT, set="NOCTURNA", sect_reversal=True)
    assert turned["CAREER"]["applied_formula"] == "ASC + SUN - MC"


def test_an_answer_tells_whether_its_lots_turn_around_by_night() -> None:
    told = {
        lots: asked(NIGHT, set=lots).data["sect_reversal"]
        for lots in ("NOCTURNA", "HERMETIC", "VALENS", "DOROTHEAN")
    }
    assert told == {"NOCTURNA": False, "HERMETIC": True, "VALENS": True, "DOROTHEAN": True}
    assert asked(NIGHT, sect_reversal=False).data["sect_reversal"] is False


def test_fortune_by_night_is_that_of_the_natal_chart(ephemeris: SwissEphemeris) -> None:
    night = birth(time="01:00:00")
    assert ask("natal-chart", night, ephemeris).data["is_day"] is False
    chart = ask("natal-chart", {**night, "planets": ["FORTUNE", "SPIRIT"]}, ephemeris)
    lots = ask("arabic-parts", {**night, "parts": ["FORTUNE", "SPIRIT"]}, ephemeris)
    assert [row["longitude"] for row in lots.data["parts"]] == [
        row["longitude"] for row in chart.data["positions"]
    ]


@pytest.mark.parametrize(
    ("lots", "names"),
    [
        ("hermetic", ["FORTUNE", "SPIRIT", "EROS", "NECESSITY", "COURAGE", "VICTORY", "NEMESIS"]),
        ("Valens", ["FORTUNE", "SPIRIT", "EROS", "NECESSITY"]),
        ("DOROTHEAN", ["FORTUNE", "SPIRIT", "FATHER", "MOTHER", "BROTHERS", "CHILDREN"]),
    ],
)
def test_a_set_has_its_lots(lots: str, names: list[str]) -> None:
    assert list(parts(set=lots)) == names


def test_lots_are_named_in_any_spelling_and_answered_in_the_order_asked() -> None:
    assert list(parts(parts=["spirit", "Fortuna", "PART-OF-FORTUNE"])) == ["SPIRIT", "FORTUNE"]
    assert list(parts(set="HERMETIC", parts=["love", "LOT_OF_NEMESIS"])) == ["EROS", "NEMESIS"]


def test_a_lot_of_another_set_is_refused_with_its_set() -> None:
    field, expected = problem(set="NOCTURNA", parts=["FORTUNE", "EROS"])
    assert field == "parts.1"
    assert expected.startswith("a lot of set NOCTURNA")
    assert expected.endswith("EROS belongs to set HERMETIC and VALENS")
    assert "nearest: FORTUNE" in problem(parts=["FORTUN"])[1]


# Own formulas


def test_an_own_formula_rests_on_any_point_and_any_other_lot() -> None:
    mine = own(minus="fortune", **{"from": "MC"})
    second = own(name="SECOND", plus="MINE", minus="LOT_OF_EROS")
    found = parts(parts=["SPIRIT"], own_parts=[mine, second])
    assert list(found) == ["SPIRIT", "MINE", "SECOND"]
    assert found["MINE"]["longitude"] == 50.0 + 350.0 - 70.0
    assert found["MINE"]["formula"] == "MC + VENUS - FORTUNE"
    eros = (100.0 + 350.0 - 130.0) % 360.0
    assert found["SECOND"]["longitude"] == (100.0 + 330.0 - eros) % 360.0


def test_an_own_formula_turns_around_by_night_if_it_says_so() -> None:
    both = [own(), own(name="STILL", reverses=False)]
    found = parts(NIGHT, parts=["FORTUNE"], own_parts=both)
    assert found["MINE"]["applied_formula"] == "ASC + MARS - VENUS"
    assert found["STILL"]["applied_formula"] == "ASC + VENUS - MARS"
    assert found["FORTUNE"]["is_reversed"] is True


@pytest.mark.parametrize(
    ("own_parts", "field", "expected"),
    [
        ([own(name="MOON")], "own_parts.0.name", "a name that no point and no other lot has"),
        ([own(name="COURAGE")], "own_parts.0.name", "a name that no point and no other lot has"),
        ([own(), own()], "own_parts.1.name", "a name that no point and no other lot has"),
        ([own(plus="MINE")], "own_parts.0", "do not rest on the lot itself"),
        (
            [own(plus="OTHER"), own(name="OTHER", minus="MINE")],
            "own_parts.0",
            "do not rest on the lot itself",
        ),
        ([own(plus="VENUZ")], "own_parts.0.plus", "(nearest: VENUS)"),
        ([own(**{"from": "NOWHERE"})], "own_parts.0.from", "a known point or lot"),
        ([own(minus=5)], "own_parts.0.minus", "a name"),
        ([own()] * 17, "own_parts", "at most 16 items"),
    ],
)
def test_an_own_formula_that_means_nothing_is_refused_by_name(
    own_parts: list[Any], field: str, expected: str
) -> None:
    found, text = problem(own_parts=own_parts)
    assert found == field
    assert expected in text


def test_a_ring_of_own_formulas_is_told_in_full() -> None:
    ring = [own(plus="OTHER"), own(name="OTHER", minus="MINE")]
    assert "MINE -> OTHER -> MINE" in asked(own_parts=ring).error["message"]


def test_sixteen_lots_that_rest_on_each_other_are_answered_at_once() -> None:
    tower = [
        own(name=f"L{n}", plus=below, minus=below, **{"from": below})
        for n, below in enumerate(["FORTUNE", *(f"L{n}" for n in range(15))])
    ]
    assert parts(own_parts=tower)["L15"]["longitude"] == 70.0


# Aspects and houses


def test_aspects_are_with_the_planets_for_which_lots_stand_still() -> None:
    found = parts(
        parts=["FORTUNE"],
        include_aspects=True,
        planets=["MARS", "JUPITER", "MERCURY"],
        aspects=["CONJUNCTION", "SEXTILE"],
    )
    assert found["FORTUNE"]["aspects"] == [
        {
            "planet": "MARS",
            "aspect_type": "CONJUNCTION",
            "angle": 0.0,
            "orb": 1.0,
            "applying": False,
            "strength": 0.9,
        },
        {
            "planet": "JUPITER",
            "aspect_type": "SEXTILE",
            "angle": 60.0,
            "orb": 1.0,
            "applying": True,
            "strength": pytest.approx(5.0 / 6.0),
        },
    ]
    assert "aspects" not in parts(parts=["FORTUNE"])["FORTUNE"]


def test_houses_are_left_out_or_taken_in_space() -> None:
    assert parts(parts=["FORTUNE"], house_system=None)["FORTUNE"]["house"] is None
    for zodiac in ("TROPICAL", "SIDEREAL"):
        by_place = parts(parts=["FORTUNE"], house_by="POSITION", zodiac=zodiac)
        assert by_place["FORTUNE"]["house"] == 12
    assert parts(parts=["FORTUNE"], cusp_orb=5.0)["FORTUNE"]["house"] == 12
    flagged = asked(latitude=70.0, house_system="PLACIDUS", polar="FLAG").data
    assert flagged["house_system"] is None
    assert problem(house_system="GAUQUELIN")[0] == "house_system"


def test_a_lot_is_shifted_with_its_zodiac() -> None:
    tropical = parts(parts=["FORTUNE"])["FORTUNE"]["longitude"]
    sidereal = parts(parts=["FORTUNE"], zodiac="SIDEREAL")["FORTUNE"]["longitude"]
    assert sidereal == tropical - 24.0


def test_every_choice_is_echoed() -> None:
    answer = asked(
        set="VALENS", own_parts=[own()], include_aspects=True, sect="APPARENT", planets=["SUN"]
    )
    definitions = answer.computed_for["definitions"]
    assert definitions["set"] == "VALENS"
    assert definitions["sect"] == "APPARENT"
    assert definitions["sect_reversal"] is True
    assert definitions["own_parts"] == {"MINE": {"formula": "ASC + VENUS - MARS", "reverses": True}}
    assert definitions["orbs"]["TRINE"] == 8.0
    plain = asked().computed_for["definitions"]
    assert (plain["set"], plain["sect_reversal"]) == ("HERMETIC", True)
    old = asked(set="NOCTURNA").computed_for["definitions"]
    assert old["sect_reversal"] is False
    assert "orbs" not in plain


def test_lots_need_a_time_and_a_horizon() -> None:
    assert problem(time="unknown")[0] == "time"
    assert problem(center="HELIOCENTRIC")[0] == "center"


def test_the_hermetic_lots_are_points_of_charts_too(ephemeris: SwissEphemeris) -> None:
    by_name = {"EROS": "LOT_OF_EROS", "NEMESIS": "LOT_OF_NEMESIS", "FORTUNE": "FORTUNE"}
    chart = ask("natal-chart", birth(planets=list(by_name.values())), ephemeris).data["positions"]
    lots = ask("arabic-parts", birth(set="HERMETIC", parts=list(by_name)), ephemeris).data["parts"]
    assert [row["longitude"] for row in chart] == [row["longitude"] for row in lots]
    assert [row["house"] for row in chart] == [row["house"] for row in lots]


@pytest.mark.parametrize("zodiac", ["TROPICAL", "SIDEREAL", "DRACONIC"])
def test_houses_in_space_are_those_of_the_same_points_of_a_chart(
    zodiac: str, ephemeris: SwissEphemeris
) -> None:
    """Of lots every degree counts from another start of the zodiac, of points none does."""
    for hour in range(0, 24, 3):
        at = birth(time=f"{hour:02}:30:00", zodiac=zodiac, house_by="POSITION")
        chart = ask("natal-chart", {**at, "planets": ["FORTUNE", "SPIRIT"]}, ephemeris)
        lots = ask("arabic-parts", {**at, "set": "VALENS"}, ephemeris)
        houses = {row["planet"]: row["house"] for row in chart.data["positions"]}
        found = {row["lot"]: row["house"] for row in lots.data["parts"]}
        assert houses.items() <= found.items()

"""Two births compared, as an answer tells it."""

from __future__ import annotations

from typing import Any

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import NEW_YORK, Asked, ask
from tests.calculations.two_births import (
    LONDON,
    MANY,
    PAIR,
    SKY_CHOICES,
    TROMSO,
    definitions,
    houses,
    refused,
)


def compared(ephemeris: SwissEphemeris, **changes: Any) -> Asked:
    return ask("synastry", {**PAIR, **changes}, ephemeris)


def test_every_point_of_one_meets_every_point_of_the_other(ephemeris: SwissEphemeris) -> None:
    wide = compared(
        ephemeris,
        planets=["SUN", "ASC"],
        planets2=["MOON", "MC", "FORTUNE"],
        own_aspects=[
            {"name": f"OWN{angle}", "angle": angle, "orb": 30.0} for angle in (30, 90, 150)
        ],
    )
    pairs = [(row["planet1"], row["planet2"]) for row in wide.data["aspects"]]
    assert pairs == [(one, other) for one in ("SUN", "ASC") for other in ("MOON", "MC", "FORTUNE")]
    assert {row["applying"] for row in wide.data["aspects"]} == {None}


def test_either_side_lies_in_the_houses_of_the_other(ephemeris: SwissEphemeris) -> None:
    data = compared(ephemeris, planets=["SUN", "MOON", "ASC"]).data
    swapped = ask(
        "synastry",
        {"chart1": LONDON, "chart2": NEW_YORK, "planets": ["SUN", "MOON", "ASC"]},
        ephemeris,
    ).data
    assert [row["planet"] for row in data["overlays"]["chart2_in_chart1"]] == ["SUN", "MOON", "ASC"]
    assert data["overlays"]["chart1_in_chart2"] == swapped["overlays"]["chart2_in_chart1"]
    assert data["overlays"]["chart2_in_chart1"] == swapped["overlays"]["chart1_in_chart2"]
    assert data["overlays"]["chart2_in_chart1"] != data["overlays"]["chart1_in_chart2"]


def test_each_chart_is_the_natal_chart_of_its_birth(ephemeris: SwissEphemeris) -> None:
    points = ["SUN", "MOON", "MC"]
    data = compared(ephemeris, planets=points).data
    for name, birth in PAIR.items():
        natal = ask("natal-chart", {**birth, "planets": points}, ephemeris).data
        assert houses(data[name]["positions"]) == houses(natal["positions"])
        assert data[name]["houses"] == natal["houses"]
        assert data[name]["angles"] == natal["angles"]


def test_each_chart_has_houses_of_its_own_system(ephemeris: SwissEphemeris) -> None:
    answer = compared(ephemeris, chart2={**LONDON, "house_system": "KOCH"})
    assert answer.data["chart1"]["house_system"] == "PLACIDUS"
    assert answer.data["chart2"]["house_system"] == "KOCH"
    assert definitions(answer)["house_system"] == {"chart1": "PLACIDUS", "chart2": "KOCH"}


def test_the_score_shows_all_that_it_is_made_of(ephemeris: SwissEphemeris) -> None:
    answer = compared(ephemeris)
    score, rows = answer.data["score"], answer.data["aspects"]
    assert score["formula"] == definitions(answer)["score"] == "nocturna-synastry-1"
    harmony = tension = 0.0
    for row in rows:
        weight = score["aspect_weights"].get(row["aspect_type"], 0.0)
        points = 1.0
        for point in (row["planet1"], row["planet2"]):
            points *= score["point_weights"].get(point, score["other_point_weight"])
        assert (row["aspect_weight"], row["points_weight"]) == (weight, points)
        value = weight * points * row["strength"]
        assert row["contribution"] == pytest.approx(value)
        harmony, tension = harmony + max(value, 0.0), tension - min(value, 0.0)
    assert score["harmony"] == pytest.approx(harmony)
    assert score["tension"] == pytest.approx(tension)
    assert score["value"] == pytest.approx(100.0 * harmony / (harmony + tension))


def test_weights_can_be_replaced(ephemeris: SwissEphemeris) -> None:
    plain = compared(ephemeris).data["score"]
    answer = compared(
        ephemeris, aspect_weights={"square": 1, "OPPOSITION": 0}, point_weights={"pluto": 10}
    )
    changed = answer.data["score"]
    for name in ("aspect_weights", "point_weights"):
        assert definitions(answer)[name] == changed[name]
    assert changed["tension"] == 0.0
    assert changed["value"] == 100.0
    assert changed["aspect_weights"] == {
        **plain["aspect_weights"],
        "SQUARE": 1.0,
        "OPPOSITION": 0.0,
    }
    assert changed["point_weights"] == {**plain["point_weights"], "PLUTO": 10.0}


def test_nothing_weighed_is_no_score(ephemeris: SwissEphemeris) -> None:
    score = compared(ephemeris, aspects=["SEPTILE"]).data["score"]
    assert score["value"] is None


def test_orbs_of_the_public_api_can_be_set(ephemeris: SwissEphemeris) -> None:
    minors = ["SEMISEXTILE", "SEMISQUARE", "SESQUISQUARE", "QUINCUNX"]
    orbs = {**dict.fromkeys(minors, 3), "CONJUNCTION": 10, "OPPOSITION": 10, "SEXTILE": 6}
    answer = compared(ephemeris, aspects=[*orbs, "TRINE", "SQUARE"], orbs=orbs, orb_multiplier=1.5)
    applied = definitions(answer)["orbs"]
    assert (applied["QUINCUNX"], applied["TRINE"], applied["CONJUNCTION"]) == (4.5, 12.0, 15.0)
    for row in answer.data["aspects"]:
        allowed = applied[row["aspect_type"]]
        assert row["orb"] <= allowed
        assert row["strength"] == pytest.approx(1.0 - row["orb"] / allowed)


@pytest.mark.parametrize("change", [*SKY_CHOICES, {"house_by": "POSITION"}], ids=str)
def test_a_choice_changes_answer_digest_and_definitions(
    change: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    plain = compared(ephemeris, planets=MANY)
    chosen = compared(ephemeris, planets=MANY, **change)
    assert chosen.data != plain.data
    assert chosen.outcome.digest != plain.outcome.digest
    assert definitions(chosen) != definitions(plain)


def test_each_chart_has_its_own_ayanamsa(ephemeris: SwissEphemeris) -> None:
    echoed = definitions(compared(ephemeris, zodiac="SIDEREAL"))
    assert echoed["ayanamsa_value"] - echoed["chart2"]["ayanamsa_value"] == pytest.approx(
        50.29 / 3600.0 * 1.62, abs=0.01
    )


def test_both_instants_are_told(ephemeris: SwissEphemeris) -> None:
    block = compared(ephemeris).computed_for
    assert block["utc"] == "1990-01-15T19:30:00Z"
    assert block["others"]["chart2"]["utc"] == "1988-06-02T08:15:00Z"


def test_where_houses_are_undefined_the_policy_decides(ephemeris: SwissEphemeris) -> None:
    refusal = compared(ephemeris, chart2=TROMSO)
    assert (refusal.status, refusal.error["code"]) == (422, "CALCULATION_ERROR")
    flagged = compared(ephemeris, chart2=TROMSO, polar="FLAG").data
    assert flagged["chart2"]["house_system"] is None
    assert {row["house"] for row in flagged["overlays"]["chart1_in_chart2"]} == {None}
    assert None not in {row["house"] for row in flagged["overlays"]["chart2_in_chart1"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"chart2": {**LONDON, "time": "unknown"}, "planets": ["SUN", "ASC"]}, "planets.1"),
        ({"chart2": {**LONDON, "time": "unknown"}, "planets2": ["FORTUNE"]}, "planets2.0"),
        ({"chart2": {**LONDON, "time": "unknown"}, "include_davison": True}, "include_davison"),
        ({"chart1": {**NEW_YORK, "date": "1990-02-30"}}, "chart1.date"),
        ({"chart1": {**NEW_YORK, "latitude": 91}}, "chart1.latitude"),
        ({"chart2": {**LONDON, "ephemeris": "MOSHIER"}}, "chart2.ephemeris"),
        ({"chart2": {**LONDON, "house_system": "GAUQUELIN"}}, "chart2.house_system"),
        ({"chart1": {**NEW_YORK, "house_system": "G"}}, "chart1.house_system"),
        ({"center": "HELIOCENTRIC"}, "center"),
        ({"aspect_weights": {"SQUARE": 11}}, "aspect_weights.SQUARE"),
        ({"point_weights": {"SUN": -1}}, "point_weights.SUN"),
        ({"planets2": ["SUN"] * 65}, "planets2"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(
    change: dict[str, Any], field: str, ephemeris: SwissEphemeris
) -> None:
    assert refused(compared(ephemeris, **change)) == field


def test_a_missing_chart_is_named(ephemeris: SwissEphemeris) -> None:
    assert refused(ask("synastry", {"chart1": NEW_YORK}, ephemeris)) == "chart2"


def test_a_comparison_with_the_present_does_not_last(ephemeris: SwissEphemeris) -> None:
    now = {"date": "now", "latitude": 0.5, "longitude": 0.0}
    assert not compared(ephemeris, chart2=now).outcome.lasting
    assert compared(ephemeris).outcome.lasting


def test_the_composite_and_the_davison_chart_come_beside_when_they_are_asked(
    ephemeris: SwissEphemeris,
) -> None:
    plain = compared(ephemeris).data
    assert "composite" not in plain
    assert "davison" not in plain
    both = compared(ephemeris, include_composite=True, include_davison=True)
    composite = ask("composite", PAIR, ephemeris).data
    davison = ask("davison", PAIR, ephemeris).data["chart"]
    for name, own in (("composite", composite), ("davison", davison)):
        found = both.data[name]
        assert found["houses"] == own["houses"]
        assert found["angles"] == own["angles"]
        assert houses(found["positions"]) == houses(own["positions"])
    told = both.data["davison"]
    assert (told["utc"], told["julian_day"]) == (davison["utc"], davison["julian_day"])
    assert told["ambiguous"] is False
    assert definitions(both)["composite"] == {"houses": "MIDPOINT_ASC_MC", "base": "MC"}
    assert definitions(both)["davison"] == {
        "davison_time": "JD_UT",
        "davison_place": "ARITHMETIC",
    }


def test_midpoints_have_no_true_position_in_houses(ephemeris: SwissEphemeris) -> None:
    answer = compared(ephemeris, include_composite=True, house_by="POSITION")
    assert refused(answer) == "house_by"

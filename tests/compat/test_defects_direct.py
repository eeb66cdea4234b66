"""Defects of the public API (CONTRACT.md 5.2 to 5.4) that its operations on one chart had.

Every test is named by the row of the defect.
"""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.angles import separation, signed_arc
from app.astrology.aspects import ANGLE_OF, AspectKind
from app.astrology.bodies import Body
from app.astrology.calendar import civil_of_julian_day
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, Asked, ask, birth
from tests.compat.documented import LONDON, YEAR, walked
from tests.ephemeris.oracle import SWISS, in_own_thread, julian_day, positions_of

NINE = (
    *("fixed-stars", "arabic-parts", "dignities", "antiscia", "declinations"),
    *("harmonics", "rectification", "primary-directions", "secondary-progressions"),
)
BIRTH_DAY = 2447907.3125
TARGET = {"target_date": "2026-01-11T00:00:00Z"}
"""The check values of rows 27 and 28 hold for midnight in UT."""
SEXAGESIMAL = 1.0 / 3600.0


def data(operation: str, ephemeris: SwissAlmanac, **changes: Any) -> Any:
    return ask(f"calculations/{operation}", birth(**changes), ephemeris).data


def of_chart(operation: str, ephemeris: SwissAlmanac, **more: Any) -> Asked:
    return ask(f"charts/{operation}", {"chart": NEW_YORK, **more}, ephemeris)


def longitudes(ephemeris: SwissAlmanac, **changes: Any) -> dict[str, float]:
    rows = ask("planetary-positions", birth(**changes), ephemeris).data["positions"]
    return {row["planet"]: row["longitude"] for row in rows}


# 5.2, what could not succeed


@pytest.mark.parametrize("operation", NINE)
def test_defect_15_the_nine_direct_operations_take_birth_data(
    operation: str, ephemeris: SwissAlmanac
) -> None:
    base = dict(next(one.base for name, one in walked() if name == f"calculations/{operation}"))
    assert data(operation, ephemeris, **base)


@pytest.mark.parametrize("operation", [name for name, _ in walked() if name.startswith("charts/")])
def test_defect_16_and_17_every_operation_of_charts_exists_and_answers(
    operation: str, ephemeris: SwissAlmanac
) -> None:
    base = dict(next(one.base for name, one in walked() if name == operation))
    assert ask(operation, {"chart": NEW_YORK, **base}, ephemeris).status == 200


def test_defect_18_keys_that_nobody_knows_reach_nothing(ephemeris: SwissAlmanac) -> None:
    odd = {"self": 1, "chart_id": "x", "include_all": True, "kwargs": {"deep": []}}
    for operation in ("fixed-stars", "arabic-parts", "antiscia", "declinations"):
        plain = of_chart(operation, ephemeris)
        assert of_chart(operation, ephemeris, **odd).data == plain.data


def test_defect_19_fixed_stars_are_found(ephemeris: SwissAlmanac) -> None:
    assert len(data("fixed-stars", ephemeris)["stars"]) == 16


def test_defect_20_arabic_parts_are_returned(ephemeris: SwissAlmanac) -> None:
    assert len(of_chart("arabic-parts", ephemeris).data["parts"]) == 20


@pytest.mark.parametrize(
    ("date", "kind", "low"),
    [("1992-02-29", "SOLAR", 1), ("1990-01-31", "LUNAR", 13), ("1990-08-29", "LUNAR", 13)],
)
def test_defect_23_births_on_late_days_of_a_month_return(
    date: str, kind: str, low: int, ephemeris: SwissAlmanac
) -> None:
    chart = {**NEW_YORK, "date": date}
    request = {"chart": chart, "start_date": "2026-01-01", "end_date": "2026-12-31"}
    answer = ask("charts/returns", {**request, "types": [kind]}, ephemeris)
    assert len(answer.data["returns"][kind.lower()]) >= low


def test_defect_24_solar_arc_is_a_type_of_progression(ephemeris: SwissAlmanac) -> None:
    natal = longitudes(ephemeris)
    found = data("secondary-progressions", ephemeris, **TARGET, type="SOLAR_ARC")["positions"]
    arc = signed_arc(natal["SUN"], found["SUN"]["longitude"])
    for planet, longitude in natal.items():
        assert signed_arc(longitude, found[planet]["longitude"]) == pytest.approx(arc, abs=1e-9)


def test_defect_25_no_reply_is_a_constant(ephemeris: SwissAlmanac) -> None:
    """Eclipses, ingresses, dignities and rectification; garbage dates were answered with 200."""
    for operation in ("eclipses", "ingresses"):
        first = of_chart(operation, ephemeris, start_date="2026-01-01", end_date="2026-12-31")
        second = of_chart(operation, ephemeris, start_date="2027-01-01", end_date="2027-12-31")
        assert first.data != second.data
        garbage = of_chart(operation, ephemeris, start_date="garbage", end_date="2027-12-31")
        assert garbage.status == 422
    assert data("dignities", ephemeris) != data("dignities", ephemeris, date="1991-07-01")
    events = {"events": [{"date": "2012-05-05"}, {"date": "2015-05-05"}]}
    one = data("rectification", ephemeris, **events)
    assert one != data("rectification", ephemeris, **events, date="1990-02-15")


# 5.3, wrong numbers


def test_defect_27_a_day_of_progression_stands_for_a_tropical_year(
    ephemeris: SwissAlmanac,
) -> None:
    found = data("secondary-progressions", ephemeris, **TARGET)
    progressed = civil_of_julian_day(BIRTH_DAY + 35.987594).text[:16]
    assert found["date"].startswith(progressed)
    assert found["positions"]["SUN"]["longitude"] == pytest.approx(331.889, abs=5e-4)


def test_defect_28_the_solar_arc_is_that_of_the_progressed_sun(ephemeris: SwissAlmanac) -> None:
    found = data("primary-directions", ephemeris, **TARGET, type="SOLAR_ARC")["directions"]
    assert found
    assert {round(row["arc"], 3) for row in found} == {36.493}


def test_defect_29_primary_directions_are_arcs_of_the_daily_turn(ephemeris: SwissAlmanac) -> None:
    """To the midheaven a direct arc is the difference in right ascension."""
    own = {"natal_chart": NEW_YORK, "target_date": TARGET["target_date"], "orb_years": 1.0}
    reply = ask("directions", own, ephemeris).data
    found = data("primary-directions", ephemeris, **TARGET)["directions"]
    assert [row["arc"] for row in found] == [row["arc"] for row in reply["directions"]]
    other = data("primary-directions", ephemeris, **TARGET, method="REGIOMONTANUS")["directions"]
    assert [row["arc"] for row in other] != [row["arc"] for row in found]


def test_defect_30_minor_aspects_are_opt_in_with_orbs_of_their_own(
    ephemeris: SwissAlmanac,
) -> None:
    """70 aspects for 2000-01-01 12:00 London, 36 of them from orbs of a tenth of the angle."""
    london = {"date": "2000-01-01", "time": "12:00:00", "latitude": 51.5074, "longitude": -0.1278}
    major = ask("calculations/aspects", london, ephemeris).data["aspects"]
    five = {"CONJUNCTION", "OPPOSITION", "TRINE", "SQUARE", "SEXTILE"}
    assert {row["aspect_type"] for row in major} <= five
    every = {**london, "aspects": [str(kind) for kind in AspectKind]}
    rows = ask("calculations/aspects", every, ephemeris).data["aspects"]
    minor = [row for row in rows if row["aspect_type"] not in five]
    assert 0 < len(minor) < 36
    assert max(row["orb"] for row in minor) <= 3.0


def test_defect_31_strength_is_what_is_left_of_the_allowed_orb(ephemeris: SwissAlmanac) -> None:
    rows = of_chart("synastry", ephemeris, target_chart=LONDON).data["aspects"]
    allowed = {"conjunction": 10.0, "opposition": 10.0, "trine": 8.0, "square": 8.0, "sextile": 6.0}
    found = [row for row in rows if row["aspect_type"] in allowed]
    assert found
    for row in found:
        expected = 1.0 - row["orb"] / allowed[row["aspect_type"]]
        assert row["strength"] == pytest.approx(expected, abs=1e-9)


def test_defect_32_and_33_an_aspect_applies_while_its_orb_shrinks(ephemeris: SwissAlmanac) -> None:
    """Ten minutes later the orb of each applying aspect is smaller, of any other one larger."""
    now = data("aspects", ephemeris)["aspects"]
    later = data("aspects", ephemeris, time="14:40:00")["aspects"]
    orbs = {(row["planet1"], row["planet2"], row["aspect_type"]): row["orb"] for row in later}
    assert {row["applying"] for row in now} == {True, False}
    for row in now:
        key = (row["planet1"], row["planet2"], row["aspect_type"])
        if key in orbs:
            assert row["applying"] is (orbs[key] < row["orb"]), key


def test_defect_34_between_two_births_nothing_applies(ephemeris: SwissAlmanac) -> None:
    rows = of_chart("synastry", ephemeris, target_chart=LONDON).data["aspects"]
    assert {row["applying"] for row in rows} == {None}


@pytest.mark.parametrize("harmonic", [1, 5, 9, 13])
def test_defect_35_to_39_harmonic_aspects_are_ordinary_ones_of_folded_arcs(
    harmonic: int, ephemeris: SwissAlmanac
) -> None:
    """Also beyond the twelfth; orbs are deviations, and latitudes stay those of the birth."""
    found = data("harmonics", ephemeris, harmonic=harmonic)
    natal = ask("planetary-positions", birth(), ephemeris).data["positions"]
    for row in natal:
        place = found["positions"][row["planet"]]
        expected = row["longitude"] * harmonic % 360.0
        assert separation(place["longitude"], expected) < 1e-9
        assert place["latitude"] == row["latitude"]
    assert found["aspects"]
    wide = 0
    for aspect in found["aspects"]:
        first, second = (
            found["positions"][aspect[side]]["longitude"] for side in ("planet1", "planet2")
        )
        wide += abs(first - second) > 180.0
        apart = separation(first, second)
        assert aspect["angle"] == ANGLE_OF[AspectKind(aspect["aspect_type"])]
        assert aspect["orb"] == pytest.approx(abs(apart - aspect["angle"]), abs=1e-9)
    assert wide > 0


def test_defect_40_the_antiscion_is_no_contra_antiscion(ephemeris: SwissAlmanac) -> None:
    """280 degrees goes to 260, not to 80."""
    natal = longitudes(ephemeris)
    for planet, row in data("antiscia", ephemeris)["antiscia"].items():
        if planet in natal:
            assert row["longitude"] == pytest.approx((180.0 - natal[planet]) % 360.0, abs=1e-9)
    own = ask("antiscia", birth(), ephemeris).data
    for row in own["contra_antiscia"]:
        assert row["longitude"] == pytest.approx(-row["original_longitude"] % 360.0, abs=1e-9)


def test_defect_41_declinations_are_of_the_true_equator_of_date(ephemeris: SwissAlmanac) -> None:
    """They were up to 18 seconds of arc off; the library is asked directly."""
    own = {**birth(), "include_equatorial": True}
    rows = ask("planetary-positions", own, ephemeris).data["positions"]
    found = data("declinations", ephemeris)["declinations"]
    for row in rows:
        assert found[row["planet"]]["declination"] == pytest.approx(row["declination"], abs=1e-9)


def test_defect_44_the_south_node_stands_opposite_the_north_node(
    ephemeris: SwissAlmanac,
) -> None:
    south, north, ketu, rahu = (
        row
        for asked in (["SOUTH_NODE", "NORTH_NODE"], ["KETU", "RAHU"])
        for row in data("planetary-positions", ephemeris, planets=asked)["positions"]
    )
    assert [south["planet"], north["planet"]] == ["SOUTH_NODE", "NORTH_NODE"]
    assert separation(south["longitude"], north["longitude"]) == pytest.approx(180.0, abs=1e-9)
    assert (ketu, rahu) == (south, north)


@pytest.mark.parametrize(
    "written",
    [
        {"date": "1990-01-15T14:30:00", "time": None},
        {"date": "1990-01-15T14:30:00-05:00", "time": None},
        {"date": "1990-01-15T19:30:00Z", "time": None},
        {"date": "1990-01-15T22:30:00+03:00", "time": None},
        {"date": "1990-01-15T22:30:00+03:00", "time": None, "timezone": "Asia/Tokyo"},
    ],
)
def test_defect_45_a_naive_date_is_local_and_an_aware_one_an_instant(
    written: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    """Aware dates were shifted twice: three hours, 1.5 degrees of the Moon."""
    for operation, request in (
        ("calculations/planetary-positions", birth(**written)),
        ("charts/positions", {"chart": birth(**written)}),
    ):
        answer = ask(operation, request, ephemeris)
        assert answer.computed_for["utc"] == "1990-01-15T19:30:00Z"


def test_defect_46_the_time_of_a_chart_counts_and_its_place_is_checked(
    ephemeris: SwissAlmanac,
) -> None:
    night = ask("charts/positions", {"chart": birth(time="00:00:00")}, ephemeris)
    assert night.data != of_chart("positions", ephemeris).data
    for field, value in (("latitude", 500), ("longitude", -181), ("timezone", "Mars/Base")):
        answer = ask("charts/positions", {"chart": birth(**{field: value})}, ephemeris)
        assert answer.status == 422
        assert answer.body["detail"][0]["loc"] == ["body", "chart", field]


def test_defect_47_an_hour_that_came_twice_is_chosen_by_fold(ephemeris: SwissAlmanac) -> None:
    twice = {"date": "2005-10-30", "time": "01:30:00"}
    for fold, utc in ((None, "05:30"), (0, "05:30"), (1, "06:30")):
        request = birth(**twice, fold=fold)
        for operation, asked in (
            ("calculations/houses", request),
            ("charts/houses", {"chart": request}),
        ):
            answer = ask(operation, asked, ephemeris)
            assert answer.computed_for["utc"] == f"2005-10-30T{utc}:00Z"
            assert bool(answer.meta["warnings"]) is (fold is None)


def test_defect_47_an_hour_that_never_was_is_refused(ephemeris: SwissAlmanac) -> None:
    never = birth(date="2005-04-03", time="02:30:00")
    direct = ask("calculations/planetary-positions", never, ephemeris)
    assert direct.body["detail"][0]["loc"] == ["body", "time"]
    stored = ask("charts/positions", {"chart": never}, ephemeris)
    assert stored.body["detail"][0]["loc"] == ["body", "chart", "time"]


def test_defect_48_returns_are_exact_and_after_the_date_that_is_asked(
    ephemeris: SwissAlmanac,
) -> None:
    """Sun 2026-01-15 13:16:29 UT, Moon 2026-02-04 17:37:47 UT, to three seconds.

    Those values are of another theory than that of the files. The search used to stop at a
    ten-thousandth of a degree, which is nine seconds of the Sun.
    """
    natal = longitudes(ephemeris)
    found = of_chart("returns", ephemeris, **YEAR).data["returns"]
    (solar,) = found["solar"]
    assert solar["date"][:17] == "2026-01-15T13:16:"
    assert abs(float(solar["date"][17:21]) - 29.0) <= 3.0
    moons = [row for row in found["lunar"] if row["date"] >= "2026-01-15"]
    assert moons[0]["date"][:17] == "2026-02-04T17:37:"
    assert abs(float(moons[0]["date"][17:21]) - 47.0) <= 3.0
    for rows, planet in ((found["solar"], "SUN"), (found["lunar"], "MOON")):
        for row in rows:
            there = row["positions"][planet]["longitude"]
            assert separation(there, natal[planet]) < 1e-5
    late = of_chart("returns", ephemeris, start_date="2026-01-16", end_date="2027-01-10")
    assert late.data["returns"]["solar"] == []


def test_defect_49_progressed_angles_are_not_those_of_the_raw_moment(
    ephemeris: SwissAlmanac,
) -> None:
    """The midheaven goes on by the Sun's arc; at the progressed moment it stands anywhere."""
    born = data("houses", ephemeris)["angles"]
    found = data("secondary-progressions", ephemeris, **TARGET)["angles"]
    assert signed_arc(born["MC"], found["MC"]) == pytest.approx(36.493, abs=1e-3)
    koch = {"chart": {**NEW_YORK, "config": {"house_system": "KOCH"}}, **TARGET}
    answer = ask("charts/progressions", koch, ephemeris)
    assert answer.computed_for["definitions"]["house_system"] == "KOCH"


def test_defect_50_transits_tell_who_is_who_and_when_in_the_zone_of_the_chart(
    ephemeris: SwissAlmanac,
) -> None:
    answer = of_chart("transits", ephemeris, transit_date="2026-01-11", transit_time="12:00:00")
    for row in answer.data["aspects"]:
        assert row["natal_planet"] == row["planet1"]
        assert row["transit_planet"] == row["planet2"]
    assert answer.computed_for["others"]["transit_date"]["utc"] == "2026-01-11T17:00:00Z"


def test_defect_51_planets_stand_in_the_houses_of_the_chart(ephemeris: SwissAlmanac) -> None:
    def houses(system: str) -> list[int]:
        chart = {**NEW_YORK, "config": {"house_system": system}}
        rows = ask("charts/positions", {"chart": chart}, ephemeris).data["positions"]
        return [row["house"] for row in rows]

    assert houses("WHOLE_SIGN") != houses("PLACIDUS")
    whole = ask("houses", birth(house_system="WHOLE_SIGN"), ephemeris).data["houses"]
    start = whole[0]["longitude"]
    sun = longitudes(ephemeris)["SUN"]
    assert houses("WHOLE_SIGN")[0] == int((sun - start) % 360.0 // 30.0) + 1


def test_defect_52_a_davison_chart_is_built_of_the_middle_moment(ephemeris: SwissAlmanac) -> None:
    both = {"include_composite": True, "include_davison": True}
    found = of_chart("synastry", ephemeris, target_chart=LONDON, **both).data
    middle = (BIRTH_DAY + julian_day(1988, 6, 2, 8.25)) / 2.0
    (sun,) = in_own_thread(lambda: positions_of(middle, (Body.SUN,), SWISS))
    assert found["davison"]["positions"]["SUN"]["longitude"] == pytest.approx(sun[0], abs=1e-6)
    assert found["composite"]["positions"] != found["davison"]["positions"]
    pair = {"chart1": NEW_YORK, "chart2": LONDON, "planets": ["ASC", "MC"]}
    cusps = [row["longitude"] for row in ask("composite", pair, ephemeris).data["houses"]]
    for cusp, opposite in zip(cusps[:6], cusps[6:], strict=True):
        assert separation(cusp, opposite) == pytest.approx(180.0, abs=1e-9)


def test_defect_53_fortune_eros_and_love_are_known_parts(ephemeris: SwissAlmanac) -> None:
    """Sect reversal belongs to sets of their own; these twenty never had it."""
    asked = ["FORTUNE", "EROS", "LOVE", "HAPPINESS", "WEALTH"]
    found = data("arabic-parts", ephemeris, parts=asked)["parts"]
    assert list(found) == asked
    assert found["EROS"] == found["LOVE"]
    hermetic = {**birth(time="00:30:00"), "set": "HERMETIC", "parts": ["FORTUNE"]}
    (turned,) = ask("arabic-parts", hermetic, ephemeris).data["parts"]
    assert turned["is_reversed"] is True


def test_defect_54_angles_of_sevenths_are_exact_fractions(ephemeris: SwissAlmanac) -> None:
    assert ANGLE_OF[AspectKind.SEPTILE] == pytest.approx(360.0 / 7.0, abs=1e-12)
    natal = longitudes(ephemeris)
    asked = {"aspects": ["SEPTILE", "BISEPTILE", "TRISEPTILE"], "orb_tolerance": 3.0}
    rows = data("aspects", ephemeris, **asked, planets=list(natal))["aspects"]
    assert rows
    for row in rows:
        apart = separation(natal[row["planet1"]], natal[row["planet2"]])
        step = ("SEPTILE", "BISEPTILE", "TRISEPTILE").index(row["aspect_type"]) + 1
        assert row["orb"] == pytest.approx(abs(apart - step * 360.0 / 7.0), abs=1e-9)


def test_defect_56_and_57_the_ephemeris_is_told_and_its_end_refused(
    ephemeris: SwissAlmanac,
) -> None:
    answer = ask("calculations/planetary-positions", birth(planets=["CHIRON"]), ephemeris)
    told = answer.computed_for["ephemeris"]
    assert told["theory"] == "SWISS"
    assert "seas_18.se1" in told["files"]
    for date in ("3100-01-01", "1100-01-01"):
        refusal = ask("calculations/planetary-positions", birth(date=date), ephemeris)
        assert (refusal.status, refusal.error["code"]) == (422, "CALCULATION_ERROR")


# 5.4, ignored inputs


def test_defect_58_aspects_hear_points_kinds_multiplier_tolerance_and_stored_orbs(
    ephemeris: SwissAlmanac,
) -> None:
    def rows(**changes: Any) -> list[Any]:
        return list(data("aspects", ephemeris, **changes)["aspects"])

    plain = len(rows())
    assert 0 < len(rows(orb_multiplier=0.5)) < plain
    assert 0 < len(rows(orb_tolerance=2.0)) < plain
    assert {row["aspect_type"] for row in rows(aspects=["SQUARE"])} == {"SQUARE"}
    assert {row["planet1"] for row in rows(planets=["SUN", "MOON"])} == {"SUN"}
    config = {"aspects": ["TRINE"], "orbs": {"trine": 2.0}}
    stored = ask("charts/aspects", {"chart": {**NEW_YORK, "config": config}}, ephemeris)
    assert stored.computed_for["definitions"]["orbs"] == {"TRINE": 2.0}


def test_defect_59_synastry_and_transits_hear_aspects_and_blocks(ephemeris: SwissAlmanac) -> None:
    trines = of_chart("synastry", ephemeris, target_chart=LONDON, aspects=["TRINE"]).data
    assert {row["aspect_type"] for row in trines["aspects"]} == {"trine"}
    assert (trines["composite"], trines["davison"]) == (None, None)
    moment = {"transit_date": "2026-01-11", "transit_time": "12:00:00"}
    squares = of_chart("transits", ephemeris, **moment, aspects=["square"]).data
    assert {row["aspect_type"] for row in squares["aspects"]} == {"square"}


def test_defect_60_the_house_system_of_every_chart_is_heard(ephemeris: SwissAlmanac) -> None:
    def overlays(**config: Any) -> Any:
        chart = {**NEW_YORK, "config": config}
        request = {"chart": chart, "target_chart": LONDON}
        return ask("charts/synastry", request, ephemeris).data["house_aspects"]

    assert overlays(house_system="WHOLE_SIGN") != overlays()


def test_defect_61_types_orbs_magnitudes_and_parts_are_heard(ephemeris: SwissAlmanac) -> None:
    def moon(kind: str) -> float:
        found = data("secondary-progressions", ephemeris, **TARGET, type=kind)
        return float(found["positions"]["MOON"]["longitude"])

    assert len({moon(kind) for kind in ("SECONDARY", "TERTIARY", "MINOR", "SOLAR_ARC")}) == 4
    assert list(data("arabic-parts", ephemeris, parts=["BASIS"])["parts"]) == ["BASIS"]
    bright = data("fixed-stars", ephemeris, magnitude_limit=0.0)["stars"]
    assert all(star["magnitude"] <= 0.0 for star in bright.values())


def test_defect_63_include_flags_and_the_exact_time_are_heard(ephemeris: SwissAlmanac) -> None:
    plain = data("planetary-positions", ephemeris)["positions"][0]
    asked = {"include_speed": False, "include_retrograde": False}
    bare = data("planetary-positions", ephemeris, **asked)["positions"][0]
    assert (plain["speed"] > 0.9, plain["is_retrograde"]) == (True, False)
    assert (bare["speed"], bare["is_retrograde"]) == (None, None)
    assert "angles" not in data("houses", ephemeris, include_angles=False)
    rows = data("aspects", ephemeris, planets=["SUN", "MOON"])["aspects"]
    assert rows == of_chart("aspects", ephemeris, planets=["SUN", "MOON"]).data["aspects"]
    (trine,) = rows
    exact = trine["exact_time"]
    assert exact > "1990-01-15T19:30"
    moment = {"date": exact, "time": None, "planets": ["SUN", "MOON"]}
    (then,) = data("aspects", ephemeris, **moment)["aspects"]
    assert then["orb"] < SEXAGESIMAL


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        *((name, "planets") for name in ("planetary-positions", "aspects", "dignities")),
        *((name, "planets") for name in ("antiscia", "declinations", "harmonics")),
        ("fixed-stars", "stars"),
        ("arabic-parts", "parts"),
        ("aspects", "aspects"),
    ],
)
def test_defect_64_unknown_names_are_refused_and_no_case_is(
    operation: str, field: str, ephemeris: SwissAlmanac
) -> None:
    known = {"planets": "mars", "stars": "regulus", "parts": "spirit", "aspects": "trine"}[field]
    more = {"harmonic": 5} if operation == "harmonics" else {}
    lower = ask(f"calculations/{operation}", birth(**{field: [known]}, **more), ephemeris)
    upper = ask(f"calculations/{operation}", birth(**{field: [known.upper()]}, **more), ephemeris)
    assert lower.data == upper.data
    wrong = birth(**{field: [known, "NIBIRU"]}, **more)
    answer = ask(f"calculations/{operation}", wrong, ephemeris)
    assert answer.status == 422
    assert answer.body["detail"][0]["loc"] == ["body", field, 1]

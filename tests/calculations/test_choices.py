"""The choices of a chart: what each does, and that `meta` echoes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from app.astrology.angles import separation
from app.astrology.aspects import AspectKind
from app.astrology.bodies import LUNAR_POINTS, MAIN_ASTEROIDS, PLANETS, Body
from app.astrology.houses import HouseSystem
from app.calculations.catalogue import catalogue
from app.calculations.fields import Points
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask, birth
from tests.doubles import AYANAMSA, TURN_OF_ANGLES, LinearEphemeris, Motion

NOON = {"date": "2000-01-01", "time": "12:00", "latitude": 50.0, "longitude": 10.0}
SKY = LinearEphemeris(
    {
        Body.SUN: Motion(280.5, 1.0, declination=-23.0, declination_speed=0.1),
        Body.MOON: Motion(161.5, 13.0, latitude=-5.0, declination=24.0),
        Body.MERCURY: Motion(280.5, -0.5, latitude=1.25, declination=-22.5),
        Body.SATURN: Motion(9.5, 0.25, declination=23.5, declination_speed=0.1),
        Body.NORTH_NODE: Motion(130.5, -0.05),
        Body.WHITE_MOON: Motion(200.0, 0.14),
    },
    ascendant=100.5,
    midheaven=10.0,
    epoch=2451545.0,
)
FOUR = ["SUN", "MOON", "MERCURY", "SATURN"]
POLAR = {**NOON, "latitude": 70.0}


def definitions(answer: Asked) -> dict[str, Any]:
    return dict(answer.computed_for["definitions"])


def positions(**request: Any) -> dict[str, dict[str, Any]]:
    answer = ask("planetary-positions", {**NOON, "planets": FOUR, **request}, SKY)
    return {row["planet"]: row for row in answer.data["positions"]}


def aspects(**request: Any) -> dict[tuple[str, str], dict[str, Any]]:
    answer = ask("aspects", {**NOON, "planets": FOUR, **request}, SKY)
    return {(row["planet1"], row["planet2"]): row for row in answer.data["aspects"]}


def echoed(name: str, **request: Any) -> dict[str, Any]:
    return definitions(ask(name, {**NOON, "planets": FOUR, **request}, SKY))


# Houses


def test_several_house_systems_come_in_one_answer() -> None:
    data = ask("houses", {**NOON, "also": ["KOCH", "i", "G", "I"]}, SKY).data
    names = [other["system"] for other in data["also"]]
    assert names == ["KOCH", "SUNSHINE_MAKRANSKY", "GAUQUELIN", "SUNSHINE"]
    lengths = [(len(other["houses"]), len(other["sectors"])) for other in data["also"]]
    assert lengths == [(12, 0), (12, 0), (0, 36), (12, 0)]
    assert ask("houses", NOON, SKY).data["also"] == []


def test_every_house_system_can_be_asked_for_at_once(ephemeris: SwissEphemeris) -> None:
    data = ask("houses", birth(also=list(HouseSystem), include_speeds=True), ephemeris).data
    assert [other["system"] for other in data["also"]] == list(HouseSystem)
    for other in data["also"]:
        assert all("speed" in house for house in other["houses"] + other["sectors"])


def test_gauquelin_sectors_have_a_shape_of_their_own() -> None:
    data = ask("houses", {**NOON, "house_system": "GAUQUELIN"}, SKY).data
    assert data["houses"] == []
    assert [sector["number"] for sector in data["sectors"]] == list(range(1, 37))
    assert [sector["longitude"] for sector in data["sectors"][:3]] == [100.5, 90.5, 80.5]
    assert ask("houses", NOON, SKY).data["sectors"] == []


def test_a_chart_cannot_have_sectors_for_houses() -> None:
    answer = ask("natal-chart", {**NOON, "house_system": "G", "planets": FOUR}, SKY)
    assert answer.error["details"]["field"] == "house_system"
    assert [row["house"] for row in positions(house_system="G").values()] == [None] * 4


def test_speeds_of_cusps_are_added_on_request() -> None:
    plain = ask("houses", NOON, SKY).data["houses"]
    assert all("speed" not in house for house in plain)
    moving = ask("houses", {**NOON, "include_speeds": True}, SKY).data["houses"]
    assert moving == [{**house, "speed": TURN_OF_ANGLES} for house in plain]


def test_a_cusp_turns_at_the_speed_that_is_told(ephemeris: SwissEphemeris) -> None:
    """Within a hundredth of two cusps' way in two minutes: the library's speeds are estimates."""
    base = {"latitude": 40.0, "longitude": 0.0, "include_speeds": True}
    before, now, after = (
        ask("houses", {**base, "date": f"2000-01-01T12:{minute}:00Z"}, ephemeris).data["houses"]
        for minute in ("00", "01", "02")
    )
    for first, middle, last in zip(before, now, after, strict=True):
        moved = separation(first["longitude"], last["longitude"]) * 720.0
        assert middle["speed"] == pytest.approx(moved, rel=1e-2)


@pytest.mark.parametrize("name", ["houses", "natal-chart"])
def test_polar_refuse_is_an_error(name: str) -> None:
    request = {**POLAR, "planets": FOUR, "polar": "refuse"}
    assert ask(name, request, SKY).error["code"] == "CALCULATION_ERROR"
    assert ask(name, {**POLAR, "planets": FOUR}, SKY).status == 422


def test_polar_fallback_divides_by_another_system_and_says_so() -> None:
    fallback = {"polar": "FALLBACK", "polar_fallback": "MORINUS", "house_system": "KOCH"}
    answer = ask("houses", {**POLAR, **fallback, "also": ["PLACIDUS", "EQUAL"]}, SKY)
    assert (answer.data["system"], answer.data["undefined"]) == ("MORINUS", True)
    assert [other["system"] for other in answer.data["also"]] == ["MORINUS", "EQUAL"]
    told = definitions(answer)
    assert (told["house_system"], told["polar"]) == ("KOCH", "FALLBACK")
    assert told["polar_fallback"] == "MORINUS"
    chart = ask("natal-chart", {**POLAR, **fallback, "planets": FOUR}, SKY)
    assert chart.data["house_system"] == "MORINUS"
    default = ask("houses", {**POLAR, "polar": "FALLBACK"}, SKY)
    assert default.data["system"] == "PORPHYRY"
    assert ask("houses", {**NOON, **fallback}, SKY).data["undefined"] is False


def test_polar_flag_leaves_houses_out_and_answers_the_rest() -> None:
    answer = ask("houses", {**POLAR, "polar": "FLAG", "also": ["KOCH", "EQUAL"]}, SKY)
    assert (answer.data["system"], answer.data["undefined"]) == ("PLACIDUS", True)
    assert answer.data["houses"] == []
    assert answer.data["angles"]["ASC"] == 100.5
    assert [len(other["houses"]) for other in answer.data["also"]] == [0, 12]
    chart = ask("natal-chart", {**POLAR, "polar": "FLAG", "planets": FOUR}, SKY)
    assert (chart.data["houses"], chart.data["house_system"]) == ([], None)
    assert [row["house"] for row in chart.data["positions"]] == [None] * 4
    assert chart.data["aspects"]
    assert definitions(chart)["polar"] == "FLAG"


def test_a_cusp_orb_is_the_five_degree_rule() -> None:
    """Sun and Mercury stand on cusp 7 exactly, Moon at 161.5 a degree behind cusp 3."""
    assert [row["house"] for row in positions(house_system="EQUAL").values()] == [7, 3, 7, 9]
    early = positions(house_system="EQUAL", cusp_orb=5.0)
    assert [row["house"] for row in early.values()] == [7, 3, 7, 10]
    assert echoed("planetary-positions", house_system="EQUAL", cusp_orb=5)["cusp_orb"] == 5.0


def test_house_by_position_heeds_the_latitude() -> None:
    """The double counts a degree of latitude along the houses: the Moon's -5 lead back to 2."""
    found = positions(house_system="CAMPANUS", house_by="position")
    assert [row["house"] for row in found.values()] == [7, 2, 7, 9]
    told = echoed("natal-chart", house_system="CAMPANUS", house_by="position")
    assert (told["house_by"], told["house_system"]) == ("POSITION", "CAMPANUS")


# Zodiacs


def test_the_sidereal_zodiac_shifts_all_and_keeps_houses() -> None:
    request = {**NOON, "planets": [*FOUR, "ASC"], "house_system": "EQUAL"}
    plain = ask("natal-chart", request, SKY).data
    data = ask("natal-chart", {**request, "zodiac": "sidereal"}, SKY).data
    for before, after in zip(plain["positions"], data["positions"], strict=True):
        assert after["longitude"] == pytest.approx((before["longitude"] - AYANAMSA) % 360.0)
        assert after["house"] == before["house"]
        assert after["speed"] == before["speed"]
    assert data["angles"]["MC"] == 346.0
    assert data["houses"][0]["longitude"] == 76.5
    assert data["is_day"] is plain["is_day"]


def test_an_ayanamsa_and_its_value_are_echoed_only_where_one_is_applied() -> None:
    told = echoed("natal-chart", zodiac="SIDEREAL", ayanamsa="fagan-bradley")
    assert told["zodiac"] == "SIDEREAL"
    assert (told["ayanamsa"], told["ayanamsa_value"]) == ("FAGAN_BRADLEY", AYANAMSA)
    assert "ayanamsa" not in echoed("natal-chart", ayanamsa="RAMAN")


def test_a_user_ayanamsa_is_applied_and_echoed() -> None:
    own = {"epoch": 2415020.0, "value": 20.5, "epoch_in_ut": True}
    request = {"zodiac": "SIDEREAL", "ayanamsa": "USER", "user_ayanamsa": own}
    assert positions(**request)["SUN"]["longitude"] == 260.0
    told = echoed("planetary-positions", **request)
    assert told["ayanamsa"] == "USER"
    assert told["user_ayanamsa"] == own
    assert told["ayanamsa_value"] == 20.5


@pytest.mark.parametrize("name", ["planetary-positions", "houses", "aspects", "natal-chart"])
def test_the_draconic_zodiac_is_echoed_with_its_start(name: str) -> None:
    told = echoed(name, zodiac="DRACONIC")
    assert (told["draconic_node"], told["draconic_start"]) == ("MEAN", 130.5)
    assert positions(zodiac="DRACONIC")["SUN"]["longitude"] == 150.0


def test_a_zodiac_changes_no_aspect() -> None:
    plain = aspects()
    for zodiac in ("SIDEREAL", "DRACONIC"):
        turned = aspects(zodiac=zodiac)
        assert {pair: row["aspect_type"] for pair, row in turned.items()} == {
            pair: row["aspect_type"] for pair, row in plain.items()
        }


# Centres


def test_a_topocentric_place_has_its_altitude(ephemeris: SwissEphemeris) -> None:
    def moon(**more: Any) -> float:
        request = birth(planets=["MOON"], **more)
        (row,) = ask("planetary-positions", request, ephemeris).data["positions"]
        return float(row["longitude"])

    ground, high = moon(center="TOPOCENTRIC"), moon(center="topocentric", altitude=8000.0)
    assert 0.0 < separation(ground, high) < 0.01
    assert separation(ground, moon()) > 0.01
    told = definitions(ask("natal-chart", birth(center="TOPOCENTRIC", altitude=12.5), ephemeris))
    assert (told["center"], told["altitude"]) == ("TOPOCENTRIC", 12.5)
    assert "altitude" not in definitions(ask("natal-chart", birth(altitude=12.5), ephemeris))


@pytest.mark.parametrize("point", ["SUN", "NORTH_NODE", "LILITH", "ASC", "FORTUNE"])
def test_heliocentric_points_that_are_none_are_refused_by_field(
    point: str, ephemeris: SwissEphemeris
) -> None:
    request = birth(center="HELIOCENTRIC", planets=["MARS", point])
    answer = ask("planetary-positions", request, ephemeris)
    assert answer.error["code"] == "CALCULATION_ERROR"
    assert answer.error["details"]["field"] == "planets"
    assert answer.error["details"]["center"] == "HELIOCENTRIC"


def test_heliocentric_answers_have_the_earth(ephemeris: SwissEphemeris) -> None:
    request = birth(center="HELIOCENTRIC", planets=["EARTH", "MARS"])
    answer = ask("planetary-positions", request, ephemeris)
    assert [row["planet"] for row in answer.data["positions"]] == ["EARTH", "MARS"]
    assert definitions(answer)["center"] == "HELIOCENTRIC"
    assert ask("aspects", request, ephemeris).status == 200


def test_a_planet_may_be_the_center(ephemeris: SwissEphemeris) -> None:
    request = birth(center="mars", planets=["SUN", "EARTH", "JUPITER"])
    answer = ask("planetary-positions", request, ephemeris)
    assert definitions(answer)["center"] == "MARS"
    assert ask("planetary-positions", birth(center="MARS"), ephemeris).status == 422


def test_the_earth_as_center_is_geocentric(ephemeris: SwissEphemeris) -> None:
    answer = ask("natal-chart", birth(center="EARTH"), ephemeris)
    assert answer.data == ask("natal-chart", birth(), ephemeris).data
    assert definitions(answer)["center"] == "GEOCENTRIC"


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("houses", {}),
        ("natal-chart", {}),
        ("planetary-positions", {"house_system": "EQUAL"}),
        ("aspects", {"space": "MUNDANE"}),
    ],
)
@pytest.mark.parametrize("center", ["HELIOCENTRIC", "MARS"])
def test_houses_belong_to_the_earth(name: str, more: dict[str, Any], center: str) -> None:
    answer = ask(name, {**NOON, "planets": ["SATURN"], "center": center, **more}, SKY)
    assert answer.error["details"]["field"] == "center"


# Times


def test_an_unknown_time_gives_a_chart_without_houses_and_with_ranges() -> None:
    request = {**NOON, "time": "Unknown", "planets": FOUR}
    answer = ask("natal-chart", request, SKY)
    data = answer.data
    assert (data["houses"], data["house_system"], data["angles"]) == ([], None, None)
    assert data["is_day"] is None
    assert [row["house"] for row in data["positions"]] == [None] * 4
    ranges = {row.pop("planet"): row for row in data["ranges"]}
    assert ranges["MOON"] == {"start": 155.0, "end": 168.0, "sign_certain": True}
    assert ranges["SUN"] == {"start": 280.0, "end": 281.0, "sign_certain": True}
    assert ranges["MERCURY"] == {"start": 280.75, "end": 280.25, "sign_certain": True}
    told = definitions(answer)
    assert (told["time_known"], told["house_system"]) == (False, None)
    assert answer.computed_for["utc"] == "2000-01-01T12:00:00Z"


def test_an_unknown_time_tells_when_a_sign_is_uncertain() -> None:
    """The Moon at 329 degrees by noon enters Pisces that afternoon."""
    sky = LinearEphemeris({Body.MOON: Motion(329.0, 13.0)}, epoch=2451545.0)
    request = {**NOON, "time": "unknown", "planets": ["MOON"]}
    (row,) = ask("natal-chart", request, sky).data["ranges"]
    assert row["sign_certain"] is False


def test_an_unknown_time_leaves_the_moon_out_of_aspects() -> None:
    known = ask("natal-chart", {**NOON, "planets": FOUR}, SKY).data["aspects"]
    unknown = ask("natal-chart", {**NOON, "time": "unknown", "planets": FOUR}, SKY).data["aspects"]
    assert unknown == [row for row in known if "MOON" not in {row["planet1"], row["planet2"]}]
    assert len(unknown) < len(known)


@pytest.mark.parametrize("point", ["ASC", "VERTEX", "FORTUNE"])
def test_an_unknown_time_has_no_angles_and_lots(point: str) -> None:
    answer = ask("natal-chart", {**NOON, "time": "unknown", "planets": ["SUN", point]}, SKY)
    assert answer.error["details"]["field"] == "planets.1"
    assert point in answer.error["message"]


@pytest.mark.parametrize("name", ["houses", "arabic-parts", "special-points"])
def test_an_unknown_time_is_refused_where_a_time_is_needed(name: str) -> None:
    answer = ask(name, {**NOON, "time": "unknown"}, SKY)
    assert answer.error["details"]["field"] == "time"
    assert "this calculation needs a known time" in answer.error["message"]


@pytest.mark.parametrize("name", ["houses", "aspects", "planetary-positions", "natal-chart"])
def test_the_present_is_computed_anew_each_time(name: str, ephemeris: SwissEphemeris) -> None:
    place = {"latitude": 40.0, "longitude": 10.0}
    before = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    answer = ask(name, {**place, "date": " NOW "}, ephemeris)
    after = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.999999Z")
    assert answer.status == 200
    assert answer.outcome.lasting is False
    assert before <= answer.computed_for["utc"] <= after


def test_the_present_in_a_zone_is_the_same_instant(ephemeris: SwissEphemeris) -> None:
    place = {"latitude": 40.0, "longitude": 10.0, "date": "now", "timezone": "Asia/Tokyo"}
    answer = ask("houses", {**place, "calendar": "JULIAN"}, ephemeris)
    apart = answer.computed_for["julian_day"] - datetime.now(UTC).timestamp() / 86_400.0
    assert apart == pytest.approx(2_440_587.5, abs=1e-3)  # a minute and a half
    refused = ask("houses", {**place, "time": "12:00"}, ephemeris)
    assert refused.error["details"]["field"] == "time"


# Aspects


def test_own_aspects_stand_beside_the_known_ones() -> None:
    own = [{"name": "NEAR_QUINCUNX", "angle": 152.0, "orb": 0.5}]
    found = aspects(own_aspects=own)
    assert found["MOON", "SATURN"]["aspect_type"] == "NEAR_QUINCUNX"
    assert found["MOON", "SATURN"]["angle"] == 152.0
    assert found["SUN", "MOON"]["aspect_type"] == "TRINE"
    told = echoed("natal-chart", own_aspects=own, orb_multiplier=2)
    assert told["orbs"]["NEAR_QUINCUNX"] == 1.0
    assert told["own_aspects"] == {"NEAR_QUINCUNX": 152.0}


def test_moieties_are_halves_of_the_orbs_of_both_points() -> None:
    """Lilly, Christian Astrology p. 107: Sun 15, Moon 12, Saturn 9, Mercury 7."""
    found = aspects(moieties=True, aspects=["TRINE", "SQUARE"])
    assert found["SUN", "MOON"]["strength"] == pytest.approx(1.0 - 1.0 / 13.5)
    assert found["MERCURY", "SATURN"]["strength"] == pytest.approx(1.0 - 1.0 / 8.0)
    told = echoed("aspects", moieties=True, other_orb=4.0, orb_multiplier=0.5)
    assert told["moieties"]["SUN"] == 7.5
    assert told["other_orb"] == 2.0


def test_own_orbs_of_points_replace_lillys() -> None:
    """1 + 1 halved allows a degree, which Sun and Moon are off their trine."""
    narrow = {"moieties": True, "aspects": ["TRINE"]}
    assert ("SUN", "MOON") in aspects(**narrow, point_orbs={"SUN": 1, "moon": 1})
    assert ("SUN", "MOON") not in aspects(**narrow, point_orbs={"SUN": 1, "MOON": 0.9})
    told = echoed("aspects", **narrow, point_orbs={"SUN": 1, "WHITE_MOON": 2})
    assert told["moieties"] | {"SUN": 1.0, "WHITE_MOON": 2.0, "MOON": 12.0} == told["moieties"]
    quincunx = {"planets": ["SUN", "NORTH_NODE"], "aspects": ["QUINCUNX"], "other_orb": 30}
    with_node = aspects(moieties=True, **quincunx)
    assert with_node["SUN", "NORTH_NODE"]["strength"] == 1.0


def test_luminaries_have_a_bonus() -> None:
    tight = {"orbs": {"TRINE": 0.5, "SQUARE": 0.5}, "aspects": ["TRINE", "SQUARE"]}
    assert aspects(**tight) == {}
    found = aspects(**tight, luminary_bonus=0.5)
    assert set(found) == {("SUN", "MOON"), ("SUN", "SATURN"), ("MOON", "MERCURY")}
    assert echoed("aspects", luminary_bonus=0.5, orb_multiplier=2)["luminary_bonus"] == 1.0
    assert "luminary_bonus" not in echoed("aspects")


def test_rules_say_who_may_aspect_whom() -> None:
    rule = [{"points": ["SUN"], "others": ["moon", "SATURN"]}]
    assert set(aspects(pairs=rule)) == {("SUN", "MOON"), ("SUN", "SATURN")}
    either = [*rule, {"points": ["MERCURY"]}]
    assert set(aspects(pairs=either)) == {
        *(("SUN", "MOON"), ("SUN", "SATURN")),
        *(("SUN", "MERCURY"), ("MOON", "MERCURY"), ("MERCURY", "SATURN")),
    }
    assert echoed("aspects", pairs=either)["pairs"] == [
        {"points": ["SUN"], "others": ["MOON", "SATURN"]},
        {"points": ["MERCURY"], "others": []},
    ]


def test_an_aspect_out_of_sign_is_flagged() -> None:
    """29 Aries and 1 Virgo are 122 degrees apart, but five signs and not four."""
    sky = LinearEphemeris({Body.SUN: Motion(29.0), Body.MOON: Motion(151.0)})
    request = {**NOON, "planets": ["SUN", "MOON"]}
    (row,) = ask("aspects", request, sky).data["aspects"]
    assert (row["aspect_type"], row["out_of_sign"], row["partile"]) == ("TRINE", True, False)
    inside = LinearEphemeris({Body.SUN: Motion(29.0), Body.MOON: Motion(148.0)})
    (row,) = ask("aspects", request, inside).data["aspects"]
    assert row["out_of_sign"] is False
    odd = LinearEphemeris({Body.SUN: Motion(29.0), Body.MOON: Motion(101.0)})
    (row,) = ask("aspects", {**request, "aspects": ["QUINTILE"]}, odd).data["aspects"]
    assert row["out_of_sign"] is False


@pytest.mark.parametrize(
    ("moon", "partile"), [(130.05, True), (130.95, True), (131.0, False), (129.95, False)]
)
def test_partile_is_the_same_whole_degree(moon: float, *, partile: bool) -> None:
    """DEFINITIONS.md 2: the same whole degree, not an orb below 1."""
    sky = LinearEphemeris({Body.SUN: Motion(10.5), Body.MOON: Motion(moon)})
    (row,) = ask("aspects", {**NOON, "planets": ["SUN", "MOON"]}, sky).data["aspects"]
    assert row["partile"] is partile


def test_angles_move_with_the_sky_where_they_are_told_to() -> None:
    """The ascendant at 100.5 runs to the Sun's opposition at 361 degrees a day."""
    request = {"planets": ["SUN", "MC"], "aspects": ["SQUARE"]}
    assert aspects(**request)["SUN", "MC"]["applying"] is False  # the Sun comes nearer than 90
    assert aspects(**request, angles_move=True)["SUN", "MC"]["applying"] is True
    assert echoed("natal-chart", angles_move=True)["angles_move"] is True


def test_exact_times_look_ahead_where_an_aspect_applies_and_back_where_it_separates() -> None:
    """Sun and Moon close by 12 degrees a day: the trine was 1/12 day before noon, 10:00."""
    found = aspects(include_exact_time=True)
    assert found["SUN", "MOON"]["exact_time"] == "2000-01-01T10:00:00.0Z"
    # Mercury and Saturn close by 0.75 degrees a day: 1/0.75 days ahead.
    assert found["MERCURY", "SATURN"]["exact_time"] == "2000-01-02T20:00:00.0Z"
    assert "exact_time" not in aspects()["SUN", "MOON"]
    told = echoed("natal-chart", include_exact_time=True, exact_window=10)
    assert told["exact_window"] == 10.0
    assert "exact_window" not in echoed("natal-chart")


def test_more_exact_times_than_may_be_searched_at_once_are_refused(
    ephemeris: SwissEphemeris,
) -> None:
    planets = [str(body) for body in (*PLANETS, *MAIN_ASTEROIDS.values(), *LUNAR_POINTS)]
    request = {**NOON, "planets": planets, "aspects": [str(kind) for kind in AspectKind]}
    assert ask("natal-chart", request, ephemeris).status == 200
    asked = {**request, "include_exact_time": True, "exact_window": 183.0}
    refused = ask("natal-chart", asked, ephemeris)
    assert (refused.status, refused.error["details"]["field"]) == (422, "include_exact_time")
    assert "at most 21 aspects" in refused.error["message"]
    assert "shorter exact_window" in refused.error["message"]
    few = {**asked, "planets": planets[:10], "aspects": ["TRINE", "SQUARE"]}
    assert ask("natal-chart", few, ephemeris).status == 200


def test_exact_times_outside_the_window_and_of_angles_are_null() -> None:
    slow = {"include_exact_time": True, "exact_window": 1}
    assert aspects(**slow)["MERCURY", "SATURN"]["exact_time"] is None
    angle = aspects(planets=["SUN", "MC"], include_exact_time=True)
    assert angle["SUN", "MC"]["exact_time"] is None


def test_a_chart_has_exact_times_too() -> None:
    request = {**NOON, "planets": ["SUN", "MOON"], "include_exact_time": True}
    (row,) = ask("natal-chart", request, SKY).data["aspects"]
    assert row["exact_time"] == "2000-01-01T10:00:00.0Z"


def test_parallels_tell_side_orb_and_direction() -> None:
    """Declinations Sun -23 and rising, Moon 24, Mercury -22.5, Saturn 23.5 and rising."""
    request = {**NOON, "planets": FOUR, "include_parallels": True}
    rows = ask("aspects", request, SKY).data["parallels"]
    told = {
        (row["planet1"], row["planet2"]): (row["aspect_type"], row["orb"], row["applying"])
        for row in rows
    }
    assert told == {
        ("SUN", "MOON"): ("CONTRAPARALLEL", 1.0, False),
        ("SUN", "MERCURY"): ("PARALLEL", 0.5, True),
        ("SUN", "SATURN"): ("CONTRAPARALLEL", 0.5, False),
        ("MOON", "SATURN"): ("PARALLEL", 0.5, True),
        ("MERCURY", "SATURN"): ("CONTRAPARALLEL", 1.0, False),
    }
    assert "parallels" not in ask("aspects", {**NOON, "planets": FOUR}, SKY).data
    narrow = ask("aspects", {**request, "parallel_orb": 0.4}, SKY)
    assert narrow.data["parallels"] == []
    assert definitions(narrow)["parallel_orb"] == 0.4


def test_mundane_aspects_are_measured_in_houses() -> None:
    """The double's Moon stands 5 degrees of latitude back, so its trine is a sextile nearer."""
    found = aspects(space="mundane")
    assert found["SUN", "MOON"]["separation"] == 124.0
    assert found["SUN", "MERCURY"]["separation"] == 1.25
    assert all(row["applying"] is None for row in found.values())
    told = echoed("aspects", space="MUNDANE", mundane_system="CAMPANUS")
    assert (told["space"], told["mundane_system"]) == ("MUNDANE", "CAMPANUS")
    assert "mundane_system" not in echoed("aspects")


def test_mundane_aspects_have_no_exact_time() -> None:
    request = {**NOON, "planets": FOUR, "space": "MUNDANE", "include_exact_time": True}
    assert ask("aspects", request, SKY).error["details"]["field"] == "include_exact_time"


@pytest.mark.parametrize("zodiac", ["SIDEREAL", "DRACONIC"])
def test_mundane_aspects_know_no_zodiac(zodiac: str, ephemeris: SwissEphemeris) -> None:
    request = birth(space="MUNDANE", planets=["SUN", "MOON", "MARS", "ASC", "MC"])
    plain = ask("aspects", request, ephemeris).data
    assert ask("aspects", {**request, "zodiac": zodiac}, ephemeris).data == plain
    polar = ask("aspects", {**request, "latitude": 80.0}, ephemeris)
    assert polar.error["code"] == "CALCULATION_ERROR"


# Points


@pytest.mark.parametrize(
    ("asked", "body", "file"),
    [
        ("EROS", "EROS", "se00433s.se1"),
        ("asteroid_433", "ASTEROID_433", "se00433s.se1"),
        ("Eris", "ERIS", "s136199s.se1"),
        ("ASTEROID_999999", "ASTEROID_999999", "s999999s.se1"),
    ],
)
def test_a_numbered_asteroid_without_its_file_is_refused_by_the_files_name(
    asked: str, body: str, file: str, ephemeris: SwissEphemeris
) -> None:
    for name in ("planetary-positions", "natal-chart", "aspects"):
        answer = ask(name, birth(planets=["SUN", asked]), ephemeris)
        assert answer.status == 422
        assert answer.error["details"] == {
            "field": "planets",
            "body": body,
            "missing_files": [file],
            "got": body,
            "errors": [{"field": "planets", "expected": answer.error["message"], "got": body}],
        }
        assert f"put {file} into a directory" in answer.error["message"]


def test_a_numbered_asteroid_with_a_body_of_its_own_needs_no_file(
    ephemeris: SwissEphemeris,
) -> None:
    rows = ask(
        "planetary-positions", birth(planets=["ASTEROID_1", "asteroid-2060"]), ephemeris
    ).data["positions"]
    assert [row["planet"] for row in rows] == ["CERES", "CHIRON"]


WITH_POINTS = [
    name for name, entry in catalogue().items() if "planets" in entry.request.model_fields
]


@pytest.mark.parametrize("name", WITH_POINTS)
def test_a_list_of_points_is_as_long_as_its_description_says(
    name: str, ephemeris: SwissEphemeris
) -> None:
    """Repetitions are counted too."""
    entry = catalogue()[name]
    most = entry.request_schema("#/$defs/{model}")["properties"]["planets"]["maxItems"]
    refused = ask(name, {**entry.example, "planets": ["MARS"] * (most + 1)}, ephemeris)
    assert (refused.status, refused.error["details"]["field"]) == (422, "planets")


@pytest.mark.parametrize("name", WITH_POINTS)
def test_a_point_named_twice_counts_once(name: str, ephemeris: SwissEphemeris) -> None:
    example = catalogue()[name].example
    once = ask(name, {**example, "planets": ["MARS", "VENUS", "JUPITER"]}, ephemeris)
    planets = ["MARS", "venus", "MARS", "JUPITER", "VENUS"]
    twice = ask(name, {**example, "planets": planets}, ephemeris)
    assert once.status == 200, once.error
    assert twice.data == once.data
    assert definitions(twice) == definitions(once)


def test_a_point_named_twice_makes_no_aspects_with_itself(ephemeris: SwissEphemeris) -> None:
    chart = birth(planets=["SUN", "SUN", "NORTH_NODE", "RAHU"], aspects=["CONJUNCTION"])
    assert ask("natal-chart", chart, ephemeris).data["aspects"] == []
    pair = {"chart1": birth(), "chart2": birth(), "planets": ["SUN", "SUN"]}
    data = ask("synastry", pair, ephemeris).data
    assert len(data["aspects"]) == 1
    assert data["score"]["harmony"] == 9.0  # weight 1 of a conjunction, 3 of either Sun


def test_an_asteroid_is_the_same_under_its_name_and_its_number() -> None:
    points = TypeAdapter(Points).validate_python(("EROS", "ASTEROID_433", "ASTEROID_1", "CERES"))
    assert [str(point) for point in points] == ["EROS", "CERES"]


def test_a_hypothetical_body_is_labelled() -> None:
    found = positions(planets=["SUN", "WHITE_MOON"])
    assert found["WHITE_MOON"]["hypothetical"] is True
    assert "hypothetical" not in found["SUN"]


def test_equatorial_places_are_added_on_request() -> None:
    """The obliquity of the double is 23.5: the Moon at 24 is out of bounds, Saturn on it is not."""
    found = positions(planets=[*FOUR, "ASC"], include_equatorial=True, zodiac="SIDEREAL")
    assert found["SUN"]["right_ascension"] == 280.5
    assert [found[name]["declination"] for name in FOUR] == [-23.0, 24.0, -22.5, 23.5]
    assert [found[name]["out_of_bounds"] for name in FOUR] == [False, True, False, False]
    assert "declination" not in found["ASC"]
    assert "declination" not in positions()["SUN"]


def test_a_lot_rests_on_the_files_of_sun_and_moon(ephemeris: SwissEphemeris) -> None:
    answer = ask("planetary-positions", birth(planets=["FORTUNE"]), ephemeris)
    assert answer.computed_for["ephemeris"]["files"] == ["sepl_18.se1", "semo_18.se1"]
    told = definitions(answer)
    assert (told["sect"], told["sect_reversal"]) == ("GEOMETRIC", True)
    ptolemy = ask("planetary-positions", birth(planets=["FORTUNE"], sect_reversal=False), ephemeris)
    assert definitions(ptolemy)["sect_reversal"] is False


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("natal-chart", {"planets": ["SUN"]}, {"sect"}),
        ("natal-chart", {"planets": ["SPIRIT"]}, {"sect", "sect_reversal"}),
        ("natal-chart", {"planets": ["SUN"], "time": "unknown"}, set()),
        ("relocation", {"planets": ["SUN"]}, {"sect"}),
        ("davison", {"planets": ["SUN"]}, {"sect"}),
        ("diurnal", {"planets": ["SUN"]}, {"sect"}),
        ("returns", {"planets": ["SUN"]}, {"sect"}),
        ("horary", {}, {"sect"}),
        ("firdaria", {}, {"sect"}),
        ("dignities", {"include_almutens": False}, {"sect"}),
        ("zodiacal-releasing", {}, {"sect", "sect_reversal"}),
        ("planetary-positions", {"planets": ["SUN", "ASC"]}, set()),
    ],
)
def test_sect_is_echoed_where_it_tells_the_day_and_its_reversal_with_lots(
    name: str, changes: dict[str, Any], told: set[str], ephemeris: SwissEphemeris
) -> None:
    answer = ask(name, {**catalogue()[name].example, **changes}, ephemeris)
    assert answer.status == 200, answer.error
    assert {"sect", "sect_reversal"} & set(definitions(answer)) == told


def test_a_cusp_orb_has_no_part_in_true_positions(ephemeris: SwissEphemeris) -> None:
    answer = ask("natal-chart", birth(house_by="POSITION", cusp_orb=5.0), ephemeris)
    assert definitions(answer)["cusp_orb"] is None
    assert answer.meta["warnings"] == ["'cusp_orb' had no effect, because house_by is POSITION"]
    plain = ask("natal-chart", birth(cusp_orb=5.0), ephemeris)
    assert definitions(plain)["cusp_orb"] == 5.0


@pytest.mark.parametrize(
    "change",
    [
        {"zodiac": "SIDEREAL"},
        {"zodiac": "DRACONIC"},
        {"center": "TOPOCENTRIC"},
        {"house_by": "POSITION"},
        {"cusp_orb": 5},
        {"polar": "FLAG"},
        {"moieties": True},
        {"luminary_bonus": 1},
        {"own_aspects": [{"name": "OWN", "angle": 17, "orb": 1}]},
        {"pairs": [{"points": ["SUN"]}]},
        {"angles_move": True},
        {"include_exact_time": True},
        {"sect": "APPARENT", "planets": ["FORTUNE"]},
        {"time": "unknown"},
    ],
    ids=str,
)
def test_every_choice_changes_the_digest_and_the_definitions(
    change: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    plain = ask("natal-chart", birth(), ephemeris)
    chosen = ask("natal-chart", birth(**change), ephemeris)
    assert chosen.outcome.digest != plain.outcome.digest
    assert definitions(chosen) != definitions(plain)

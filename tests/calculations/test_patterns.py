"""Aspect patterns through the catalogue, under a sky whose positions are known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.bodies import Body
from tests.calculations.asking import Asked, ask
from tests.doubles import LinearEphemeris, Motion

NOON = {"date": "2000-01-01", "time": "12:00", "latitude": 50.0, "longitude": 10.0}
SKY = LinearEphemeris(
    {
        Body.SUN: Motion(0.5, 1.0),
        Body.MOON: Motion(120.5, 13.0),
        Body.MERCURY: Motion(240.5, 0.5),
        Body.VENUS: Motion(180.5, 1.0),
        Body.MARS: Motion(91.0, 0.5),
        Body.JUPITER: Motion(2.0, 0.1),
        Body.SATURN: Motion(9.0, 0.1),
        Body.URANUS: Motion(334.0, 0.1),
    },
    epoch=2451545.0,
)
KITE = ["SUN", "MOON", "MERCURY", "VENUS"]


def asked(*planets: str, **request: Any) -> Asked:
    return ask("patterns", {**NOON, "planets": planets or KITE, **request}, SKY)


def found(*planets: str, **request: Any) -> list[dict[str, Any]]:
    return list(asked(*planets, **request).data["patterns"])


def kinds(*planets: str, **request: Any) -> list[str]:
    return [pattern["pattern"] for pattern in found(*planets, **request)]


def test_a_pattern_tells_points_with_roles_and_edges_with_orbs() -> None:
    assert found("SUN", "VENUS", "MARS") == [
        {
            "pattern": "T_SQUARE",
            "points": [
                {"planet": "MARS", "longitude": 91.0, "role": "APEX"},
                {"planet": "SUN", "longitude": 0.5, "role": "BASE"},
                {"planet": "VENUS", "longitude": 180.5, "role": "BASE"},
            ],
            "edges": [
                _edge("SUN", "MARS", "SQUARE", 90.0, 90.5),
                _edge("VENUS", "MARS", "SQUARE", 90.0, 89.5),
                _edge("SUN", "VENUS", "OPPOSITION", 180.0, 180.0),
            ],
            "worst_orb": 0.5,
            "out_of_sign": False,
            "stellium_by": None,
        }
    ]


def _edge(first: str, second: str, kind: str, angle: float, apart: float) -> dict[str, Any]:
    return {
        "planet1": first,
        "planet2": second,
        "aspect_type": kind,
        "angle": angle,
        "separation": apart,
        "orb": abs(apart - angle),
        "out_of_sign": False,
    }


def test_figures_inside_larger_ones_are_told_on_request() -> None:
    assert kinds() == ["KITE"]
    assert kinds(suppress_subsets=False) == ["GRAND_TRINE", "KITE"]
    assert kinds(suppress_subsets=False, patterns=["GRAND_TRINE"]) == ["GRAND_TRINE"]


def test_each_side_has_its_own_orb() -> None:
    assert kinds("SUN", "VENUS", "MARS", orbs={"SQUARE": 0.4}) == []
    assert kinds("SUN", "VENUS", "MARS", orbs={"SQUARE": 0.5}) == ["T_SQUARE"]


def test_sides_out_of_sign_can_be_refused() -> None:
    # From 29 Pisces to 0 Cancer is a square of less than three signs.
    sky = LinearEphemeris(
        {
            Body.SUN: Motion(359.0),
            Body.MOON: Motion(90.5),
            Body.MARS: Motion(179.5),
        }
    )
    request = {**NOON, "planets": ["SUN", "MOON", "MARS"]}
    (pattern,) = ask("patterns", request, sky).data["patterns"]
    assert pattern["out_of_sign"]
    assert [edge["out_of_sign"] for edge in pattern["edges"]] == [True, True, False]
    assert ask("patterns", {**request, "out_of_sign": False}, sky).data["patterns"] == []


def test_a_stellium_is_by_sign_or_by_chain() -> None:
    three = ("SUN", "JUPITER", "SATURN")
    assert kinds(*three) == []
    (by_sign,) = found(*three, stellium_count=3)
    assert (by_sign["stellium_by"], by_sign["worst_orb"], by_sign["edges"]) == ("SIGN", None, [])
    (by_chain,) = found(*three, stellium_count=3, stellium_by="chain")
    assert (by_chain["stellium_by"], by_chain["worst_orb"]) == ("CHAIN", 7.0)
    assert found(*three, stellium_count=3, stellium_by="CHAIN", stellium_arc=6.9) == []


def test_choices_are_echoed() -> None:
    told = asked().computed_for["definitions"]
    assert told["orbs"] == {
        "OPPOSITION": 8.0,
        "TRINE": 8.0,
        "SQUARE": 8.0,
        "SEXTILE": 6.0,
        "QUINCUNX": 3.0,
    }
    assert (told["stellium_by"], told["stellium_count"], told["stellium_arc"]) == ("EITHER", 4, 8.0)
    chosen = {
        "out_of_sign": False,
        "suppress_subsets": False,
        "stellium_by": "SIGN",
        "stellium_count": 5,
        "stellium_arc": 6.0,
    }
    assert chosen.items() <= asked(**chosen).computed_for["definitions"].items()
    assert asked(orbs={"QUINCUNX": 2.0}).computed_for["definitions"]["orbs"]["QUINCUNX"] == 2.0


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("planets", ["SUN"] * 21, "planets"),
        ("patterns", ["BOOMERANG"], "patterns.0"),
        ("orbs", {"TRINE": 12.1}, "orbs.TRINE"),
        ("orbs", {"QUINTILE": 2.0}, "orbs.QUINTILE"),
        ("stellium_by", "HOUSE", "stellium_by"),
        ("stellium_count", 2, "stellium_count"),
        ("stellium_arc", 15.1, "stellium_arc"),
        ("out_of_sign", 1, "out_of_sign"),
    ],
)
def test_wrong_values_are_refused_by_name(field: str, value: Any, named: str) -> None:
    answer = ask("patterns", {**NOON, "planets": KITE, field: value}, SKY)
    assert answer.status == 422
    assert answer.error["details"]["field"] == named

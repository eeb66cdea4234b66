"""What an error of the birth time changes, under skies that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from app.astrology.bodies import Angle, Body, Celestial, Lot
from app.astrology.chart import Conventions, Instant
from app.astrology.frame import TROPICAL, Frame
from app.astrology.houses import Division, HouseRule, HouseSystem, PolarPolicy
from app.astrology.place import Place
from app.astrology.sensitivity import Change, Mark, Turning, What, movements, turnings
from app.astrology.sky import FloatArray
from app.ephemeris.swiss import SwissEphemeris
from tests.doubles import LinearEphemeris, Motion

EVEN = HouseSystem.EQUAL
MINUTE = 1.0 / 1440.0


@dataclass(frozen=True, slots=True)
class TurningSky(LinearEphemeris):
    """The ascendant, and the midheaven behind it, move on by a degree every four minutes."""

    turn: Callable[[float], float] = lambda moment: 360.0 * moment

    def divide(
        self,
        moment: float,
        place: Place,
        system: HouseSystem,
        frame: Frame = TROPICAL,
        *,
        speeds: bool = False,
    ) -> Division:
        turned = self.turn(moment)
        asc, mc = (self.ascendant + turned) % 360.0, (self.midheaven + turned) % 360.0
        still = LinearEphemeris(self.motions, asc, mc)
        division = still.divide(moment, place, system, frame, speeds=speeds)
        if system is HouseSystem.WHOLE_SIGN:
            first = asc // 30.0 * 30.0
            cusps = tuple((first + 30.0 * house) % 360.0 for house in range(12))
            return replace(division, cusps=cusps)
        return division


SKY = TurningSky(
    {
        Body.SUN: Motion(100.0, 1.0),
        Body.MOON: Motion(59.0, 12.0),
        Body.MARS: Motion(20.0, 0.0),
    },
    ascendant=10.0,
    midheaven=285.0,
)


def instant(sky: LinearEphemeris = SKY, latitude: float = 50.0, **more: Any) -> Instant:
    return Instant(0.0, Place(latitude, 0.0), Conventions(**more), sky)


def changes(
    points: Sequence[Any] = (Body.SUN, Body.MOON, Body.MARS),
    system: HouseSystem = EVEN,
    hours: float = 24.0,
    chart: Instant | None = None,
) -> dict[Mark, Turning]:
    found = turnings(chart or instant(), points, system, hours)
    return {turning.mark: turning for turning in found}


def minutes(change: Change | None) -> float:
    assert change is not None
    return change.moment / MINUTE


def test_movements_tell_before_now_and_after() -> None:
    rows = {row.key: row for row in movements(instant(), (Body.MOON, Lot.FORTUNE), EVEN, 8.0)}
    assert rows[Angle.ASC][1:4] == pytest.approx((8.0, 10.0, 12.0))
    assert rows[4][1:4] == pytest.approx((98.0, 100.0, 102.0))
    assert rows[Body.MOON].after - rows[Body.MOON].now == pytest.approx(8.0 / 120.0)
    assert rows[Body.MOON].speed == pytest.approx(12.0 / 1440.0)
    assert rows[Lot.FORTUNE].speed is None
    assert list(rows)[:2] == [Angle.ASC, Angle.MC]


def test_signs_of_angles_and_cusps_turn_when_they_reach_the_border() -> None:
    found = changes()
    ascendant = found[Mark(What.SIGN, Angle.ASC)]
    assert ascendant.now == 0
    assert minutes(ascendant.earlier) == pytest.approx(-40.0, abs=0.001)
    assert minutes(ascendant.later) == pytest.approx(80.0, abs=0.001)
    assert ascendant.earlier is not None
    assert (ascendant.earlier.becomes, ascendant.later and ascendant.later.becomes) == (11, 1)
    midheaven = found[Mark(What.SIGN, Angle.MC)]
    assert minutes(midheaven.later) == pytest.approx(60.0, abs=0.001)
    assert minutes(found[Mark(What.SIGN, 7)].later) == pytest.approx(80.0, abs=0.001)


def test_a_body_changes_its_sign_within_the_window_or_not() -> None:
    moon = changes()[Mark(What.SIGN, Body.MOON)]
    assert minutes(moon.later) == pytest.approx(120.0, abs=0.001)
    assert moon.earlier is None
    assert changes(hours=1.5)[Mark(What.SIGN, Body.MOON)].later is None
    assert changes()[Mark(What.SIGN, Body.MARS)][2:] == (None, None)


def test_a_planet_changes_house_when_it_meets_a_moving_cusp() -> None:
    mars = changes()[Mark(What.HOUSE, Body.MARS)]
    assert mars.now == 1
    assert minutes(mars.later) == pytest.approx(40.0, abs=0.001)
    assert mars.later is not None
    assert mars.later.becomes == 12
    assert minutes(mars.earlier) == pytest.approx(-80.0, abs=0.001)


def test_degrees_before_a_cusp_move_the_change_of_house() -> None:
    chart = instant(house_rule=HouseRule(cusp_orb=5.0))
    mars = changes(chart=chart)[Mark(What.HOUSE, Body.MARS)]
    assert minutes(mars.later) == pytest.approx(60.0, abs=0.001)


def test_cusps_that_leap_are_found_by_halving() -> None:
    found = changes(system=HouseSystem.WHOLE_SIGN)
    assert minutes(found[Mark(What.SIGN, 1)].later) == pytest.approx(80.0, abs=0.001)
    mars = found[Mark(What.HOUSE, Body.MARS)]
    assert minutes(mars.later) == pytest.approx(80.0, abs=0.001)
    assert minutes(mars.earlier) == pytest.approx(-40.0, abs=0.001)


def test_an_ascendant_that_leaps_across_the_sky_is_found_too() -> None:
    """As it does inside the polar circles."""
    leaping = replace(SKY, turn=lambda moment: 180.0 if moment > 15.5 * MINUTE else 0.0)
    ascendant = changes(chart=instant(leaping))[Mark(What.SIGN, Angle.ASC)]
    assert minutes(ascendant.later) == pytest.approx(15.5, abs=0.001)
    assert ascendant.later is not None
    assert ascendant.later.becomes == 6
    assert ascendant.earlier is None


def test_a_lot_moves_with_the_ascendant() -> None:
    found = changes(points=(Lot.FORTUNE,))
    assert Mark(What.HOUSE, Lot.FORTUNE) in found
    assert found[Mark(What.SIGN, Lot.FORTUNE)].later is not None


def test_without_houses_there_are_signs_of_angles_and_points_alone() -> None:
    chart = instant(latitude=70.0, polar=PolarPolicy.FLAG)
    found = changes(chart=chart, system=HouseSystem.PLACIDUS)
    assert [mark.key for mark in found] == [
        *(Angle.ASC, Angle.MC),
        *(Body.SUN, Body.MOON, Body.MARS),
    ]
    rows = movements(chart, (Body.SUN,), HouseSystem.PLACIDUS, 4.0)
    assert all(not isinstance(row.key, int) for row in rows)


def test_day_and_night_of_lots_cost_no_position_of_their_own(
    ephemeris: SwissEphemeris, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 85 degrees every lot jumps with the Sun's rising, and the sky turns all day long."""
    asked: list[int] = []
    positions = SwissEphemeris.positions

    def counted(
        sky: SwissEphemeris,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        asked.append(len(moments) * len(bodies))
        return positions(sky, moments, bodies, frame)

    monkeypatch.setattr(SwissEphemeris, "positions", counted)
    chart = Instant(2451545.25, Place(85.0, 10.0), Conventions(), ephemeris)
    turnings(chart, tuple(Lot), HouseSystem.CAMPANUS, 24.0)
    assert sum(asked) < 1000

"""Keys: how many years an arc stands for."""

from __future__ import annotations

import numpy as np
import pytest

from app.astrology.bodies import Body
from app.astrology.direction_keys import DirectionKey, key_of
from app.astrology.frame import TROPICAL
from app.ephemeris.swiss import SwissEphemeris
from tests.doubles import LinearEphemeris, Motion

SKY = LinearEphemeris({Body.SUN: Motion(359.5, 0.98)}, epoch=0.0)
ARCS = np.array([0.0, 1.0, 33.3, 90.0])


def years(kind: DirectionKey, rate: float = 1.0) -> list[float]:
    return list(key_of(kind, 0.0, 120.0, SKY, TROPICAL, rate).years(ARCS))


@pytest.mark.parametrize(
    ("kind", "rate"),
    [
        (DirectionKey.PTOLEMY, 1.0),
        (DirectionKey.NAIBOD, 360.0 / 365.24219),
        (DirectionKey.CARDANO, 59.0 / 60.0 + 12.0 / 3600.0),
        (DirectionKey.USER, 0.5),
        (DirectionKey.STATIC, 0.98),
        (DirectionKey.DYNAMIC_RA, 0.98),
        (DirectionKey.DYNAMIC_LONGITUDE, 0.98),
    ],
)
def test_every_key_divides_by_its_rate_where_the_sun_is_even(
    kind: DirectionKey, rate: float
) -> None:
    assert years(kind, 0.5) == pytest.approx((ARCS / rate).tolist(), abs=1e-9)


@pytest.mark.parametrize("kind", list(DirectionKey))
def test_years_and_arcs_are_inverse(kind: DirectionKey, ephemeris: SwissEphemeris) -> None:
    key = key_of(kind, 2451545.25, 120.0, ephemeris, TROPICAL, 1.7)
    arcs = np.linspace(0.0, 100.0, 41)
    assert key.arcs(key.years(arcs)) == pytest.approx(arcs, abs=1e-10)


def test_arcs_beyond_the_days_that_are_known_are_no_years() -> None:
    key = key_of(DirectionKey.DYNAMIC_RA, 0.0, 10.0, SKY, TROPICAL)
    found = key.years(np.array([9.0, 30.0]))
    assert found[0] == pytest.approx(9.0 / 0.98)
    assert found[1] == np.inf


def test_the_true_sun_is_met_to_a_second_between_the_days(ephemeris: SwissEphemeris) -> None:
    key = key_of(DirectionKey.DYNAMIC_LONGITUDE, 2451545.25, 60.0, ephemeris, TROPICAL)
    moments = 2451545.25 + np.array([0.0, 20.37, 45.5])
    suns = ephemeris.positions(moments, (Body.SUN,))[:, 0, 0]
    arcs = (suns - suns[0]) % 360.0
    assert key.years(arcs) == pytest.approx([0.0, 20.37, 45.5], abs=1e-5)

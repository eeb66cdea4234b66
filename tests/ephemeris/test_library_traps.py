"""What Swiss Ephemeris does where nobody expects it, called directly.

Stars, risings, eclipses and orbits rest on these calls; `app.ephemeris` keeps clear of each trap,
and here it is written down what would happen otherwise. Values are those of chart A, computed
with the shipped files, or facts of the dates that are named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import swisseph as swe

from app.ephemeris.files import DATA
from tests.ephemeris import oracle

MOMENT = 2451545.25
PLACE = (-117.15, 32.716667, 0.0)
SECOND = 1.0 / 86_400.0
ECLIPSE_OF_2026 = (2026, 7, 1)


def ask(call: Callable[..., Any], *arguments: Any) -> Any:
    """What the library answers in a thread of its own, with the shipped files."""

    def work() -> Any:
        swe.set_ephe_path(str(DATA))
        return call(*arguments)

    return oracle.in_own_thread(work)


def at(hours: int, minutes: int, seconds: float) -> float:
    """A time of 2000-01-01 as Julian day."""
    return 2451544.5 + (hours * 3600 + minutes * 60 + seconds) * SECOND


def test_planetary_nodes_are_an_axis_only_from_the_sun() -> None:
    seen = ask(swe.nod_aps_ut, MOMENT, swe.MARS, swe.NODBIT_MEAN, swe.FLG_SWIEPH)
    assert [round(node[0], 2) for node in seen[:2]] == [7.68, 248.97]
    flags = swe.FLG_SWIEPH | swe.FLG_HELCTR
    orbit = ask(swe.nod_aps_ut, MOMENT, swe.MARS, swe.NODBIT_MEAN, flags)
    assert [round(node[0], 3) for node in orbit[:2]] == [49.554, 229.554]


def test_the_moons_node_of_nod_aps_is_not_quite_the_true_node() -> None:
    nodes = ask(swe.nod_aps_ut, MOMENT, swe.MOON, swe.NODBIT_OSCU, swe.FLG_SWIEPH)
    true_node = ask(swe.calc_ut, MOMENT, swe.TRUE_NODE, swe.FLG_SWIEPH)[0][0]
    assert 1e-5 < abs(nodes[0][0] - true_node) < 3e-5


def test_a_number_for_a_name_is_a_line_of_the_star_file() -> None:
    assert ask(swe.fixstar2_ut, "1", MOMENT, swe.FLG_SWIEPH)[1] == ",109Vir"


def test_stars_are_found_by_nomenclature_not_by_every_common_name() -> None:
    with pytest.raises(swe.Error, match="could not find star"):
        ask(swe.fixstar2_ut, "Alpha Centauri", MOMENT, swe.FLG_SWIEPH)
    found = ask(swe.fixstar2_ut, ",alCen", MOMENT, swe.FLG_SWIEPH)
    assert found[1] == "Rigil Kentaurus,alCen"
    assert found[0][0] == pytest.approx(239.469909, abs=1e-6)
    assert ask(swe.fixstar2_mag, ",alCen")[0] == -0.10


@pytest.mark.parametrize(
    ("rule", "pressure", "temperature", "rise"),
    [
        (swe.CALC_RISE, 0.0, 0.0, at(14, 50, 35.6)),
        (swe.CALC_RISE, 1013.25, 15.0, at(14, 50, 52.4)),
        (swe.CALC_RISE | swe.BIT_DISC_CENTER, 0.0, 0.0, at(14, 52, 2.5)),
        (swe.CALC_RISE | swe.BIT_NO_REFRACTION, 0.0, 0.0, at(14, 53, 52.2)),
        (swe.CALC_RISE | swe.BIT_HINDU_RISING, 0.0, 0.0, at(14, 55, 18.7)),
    ],
    ids=["0 degrees by default", "15 degrees", "disc centre", "no refraction", "hindu"],
)
def test_sunrise_depends_on_what_is_easily_left_out(
    rule: int, pressure: float, temperature: float, rise: float
) -> None:
    found = ask(swe.rise_trans, MOMENT - 0.5, swe.SUN, rule, PLACE, pressure, temperature)
    assert found[1][0] == pytest.approx(rise, abs=0.06 * SECOND)


def test_a_sun_that_never_rises_is_told_by_minus_two_and_a_time_of_zero() -> None:
    tromso, midsummer = (18.9553, 69.6492, 0.0), swe.julday(2026, 6, 21, 0.0)
    status, times = ask(swe.rise_trans, midsummer, swe.SUN, swe.CALC_RISE, tromso, 1013.25, 15.0)
    assert (status, times[0]) == (-2, 0.0)


def test_azimuth_counts_from_the_south() -> None:
    sun = ask(swe.calc_ut, MOMENT, swe.SUN, swe.FLG_SWIEPH)[0][:3]
    azimuth, altitude, _ = ask(swe.azalt, MOMENT, swe.ECL2HOR, PLACE, 0.0, 0.0, sun)
    assert (azimuth + 180.0) % 360.0 == pytest.approx(150.639933, abs=1e-6)
    assert altitude == pytest.approx(28.193841, abs=1e-6)


def test_an_eclipse_has_two_magnitudes_and_an_obscuration_over_one() -> None:
    start = swe.julday(*ECLIPSE_OF_2026, 0.0)
    greatest = ask(swe.sol_eclipse_when_glob, start, swe.FLG_SWIEPH, 0)[1][0]
    _, place, attributes = ask(swe.sol_eclipse_where, greatest, swe.FLG_SWIEPH)
    assert place[1] == pytest.approx(65.1653, abs=1e-4)
    assert attributes[0] == pytest.approx(1.01775, abs=1e-5)
    assert attributes[8] == pytest.approx(1.03952, abs=1e-5)
    assert attributes[2] == pytest.approx(1.0806, abs=1e-4)
    assert (attributes[9], attributes[10]) == (126.0, 48.0)


def test_where_an_eclipse_is_central_is_known_at_its_greatest_only() -> None:
    start = swe.julday(*ECLIPSE_OF_2026, 0.0)
    greatest = ask(swe.sol_eclipse_when_glob, start, swe.FLG_SWIEPH, 0)[1][0]
    assert ask(swe.sol_eclipse_where, greatest + 0.2, swe.FLG_SWIEPH)[0] == 0


def test_a_lunar_eclipse_under_the_horizon_counts_as_none() -> None:
    start = swe.julday(2026, 8, 1, 0.0)
    greatest = ask(swe.lun_eclipse_when, start, swe.FLG_SWIEPH, 0)[1][0]
    tokyo, san_diego = (139.69, 35.69, 0.0), (-117.15, 32.7, 0.0)
    assert ask(swe.lun_eclipse_how, greatest, tokyo, swe.FLG_SWIEPH)[0] == 0
    assert ask(swe.lun_eclipse_how, greatest, san_diego, swe.FLG_SWIEPH)[0] == swe.ECL_PARTIAL


def test_the_greatest_eclipse_is_not_the_new_moon() -> None:
    start = swe.julday(*ECLIPSE_OF_2026, 0.0)
    greatest = ask(swe.sol_eclipse_when_glob, start, swe.FLG_SWIEPH, 0)[1][0]
    new_moon = swe.julday(2026, 8, 12, 17 + 36 / 60 + 45.3 / 3600)
    assert (greatest - new_moon) / SECOND == pytest.approx(553.9, abs=0.2)
    sun, moon = (
        ask(swe.calc_ut, new_moon, body, swe.FLG_SWIEPH)[0][0] for body in (swe.SUN, swe.MOON)
    )
    assert sun == pytest.approx(140.03292, abs=1e-5)
    assert moon == pytest.approx(sun, abs=1e-4)

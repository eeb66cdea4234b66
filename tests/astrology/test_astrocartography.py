"""Lines of bodies on the Earth, by hand where the sky is simple."""

from __future__ import annotations

from math import cos, radians

import numpy as np
import pytest

from app.astrology.astrocartography import (
    Band,
    MapLine,
    OnEquator,
    Projection,
    equatorial_places,
    horizon_limit,
    horizon_longitudes,
    line_on_map,
    meridian_of,
    nearest_on_line,
)
from app.astrology.bodies import Body
from app.astrology.frame import TROPICAL
from app.astrology.map_lines import arc_between, unit_vectors
from app.astrology.place import Place
from tests.doubles import LinearEphemeris, Motion

EQUATORIAL = OnEquator(Body.SUN, 100.0, 0.0)
NORTHERN = OnEquator(Body.VENUS, 100.0, 20.0)
SOUTHERN = OnEquator(Body.MARS, 310.0, -25.0)
LINES = pytest.mark.parametrize("line", MapLine)
BODIES = pytest.mark.parametrize("place", [NORTHERN, SOUTHERN, OnEquator(Body.MOON, 5.0, 28.5)])


def test_a_body_culminates_where_sidereal_time_is_its_right_ascension() -> None:
    assert meridian_of(EQUATORIAL, MapLine.MC, 60.0) == 40.0
    assert meridian_of(EQUATORIAL, MapLine.IC, 60.0) == -140.0


def test_a_body_on_the_equator_rises_six_hours_west_of_its_meridian_everywhere() -> None:
    latitudes = np.array([-80.0, 0.0, 45.0])
    np.testing.assert_allclose(
        horizon_longitudes(EQUATORIAL, MapLine.ASC, 60.0, latitudes), -50.0, atol=1e-12
    )
    np.testing.assert_allclose(
        horizon_longitudes(EQUATORIAL, MapLine.DESC, 60.0, latitudes), 130.0, atol=1e-12
    )


def test_a_northern_body_stays_up_longer_in_the_north() -> None:
    rising = horizon_longitudes(NORTHERN, MapLine.ASC, 60.0, np.array([-40.0, 0.0, 40.0]))
    assert rising[2] < rising[1] < rising[0]  # farther west of the meridian: it rises earlier


def test_horizon_lines_end_at_ninety_degrees_less_the_declination_on_the_meridian() -> None:
    assert horizon_limit(-25.0) == 65.0
    (line,) = line_on_map(SOUTHERN, MapLine.DESC, 40.0, Band())
    ends = sorted(point[1] for point in (line[0], line[-1]))
    assert ends == [-65.0, 65.0]
    by_latitude = {latitude: longitude for longitude, latitude in line}
    # In the south it sets at its lower meridian after a day without night, in the north at once.
    assert by_latitude[-65.0] == pytest.approx(90.0, abs=1e-4)
    assert by_latitude[65.0] == pytest.approx(-90.0, abs=1e-4)


def test_a_band_beyond_the_limit_has_no_horizon_line_but_a_meridian() -> None:
    band = Band(70.0, 85.0)
    assert line_on_map(SOUTHERN, MapLine.ASC, 200.0, band) == []
    assert line_on_map(SOUTHERN, MapLine.MC, 200.0, band) == [[[110.0, 70.0], [110.0, 85.0]]]


@LINES
@BODIES
def test_lines_are_cut_at_the_seam_at_their_exact_latitude(place: OnEquator, line: MapLine) -> None:
    for sidereal_time in range(0, 360, 15):
        parts = line_on_map(place, line, float(sidereal_time), Band(step=7.0))
        points = [point for part in parts for point in part]
        assert all(-180.0 <= longitude <= 180.0 for longitude, _ in points)
        for part in parts:
            steps = np.abs(np.diff([longitude for longitude, _ in part]))
            assert np.all(steps < 180.0)
        if line in {MapLine.ASC, MapLine.DESC}:
            latitudes = np.array([latitude for _, latitude in points])
            expected = horizon_longitudes(place, line, float(sidereal_time), latitudes)
            off = (np.array([longitude for longitude, _ in points]) - expected + 180.0) % 360.0
            # Six decimals of latitude are no six of longitude where the line turns to its end.
            inner = np.abs(latitudes) < horizon_limit(place.declination) - 0.1
            assert np.all(np.abs(off[inner] - 180.0) < 1e-4)


def test_a_finer_step_gives_more_points() -> None:
    coarse, fine = (
        sum(map(len, line_on_map(NORTHERN, MapLine.ASC, 0.0, Band(step=step))))
        for step in (10.0, 1.0)
    )
    assert fine > 8 * coarse


@LINES
@BODIES
@pytest.mark.parametrize("to", [Place(51.5, -0.1), Place(-33.9, 151.2), Place(89.0, 10.0)])
def test_the_nearest_point_is_nearer_than_any_other_of_the_line(
    place: OnEquator, line: MapLine, to: Place
) -> None:
    nearest = nearest_on_line(place, line, 77.0, to)
    here = unit_vectors(np.array(to.longitude), np.array(to.latitude))
    if line in {MapLine.MC, MapLine.IC}:
        latitudes = np.linspace(-90.0, 90.0, 20_001)
        longitudes = np.full_like(latitudes, meridian_of(place, line, 77.0))
    else:
        limit = horizon_limit(place.declination)
        # Denser towards the ends, where the line runs along its parallel.
        latitudes = limit * np.sin(np.linspace(-np.pi / 2, np.pi / 2, 20_001))
        longitudes = horizon_longitudes(place, line, 77.0, latitudes)
    arcs = arc_between(unit_vectors(longitudes, latitudes), here)
    assert nearest.arc == pytest.approx(float(np.min(arcs)), abs=1e-3)
    assert nearest.arc <= float(np.min(arcs)) + 1e-9
    foot = unit_vectors(np.array(nearest.longitude), np.array(nearest.latitude))
    assert float(arc_between(foot, here)) == pytest.approx(nearest.arc, abs=1e-9)


def test_a_place_on_a_line_has_no_distance_from_it() -> None:
    longitude = float(horizon_longitudes(NORTHERN, MapLine.ASC, 77.0, np.array([40.0]))[0])
    here = Place(40.0, longitude)
    assert nearest_on_line(NORTHERN, MapLine.ASC, 77.0, here).arc == pytest.approx(0.0, abs=1e-9)


def test_in_zodiaco_takes_the_degree_without_its_latitude() -> None:
    sky = LinearEphemeris({Body.MARS: Motion(90.0, latitude=5.0, declination=28.0)})
    (body,) = equatorial_places(0.0, (Body.MARS,), sky, TROPICAL)
    (degree,) = equatorial_places(0.0, (Body.MARS,), sky, TROPICAL, Projection.IN_ZODIACO)
    assert (body.right_ascension, body.declination) == (90.0, 28.0)
    assert degree.right_ascension == pytest.approx(90.0)
    assert degree.declination == pytest.approx(23.5)  # the obliquity of that sky
    assert cos(radians(degree.right_ascension)) == pytest.approx(0.0, abs=1e-12)

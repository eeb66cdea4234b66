"""Names of stars: ours, the catalogue's, Bayer's and Flamsteed's."""

from __future__ import annotations

from math import inf

import pytest

from app.astrology.almanac import Star
from app.astrology.constellations import CONSTELLATIONS
from app.astrology.star_names import (
    AMBIGUOUS,
    NO_STARS,
    PREFERRED,
    StarIndex,
    canonical,
    constellation_of,
    magnitude_of,
    star_index,
)
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA

SIXTEEN = (
    *("ALDEBARAN", "ALGOL", "ALPHA_CENTAURI", "ANTARES", "ARCTURUS", "BETELGEUSE", "CANOPUS"),
    *("CAPELLA", "DENEB", "FOMALHAUT", "POLLUX", "PROCYON", "REGULUS", "SIRIUS", "SPICA", "VEGA"),
)


@pytest.fixture(scope="module")
def index(ephemeris: SwissAlmanac) -> StarIndex:
    return star_index(ephemeris.stars())


@pytest.mark.parametrize("name", SIXTEEN)
def test_the_sixteen_stars_are_called_as_they_are_asked_for(name: str, index: StarIndex) -> None:
    star = index.find(name)
    assert star is not None
    assert index.name_of[star.key] == name


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Alpha Centauri", "alCen"),
        ("rigil kentaurus", "alCen"),
        ("Toliman", "alCen"),
        ("alpha-tauri", "alTau"),
        ("alTau", "alTau"),
        ("ALTAU", "alTau"),
        ("Gamma 1 Leonis", "ga-1Leo"),
        ("61 Cygni", "61Cyg"),
        ("Omicron Ceti", "omiCet"),
        ("Alpha Canum Venaticorum", "al-2CVn"),
        ("Alpha Capricorni", "al-2Cap"),
        ("Galactic Center", "SgrA*"),
        ("Proxima Centauri", "V645 Cen"),
        ("Deneb", "alCyg"),
        ("Algedi", "al-2Cap"),
        ("pPup", "pPup"),
        ("P_Pup", "P_Pup"),
    ],
)
def test_a_star_is_found_by_each_of_its_names(name: str, key: str, index: StarIndex) -> None:
    star = index.find(name)
    assert star is not None
    assert star.key == key


@pytest.mark.parametrize("name", ["", "1", "109", "%", "al%", ",,", "Test", "GCRS00", "x" * 500])
def test_what_the_library_would_guess_from_is_no_name(name: str, index: StarIndex) -> None:
    assert index.find(name) is None


def test_every_traditional_name_of_the_file_means_a_star_that_it_names(index: StarIndex) -> None:
    meant: dict[str, set[str]] = {}
    text = (DATA / "sefstars.txt").read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        columns = [column.strip() for column in line.split(",")]
        if not line.startswith("#") and len(columns) > 13 and columns[0]:
            meant.setdefault(canonical(columns[0]), set()).add(columns[1])
    assert len(meant) > 700
    for name, keys in meant.items():
        if keys <= NO_STARS:
            continue
        star = index.find(name)
        assert star is not None, name
        assert star.key in keys
        assert len(keys) == 1 or AMBIGUOUS[name] == star.key


def test_every_star_has_a_name_of_its_own_that_finds_it(index: StarIndex) -> None:
    for key, name in index.name_of.items():
        assert name == canonical(name)
        found = index.find(name)
        assert found is not None
        assert found.key == key


def test_our_own_names_mean_stars_of_the_file(index: StarIndex) -> None:
    assert {*AMBIGUOUS.values(), *PREFERRED} <= set(index.by_key)


def test_the_nearest_name_is_told(index: StarIndex) -> None:
    assert index.nearest("Aldebran") == "ALDEBARAN"
    assert index.nearest("Sirrius") == "SIRIUS"
    assert index.nearest("!") is None


def test_poles_and_clusters_without_light_have_no_magnitude(index: StarIndex) -> None:
    for name in ("Gal.Pole", "Galactic Center", "Sun Pole"):
        star = index.find(name)
        assert star is not None
        assert magnitude_of(star) is None
    assert all(magnitude_of(star) is not None for star in index.brighter_than(7.0))


def test_bright_stars_come_in_their_order(index: StarIndex) -> None:
    names = [index.name_of[star.key] for star in index.brighter_than(0.2)]
    assert names == [
        *("SIRIUS", "CANOPUS", "ALPHA_CENTAURI", "ARCTURUS", "VEGA", "CAPELLA", "RIGEL"),
    ]
    assert "ALGOL" not in {index.name_of[star.key] for star in index.brighter_than(2.0)}


def test_constellations_come_from_the_keys() -> None:
    assert len(CONSTELLATIONS) == 88
    assert constellation_of(Star("al-2Lib", "Zuben", 2.75)) == "Libra"
    assert constellation_of(Star("M44", "Praesepe Cluster", 3.7)) == "Cancer"
    assert constellation_of(Star("GPol", "Gal.Pole", 0.0)) is None
    assert constellation_of(Star("V645 Cen", "Proxima Centauri", 11.1)) == "Centaurus"


def test_a_catalogue_without_traditional_names_has_names_too() -> None:
    index = star_index(
        (Star("alTau", "alTau", 0.86), Star("17Tau", "17Tau", 3.7), Star("X1", "X1", inf))
    )
    assert dict(index.name_of) == {"alTau": "ALPHA_TAURI", "17Tau": "17_TAURI", "X1": "X1"}

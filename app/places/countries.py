"""Countries and their regions, by any of their names."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from app.errors import InvalidInput
from app.places.files import COUNTRIES, DATA, REGIONS
from app.places.folding import fold

MOST_NAMED = 12
"""Regions that a refusal lists."""
_LIKE = 0.6
"""How like a known name an unknown one must be to be offered instead: 1 is the same."""


@dataclass(frozen=True, slots=True)
class Country:
    """`code` is ISO 3166-1 alpha-2; `names` are all names and codes, folded."""

    code: str
    name: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A first-level division such as a state; `name` is empty where a country has none.

    `names` are its name, and its code where people write it, folded.
    """

    country: str
    name: str
    names: tuple[str, ...]


def find_country(text: str) -> Country:
    """The country of an ISO code or a name; raises InvalidInput naming `country`."""
    wanted = fold(text)
    known = _by_name()
    country = known.get(wanted) or known.get(wanted.replace(" ", ""))  # U.S.A.
    if country is None:
        near = difflib.get_close_matches(wanted, known, n=1, cutoff=_LIKE)
        hint = f" (did you mean {known[near[0]].name}?)" if near else ""
        expected = f"a country by its English name or ISO code, such as France or FR{hint}"
        raise InvalidInput.of("country", expected, text)
    return country


def regions_of(text: str, country: Country) -> frozenset[int]:
    """The numbers of a country's regions of a name or code; raises InvalidInput for `region`."""
    wanted = fold(text)
    own = [(at, region) for at, region in enumerate(regions()) if region.country == country.code]
    for fits in (_is, _begins):
        if wanted and (found := frozenset(at for at, region in own if fits(region.names, wanted))):
            return found
    return _refuse_region(text, country, [region.name for _, region in own if region.name])


def _refuse_region(text: str, country: Country, names: list[str]) -> NoReturn:
    near = difflib.get_close_matches(text, names, n=1, cutoff=_LIKE)
    hint = f" (did you mean {near[0]}?)" if near else ""
    known = f", such as {listed(names)}" if names else ""
    raise InvalidInput.of("region", f"a region of {country.name}{known}{hint}", text)


@lru_cache(maxsize=1024)
def matching(part: str) -> frozenset[int]:
    """The numbers of all regions meant by a folded part behind a comma, as far as it is typed.

    A whole name or code goes before the beginning of one, but not a single letter. It may be a
    country's or a region's: CA is Canada and California.
    """
    for fits in (_is, _begins) if len(part) > 1 else (_begins,):
        countries = {country.code for country in _countries() if fits(country.names, part)}
        found = frozenset(
            at
            for at, region in enumerate(regions())
            if region.country in countries or fits(region.names, part)
        )
        if found:
            return found
    return frozenset()


@lru_cache(maxsize=256)
def in_country(code: str) -> frozenset[int]:
    """The numbers of all regions of a country."""
    return frozenset(at for at, region in enumerate(regions()) if region.country == code)


def listed(names: list[str]) -> str:
    """Names for a sentence, as many as it can bear."""
    text = ", ".join(names[:MOST_NAMED])
    return f"{text} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else text


@lru_cache(maxsize=1)
def regions() -> tuple[Region, ...]:
    """All regions; a city's region is its number here."""
    return tuple(
        Region(country, name, tuple(filter(None, (fold(name), code.lower()))))
        for country, name, code in _rows(REGIONS)
    )


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """Names by ISO code."""
    return {country.code: country.name for country in _countries()}


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Country]:
    return {name: country for country in _countries() for name in country.names}


@lru_cache(maxsize=1)
def _countries() -> tuple[Country, ...]:
    return tuple(
        Country(code, name, tuple(map(fold, (code, name, *others.split("|")))))
        for code, name, others in _rows(COUNTRIES)
    )


def _rows(name: str) -> Iterator[list[str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _is(names: tuple[str, ...], wanted: str) -> bool:
    return wanted in names or wanted.replace(" ", "") in names


def _begins(names: tuple[str, ...], part: str) -> bool:
    return any(name.startswith(part) for name in names)

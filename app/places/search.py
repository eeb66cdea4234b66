"""Cities by what somebody types."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from app.errors import InvalidInput
from app.places.countries import find_country, in_country, matching
from app.places.folding import fold
from app.places.table import Numbers, Place, Table, table

LONGEST_QUERY = 100
"""Characters; the longest name that the data has is shorter."""
MOST_PLACES = 50
"""Places of one answer; whoever needs more has to type more."""
MOST_PARTS = 4
"""Parts between commas: city, county, region, country."""

_NEAREST_CITIES = (1024, 16_384)
"""Numbers of the largest cities, among which most searches find enough."""
_OWN_NAME = 30
"""How many times larger a city must be to go before one that has the name as its own."""
_MOST_OF_NAME = 200
"""Cities of exactly one name that are ranked: its 200 largest."""
_COMPARED = 1000
"""The largest cities that a misspelt name is compared with."""
_LONGEST_COMPARED = 40
"""Characters of a name beyond which nothing is compared."""
_MOST_RANKED = 50
_SLACK = 2
_ALPHABET = "abcdefghijklmnopqrstuvwxyz "
_LIKE = 0.7
"""How like a known name an unknown one must be to be offered instead: 1 is the same."""


def search(query: str, *, country: str | None = None, limit: int = 10) -> list[Place]:
    """Places with a name that begins like the query: exact names first, then by population.

    Among exact names a city's own one weighs more than another one: Broken Hill is in Australia,
    though Kabwe, sixteen times larger, was called so too; but Cologne is in Germany.
    Case, accents and punctuation do not count, and any of a city's names will do. Regions and
    countries, whole or begun, may follow behind commas: Paris, FR; Springfield, Illinois, US.
    Nothing comes back where nothing fits; `similar` then has advice. Raises InvalidInput for an
    empty or overlong query, and for an unknown country.
    """
    city, parts = parsed(query)
    limit = max(1, min(limit, MOST_PLACES))
    allowed = None if country is None else in_country(find_country(country).code)
    for part in parts:
        meant = matching(part)
        allowed = meant if allowed is None else allowed & meant
    cities = table()
    exact = _within(cities, cities.exactly(city), allowed)[:_MOST_OF_NAME].tolist()
    places = sorted(map(cities.place, exact), key=lambda place: _rank(place, city))[:limit]
    if len(places) < limit:
        begun = _largest(cities, cities.beginning(city), allowed, limit)
        places += [cities.place(at) for at in begun if at not in exact]
    return places[:limit]


def similar(query: str, *, country: str | None = None, limit: int = 3) -> list[str]:
    """Names of cities spelt like the query, the most similar first; takes some milliseconds.

    Compared are all names one letter away, and those of the largest cities, of one country if it
    is given. Raises InvalidInput as `search` does.
    """
    city, _ = parsed(query)
    allowed = None if country is None else in_country(find_country(country).code)
    if len(city) > _LONGEST_COMPARED:
        return []
    cities = table()
    matcher = difflib.SequenceMatcher(b=city, autojunk=False)
    ranked = []
    for key in {*_one_letter_away(city), *_alike(city, _well_known(allowed))}:
        matcher.set_seq1(key)
        of_key = _within(cities, cities.exactly(key), allowed)
        if len(of_key) and (likeness := matcher.ratio()) >= _LIKE:
            ranked.append((-round(likeness, 1), int(of_key[0])))
    names = dict.fromkeys(cities.place(at).name for _, at in sorted(ranked)[:_MOST_RANKED])
    return list(names)[:limit]


def parsed(query: str) -> tuple[str, list[str]]:
    """The city and the parts behind it, folded; raises InvalidInput naming `query`."""
    if len(query) > LONGEST_QUERY:
        raise InvalidInput.of("query", f"at most {LONGEST_QUERY} characters", query)
    city, *parts = map(fold, query.replace("、", ",").replace("،", ",").split(","))
    if not city:
        expected = "the beginning of a city's name, such as Par or Springfield, Illinois, US"
        raise InvalidInput.of("query", expected, query)
    if len(parts) >= MOST_PARTS:
        expected = f"at most {MOST_PARTS} parts between commas: city, county, region, country"
        raise InvalidInput.of("query", expected, query)
    return city, [part for part in parts if part]


def _largest(
    cities: Table, found: Numbers, allowed: frozenset[int] | None, limit: int
) -> list[int]:
    """The largest cities among some, each once."""
    found = _within(cities, found, allowed)
    for bound in _NEAREST_CITIES:
        near = np.unique(found[found < bound])
        if len(near) >= limit:
            break
    else:
        near = np.unique(found)
    return list(map(int, near[:limit]))


def _rank(place: Place, city: str) -> int:
    return -place.population * (_OWN_NAME if fold(place.name) == city else 1)


def _within(cities: Table, found: Numbers, allowed: frozenset[int] | None) -> Numbers:
    return found if allowed is None else cities.within(found, allowed)


def _one_letter_away(city: str) -> Iterator[str]:
    """Names with one letter left out, put in, replaced, or swapped with its neighbour."""
    for at in range(len(city) + 1):
        head, tail = city[:at], city[at:]
        yield head + tail[1:]
        yield head + tail[1:2] + tail[:1] + tail[2:]
        for letter in _ALPHABET:
            yield head + letter + tail
            yield head + letter + tail[1:]


def _alike(city: str, names: Iterable[str]) -> Iterator[str]:
    """Those names that are about as long, and begin or end alike."""
    for name in names:
        if abs(len(name) - len(city)) <= _SLACK and (
            name[:1] == city[:1] or name[-_SLACK:] == city[-_SLACK:]
        ):
            yield name


@lru_cache(maxsize=16)  # some 80 KB each
def _well_known(allowed: frozenset[int] | None) -> tuple[str, ...]:
    """The folded names of the largest cities."""
    cities = table()
    return tuple(fold(cities.place(at).name) for at in cities.largest(allowed, _COMPARED).tolist())

"""The one place that a city and a country mean."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import NoReturn

from app.errors import InvalidInput
from app.places.countries import Country, find_country, in_country, listed, regions_of
from app.places.folding import fold
from app.places.search import parsed, similar
from app.places.table import Place, table

DOMINANT = 10
"""How many times larger a city is than the next of its name, to be meant without a region."""
SAME_PLACE = 0.3
"""Degrees within which two entries of one name are one place: a city and its own districts."""
MOST_COMPARED = 200
"""Cities of one name in one country that are looked at, the largest first."""

RADIUS_OF_THE_EARTH = 6371.0
"""Kilometres, the mean."""

_INSTEAD = "or give latitude, longitude and timezone instead"


def find(city: str, country: str, region: str | None = None) -> Place:
    """The city of a name in a country, and in a region if one is given.

    The name must be whole, in any language. Of several cities one is meant that is ten times larger
    than the next, or that alone has this name as its own, not as another one. Raises InvalidInput:
    naming `city` where there is none, with the nearest spelling; naming `region` or `city` where
    there are several, with all of them; naming `country` or `region` where these are unknown.
    """
    if not fold(city):
        raise InvalidInput.of("city", "given, such as Paris", city or None)
    where = find_country(country)
    found = _candidates(city, where, region)
    if not found:
        _refuse_unknown(city, where, region)
    first, *others = _apart(found)
    rivals = others
    wanted = fold(city.partition(",")[0])
    own = [place for place in (first, *others) if fold(place.name) == wanted]
    if first in own:
        rivals = own[1:]
    largest_rival = max((place.population for place in rivals), default=0)
    if rivals and (first.population < DOMINANT * largest_rival or (own and first not in own)):
        _refuse_several(city, where, [first, *rivals])
    return first


def distance_to(
    city: str, country: str | None, region: str | None, latitude: float, longitude: float
) -> float | None:
    """Kilometres from a point to the nearest city of a name; None where none has it."""
    try:
        if country is None:
            cities = table()
            found = [cities.place(one) for one in cities.exactly(_named(city)[0])[:MOST_COMPARED]]
        else:
            found = _candidates(city, find_country(country), region)
    except InvalidInput:
        return None
    return min((_distance(place, latitude, longitude) for place in found), default=None)


def _distance(place: Place, latitude: float, longitude: float) -> float:
    """Kilometres along a great circle of a round Earth, by the haversine formula."""
    here, there = radians(latitude), radians(place.latitude)
    across = sin(radians(longitude - place.longitude) / 2.0) ** 2 * cos(here) * cos(there)
    chord = sin((here - there) / 2.0) ** 2 + across
    return 2.0 * RADIUS_OF_THE_EARTH * asin(min(1.0, sqrt(chord)))


def _candidates(city: str, country: Country, region: str | None) -> list[Place]:
    """The cities of a name in a country, the largest first."""
    name, parts = _named(city)
    allowed = in_country(country.code)
    if region is not None and fold(region):
        allowed = regions_of(region, country)
    elif parts and parts[0] not in country.names:
        allowed = regions_of(parts[0], country)
    cities = table()
    return list(map(cities.place, cities.within(cities.exactly(name), allowed)[:MOST_COMPARED]))


def _named(city: str) -> tuple[str, list[str]]:
    """The parts of a city such as Springfield, Illinois; raises InvalidInput naming `city`."""
    try:
        return parsed(city)
    except InvalidInput as error:
        raise error.renamed({"query": "city"}) from None


def _apart(places: list[Place]) -> list[Place]:
    """Places without those that lie within a larger one of the same name."""
    kept: list[Place] = []
    for place in places:
        if not any(_is_one_place(place, other) for other in kept):
            kept.append(place)
    return kept


def _is_one_place(one: Place, other: Place) -> bool:
    return (
        abs(one.latitude - other.latitude) < SAME_PLACE
        and abs(one.longitude - other.longitude) < SAME_PLACE
    )


def _refuse_unknown(city: str, country: Country, region: str | None) -> NoReturn:
    near = similar(city.partition(",")[0], country=country.code)
    hint = f" (did you mean {' or '.join(near)}?)" if near else ""
    where = country.name if region is None else f"{region}, {country.name}"
    raise InvalidInput.of("city", f"a city of {where}{hint}; {_INSTEAD}", city)


def _refuse_several(city: str, country: Country, found: list[Place]) -> NoReturn:
    names = list(dict.fromkeys(place.name for place in found))
    regions = list(dict.fromkeys(place.region for place in found if place.region))
    if len(names) > 1:
        full = listed([f"{place.name} ({place.region})" for place in found])
        raise InvalidInput.of("city", f"one of {full}; {_INSTEAD}", city)
    if len(regions) == len(found):
        expected = f"given, because {country.name} has {city} in {listed(regions)}"
        raise InvalidInput.of("region", expected, None)
    spots = [f"{place.latitude:.2f}/{place.longitude:.2f}" for place in found]
    expected = f"given, because {country.name} has several {city}, at {listed(spots)}"
    raise InvalidInput.of("latitude", expected, None)

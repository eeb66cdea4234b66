"""The cities in memory: sorted names, and columns of numbers; about 15 MB for 70,000 cities.

Cities are numbered by falling population, so that the lowest number is the largest city.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from app.places.countries import country_names, regions
from app.places.files import CITIES, DATA, verify

Numbers = npt.NDArray[np.int32]

DEGREE = 100_000
"""Steps of the stored coordinates per degree: about one metre each."""
_BEHIND_ALL = b"\xff"
"""Greater than any byte of UTF-8."""
_END_OF_LINE = 10


@dataclass(frozen=True, slots=True)
class Place:
    """A city; latitude and longitude in degrees, north and east positive.

    `region` is its state or province, empty where the country has none.
    """

    name: str
    country: str
    country_code: str
    region: str
    latitude: float
    longitude: float
    timezone: str
    population: int
    geonames_id: int


class Lines(Sequence[bytes]):
    """Lines of UTF-8 in one block of memory."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        ends = np.flatnonzero(np.frombuffer(text, np.uint8) == _END_OF_LINE) + 1
        self._starts = array("I", np.concatenate([[0], ends]).astype(np.uint32).tobytes())

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> list[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | list[bytes]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        return self._text[self._starts[at] : self._starts[at + 1] - 1]


class Table:
    """All cities; read once, never changed."""

    def __init__(self) -> None:
        verify()
        with np.load(DATA / CITIES, allow_pickle=False) as columns:
            self._names = Lines(_bytes(columns["names"]))
            self._keys = Lines(_bytes(columns["keys"]))
            self._zones = _bytes(columns["zones"]).decode("ascii").split()
            low, middle, high = columns["cities_of_keys"].astype(np.int32)
            self._cities: Numbers = low + (middle << 8) + (high << 16)
            counts = columns["counts_of_keys"].astype(np.uint32)
            bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
            self._bounds = array("I", bounds.tobytes())
            self._latitudes, self._longitudes = columns["latitudes"], columns["longitudes"]
            self._populations, self._ids = columns["populations"], columns["ids"]
            self._zone_of, self._region_of = columns["zone_of"], columns["region_of"]

    def __len__(self) -> int:
        return len(self._names)

    @property
    def keys(self) -> int:
        """How many folded names there are."""
        return len(self._keys)

    def key(self, at: int) -> str:
        """A folded name; they are sorted by their UTF-8."""
        return self._keys[at].decode()

    def exactly(self, key: str) -> Numbers:
        """The cities of a folded name, the largest first."""
        wanted = key.encode()
        at = bisect_left(self._keys, wanted)
        if at == len(self._keys) or self._keys[at] != wanted:
            return self._cities[:0]
        return self._cities[self._bounds[at] : self._bounds[at + 1]]

    def beginning(self, key: str) -> Numbers:
        """The cities with a folded name that begins so, in no order, some several times."""
        wanted = key.encode()
        first = bisect_left(self._keys, wanted)
        last = bisect_left(self._keys, wanted + _BEHIND_ALL, lo=first)
        return self._cities[self._bounds[first] : self._bounds[last]]

    def largest(self, allowed: frozenset[int] | None, most: int) -> Numbers:
        """The largest cities, of the allowed regions if any are given."""
        if allowed is None:
            return np.arange(min(most, len(self)), dtype=np.int32)
        return np.flatnonzero(_mask(allowed)[self._region_of])[:most].astype(np.int32)

    def within(self, cities: Numbers, allowed: frozenset[int]) -> Numbers:
        """Those of some cities that lie in one of the allowed regions."""
        kept: Numbers = cities[_mask(allowed)[self._region_of[cities]]]
        return kept

    def place(self, city: int) -> Place:
        region = regions()[self._region_of[city]]
        return Place(
            self._names[city].decode(),
            country_names()[region.country],
            region.country,
            region.name,
            int(self._latitudes[city]) / DEGREE,
            int(self._longitudes[city]) / DEGREE,
            self._zones[self._zone_of[city]],
            int(self._populations[city]),
            int(self._ids[city]),
        )


def table() -> Table:
    """The cities, read at the first call; raises DamagedPlaces.

    Reading takes some tenths of a second, so that the first call is none for the event loop.
    """
    with _reading:
        return _table()


_reading = Lock()
"""Two threads that ask at first read once."""


@lru_cache(maxsize=1)
def _table() -> Table:
    return Table()


@lru_cache(maxsize=256)
def _mask(allowed: frozenset[int]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(len(regions()), bool)
    mask[list(allowed)] = True
    return mask


def _bytes(column: npt.NDArray[Any]) -> bytes:
    return column.tobytes()

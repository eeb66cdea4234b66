"""The files behind bodies: which ones a moment needs, which are open, and which are missing.

A library without its files answers from a coarser theory without a word, and the Moon even under
the flag of the files, so that the files of every moment are looked for first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from math import inf
from pathlib import Path

import swisseph as swe

from app.astrology.bodies import HYPOTHETICAL, Asteroid, Celestial
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import Theory
from app.ephemeris.numbers import ANALYTIC, IN_ASTEROID_FILES, OSCULATING, THEORY_FLAG

ORBITS_FILE = "seorbel.txt"
"""Orbital elements of the hypothetical bodies; without it the library takes older ones."""
STARS_FILE = "sefstars.txt"
"""The catalogue of the Swiss Ephemeris: ICRS places, proper motions and V magnitudes."""

_SLOTS = {"sepl": 0, "semo": 1, "seas": 2}
"""Where the library keeps what it knows of the file it has open, by the file's prefix."""
_OWN_SLOT = 3
"""The same for the file of one minor planet."""
_OPENERS: dict[str, int] = {"sepl": swe.SUN, "semo": swe.MOON, "seas": swe.CHIRON}
"""A body whose position opens the file of a prefix."""
_CENTURIES_OF_A_FILE = 6
_YEARS_OF_A_FILE = 100 * _CENTURIES_OF_A_FILE
_FARTHEST_YEAR = 18_000
"""Before which, and after which, no file begins."""
_GREGORIAN_FILES_FROM = 2305447.5
"""Julian day of 1600-01-01, before which the library counts the years of files by Julian years."""
_LIGHT_TIME = 0.3
"""Days that light needs from Pluto at its farthest: for so long a file's first moments need the
file before it."""
_OVERLAP = 100.0
"""Days at the ends of a file where another one may reach too, and more."""
_SHORTEST_YEAR = 365.2425
_NAMED_FILE = re.compile(r"SwissEph file '([^']+)' not found")
_DIRECTORIES = re.compile(r"(?<!\w)/.*/")
"""The directories of a file that the library names whole."""
_SHORT_NUMBER = 99_999


class Files:
    """The ephemeris files of some directories."""

    def __init__(self, directories: Sequence[Path]) -> None:
        self._names = frozenset(
            path.name
            for directory in directories
            for pattern in ("*.se1", ORBITS_FILE, STARS_FILE)
            for path in directory.glob(pattern)
        )

    def open_for(
        self, moment: float, bodies: Sequence[Celestial], prefixes: Sequence[str], theory: Theory
    ) -> tuple[float, float]:
        """Open the files of the moment's own centuries; raises OutsideEphemeris without them.

        Returned are the first and last Julian day for which the same files serve, so that a table
        need not ask again for each of its moments. Files overlap by some weeks, where the library
        would go on with the one it has open, and the answer would depend on earlier ones.
        """
        if not prefixes:
            return -inf, inf
        year = _year_of_files(moment)
        if self._missing(prefixes, year):
            behind = next(b for b in bodies if self._missing(prefixes_of((b,), theory), year))
            raise self._outside(moment, behind, prefixes_of((behind,), theory), year)
        for prefix in prefixes:
            open_file = swe.get_current_file_data(_SLOTS[prefix])[0]
            if not open_file.endswith(file_name(prefix, year)):
                with suppress(swe.Error):
                    swe.calc_ut(_middle_of_file(year), _OPENERS[prefix], THEORY_FLAG[theory])
        return _served(moment, year)

    def require_orbits(self, bodies: Sequence[Celestial]) -> None:
        """Raise OutsideEphemeris for hypothetical bodies without the file of their elements."""
        behind = next((body for body in bodies if body in HYPOTHETICAL), None)
        if behind is not None and ORBITS_FILE not in self._names:
            msg = (
                f"{behind} is hypothetical, and the file of its elements is not here; put "
                f"{ORBITS_FILE} into a directory and name it in NOCTURNA_EPHEMERIS_PATH"
            )
            raise OutsideEphemeris(
                msg, details=_details("planets", behind, [ORBITS_FILE], str(behind))
            )

    def require_stars(self, field: str) -> None:
        """Raise OutsideEphemeris, which names a field, without the catalogue of fixed stars."""
        if STARS_FILE not in self._names:
            raise no_catalogue(field)

    def refused(
        self, moment: float, body: Celestial, theory: Theory, reason: str = ""
    ) -> OutsideEphemeris:
        """What to say of a body that the library refused; `reason` is the library's own text."""
        prefixes = prefixes_of((body,), theory)
        year = _year_of_files(moment - _LIGHT_TIME)
        if self._missing(prefixes, year):
            return self._outside(moment, body, prefixes, year)
        if isinstance(body, Asteroid):
            return _without_own_file(body, _year_of_files(moment), reason)
        source = "ephemeris files hold" if prefixes else "Moshier theory holds"
        msg = (
            f"the {source} no {body} at Julian day {moment:.4f}; choose another date, or leave "
            f"{body} out"
        )
        return OutsideEphemeris(msg, details={"field": "date", "body": str(body)}, moment=moment)

    def _outside(
        self, moment: float, body: Celestial, prefixes: Sequence[str], year: int
    ) -> OutsideEphemeris:
        missing = self._missing(prefixes, year)
        msg = (
            f"no ephemeris file reaches {body} in the year {year}: {self._covered(prefixes)}; "
            f"put {' and '.join(missing)} into a directory and name it in NOCTURNA_EPHEMERIS_PATH"
        )
        details = _details("date", body, missing, f"year {year}")
        return OutsideEphemeris(msg, details=details, moment=moment)

    def _covered(self, prefixes: Sequence[str]) -> str:
        """The years for which the files of all prefixes are here, in words."""
        stretches: list[tuple[int, int]] = []
        for first in range(-_FARTHEST_YEAR, _FARTHEST_YEAR, _YEARS_OF_A_FILE):
            if self._missing(prefixes, first):
                continue
            start = first
            if stretches and stretches[-1][1] == first - 1:
                start = stretches.pop()[0]
            stretches.append((start, first + _YEARS_OF_A_FILE - 1))
        told = " and ".join(f"{first} to {last}" for first, last in stretches)
        return f"the files here cover {told}" if told else "none of its files is here"

    def _missing(self, prefixes: Sequence[str], year: int) -> list[str]:
        names = [file_name(prefix, year) for prefix in prefixes]
        return [name for name in names if name not in self._names]


def opened(bodies: Sequence[Celestial], theory: Theory) -> tuple[list[str], int | None]:
    """Names of the files that the library has open for some bodies, and their DE number.

    None of another theory, though its asteroids rest on files too.
    """
    slots = [_SLOTS[prefix] for prefix in prefixes_of(bodies, theory)]
    if any(isinstance(body, Asteroid) for body in bodies):
        slots.append(_OWN_SLOT)
    found = [data for data in map(swe.get_current_file_data, slots) if data[0]]
    names = [path.rpartition("/")[2] for path, *_ in found]
    if not HYPOTHETICAL.isdisjoint(bodies):
        names.append(ORBITS_FILE)
    return names, found[0][3] if found and theory is Theory.SWISS else None


def prefixes_of(bodies: Sequence[Celestial], theory: Theory) -> list[str]:
    """Prefixes of the files behind some bodies; asteroids need theirs in every theory."""
    asteroids = not IN_ASTEROID_FILES.isdisjoint(bodies)
    moon = theory is Theory.SWISS and not ANALYTIC.issuperset(bodies)
    planets = moon and not (ANALYTIC | OSCULATING).issuperset(bodies)
    needed = {"sepl": planets, "semo": moon, "seas": asteroids}
    return [prefix for prefix, wanted in needed.items() if wanted]


def file_name(prefix: str, year: int) -> str:
    """Name of the Swiss Ephemeris file of a year: six centuries each, `m` before the year 0."""
    first = year // 100 // _CENTURIES_OF_A_FILE * _CENTURIES_OF_A_FILE
    return f"{prefix}{'m' if first < 0 else '_'}{abs(first):02d}.se1"


def no_catalogue(field: str) -> OutsideEphemeris:
    """What to say of stars without their catalogue; `field` is what asked for them."""
    msg = (
        f"the catalogue of fixed stars is not here; put {STARS_FILE} into a directory and "
        "name it in NOCTURNA_EPHEMERIS_PATH"
    )
    return OutsideEphemeris(msg, details={"field": field, "missing_files": [STARS_FILE]})


def without_path(reason: str) -> str:
    """The library's own text, without the directories of this machine that it may name."""
    return _DIRECTORIES.sub("", reason.partition(" in PATH ")[0]).strip()[:120]


def _without_own_file(body: Asteroid, year: int, reason: str) -> OutsideEphemeris:
    named = _NAMED_FILE.search(reason)
    file = named[1] if named else _own_file(body)
    msg = (
        f"no ephemeris file holds {body} in the year {year}; put {file} into a directory and "
        "name it in NOCTURNA_EPHEMERIS_PATH"
    )
    return OutsideEphemeris(msg, details=_details("planets", body, [file], str(body)))


def _own_file(body: Asteroid) -> str:
    """The long file of a minor planet: some three thousand years around the present."""
    digits = f"e{body.number:05d}" if body.number <= _SHORT_NUMBER else f"{body.number:06d}"
    return f"s{digits}.se1"


def _details(field: str, body: Celestial, missing: Sequence[str], got: str) -> dict[str, object]:
    return {"field": field, "body": str(body), "missing_files": list(missing), "got": got}


def _year_of_files(moment: float) -> int:
    """The year by which the library chooses files, in terrestrial time."""
    terrestrial = moment + swe.deltat_ex(moment, swe.FLG_SWIEPH)
    gregorian = terrestrial >= _GREGORIAN_FILES_FROM
    return int(swe.revjul(terrestrial, swe.GREG_CAL if gregorian else swe.JUL_CAL)[0])


def _served(moment: float, year: int) -> tuple[float, float]:
    """Julian days around a moment of a year where no file but its own reaches."""
    middle, half = _middle_of_file(year), 50 * _CENTURIES_OF_A_FILE * _SHORTEST_YEAR
    reach = half - _OVERLAP
    return (middle - reach, middle + reach) if abs(moment - middle) < reach else (moment, moment)


def _middle_of_file(year: int) -> float:
    """Julian day amid the centuries of a year's files, where no other file reaches."""
    first = year // 100 // _CENTURIES_OF_A_FILE * _CENTURIES_OF_A_FILE
    return float(swe.julday(first * 100 + 50 * _CENTURIES_OF_A_FILE, 1, 1, 0.0))

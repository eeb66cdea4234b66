"""The Swiss Ephemeris behind our own protocol; the only module that imports it.

Its state is per thread: a SwissEphemeris belongs to the thread that made it. A library without
its files answers from a coarser theory without a word, and the Moon even under the flag of the
files, so that the files of every moment are looked for first and the flag of every answer is
checked.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import swisseph as swe

from app.astrology.angles import norm
from app.astrology.bodies import OPPOSITES, Body
from app.astrology.errors import OutsideEphemeris, PolarHouses
from app.astrology.houses import UNDEFINED_BEYOND_POLAR_CIRCLES, Division, HouseSystem
from app.astrology.moment import Moment
from app.astrology.place import Place
from app.astrology.sky import (
    LATITUDE,
    LATITUDE_SPEED,
    LONGITUDE,
    FloatArray,
    Provenance,
    Theory,
    UniversalTime,
)

LIBRARY = f"Swiss Ephemeris {swe.version}"

_NUMBER: dict[Body, int] = {
    Body.SUN: swe.SUN,
    Body.MOON: swe.MOON,
    Body.MERCURY: swe.MERCURY,
    Body.VENUS: swe.VENUS,
    Body.MARS: swe.MARS,
    Body.JUPITER: swe.JUPITER,
    Body.SATURN: swe.SATURN,
    Body.URANUS: swe.URANUS,
    Body.NEPTUNE: swe.NEPTUNE,
    Body.PLUTO: swe.PLUTO,
    Body.NORTH_NODE: swe.MEAN_NODE,
    Body.TRUE_NODE: swe.TRUE_NODE,
    Body.LILITH: swe.MEAN_APOG,
    Body.LILITH_TRUE: swe.OSCU_APOG,
    Body.CHIRON: swe.CHIRON,
}

_LETTER: dict[HouseSystem, bytes] = {
    HouseSystem.PLACIDUS: b"P",
    HouseSystem.KOCH: b"K",
    HouseSystem.EQUAL: b"E",
    HouseSystem.WHOLE_SIGN: b"W",
    HouseSystem.CAMPANUS: b"C",
    HouseSystem.REGIOMONTANUS: b"R",
}

_THEORY_FLAG: dict[Theory, int] = {Theory.SWISS: swe.FLG_SWIEPH, Theory.MOSHIER: swe.FLG_MOSEPH}
_THEORY_BITS: int = swe.FLG_JPLEPH | swe.FLG_SWIEPH | swe.FLG_MOSEPH

_ANALYTIC = frozenset({Body.NORTH_NODE, Body.SOUTH_NODE, Body.LILITH})
"""Bodies that come from mean elements, without any file."""
_OSCULATING = frozenset({Body.TRUE_NODE, Body.LILITH_TRUE})
"""Bodies that come from the Moon's orbit of the moment, without the planets."""
_ASTEROIDS = frozenset({Body.CHIRON})
_FILE_SLOTS = {"sepl": 0, "semo": 1, "seas": 2}
"""Where the library keeps what it knows of the file it has open, by the file's prefix."""
_OPENERS: dict[str, int] = {"sepl": swe.SUN, "semo": swe.MOON, "seas": swe.CHIRON}
"""A body whose position opens the file of a prefix."""
_CENTURIES_OF_A_FILE = 6
_GREGORIAN_FILES_FROM = 2305447.5
"""Julian day of 1600-01-01, before which the library counts the years of files by Julian years."""
_LIGHT_TIME = 0.3
"""Days that light needs from Pluto at its farthest: for so long a file's first moments need the
file before it."""
_POLAR_MARGIN = 1e-9
"""Degrees: the library computes the same limit with other roundings."""


class SwissEphemeris:
    """Answers of the Swiss Ephemeris from the files of the given directories, for this thread."""

    def __init__(self, directories: Sequence[Path]) -> None:
        swe.set_ephe_path(os.pathsep.join(str(directory) for directory in directories))
        self._files = frozenset(
            path.name for directory in directories for path in directory.glob("*.se1")
        )
        self._thread = threading.get_ident()

    def positions(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Body],
        theory: Theory = Theory.SWISS,
    ) -> FloatArray:
        self._check_thread()
        numbers = [_NUMBER[OPPOSITES.get(body, body)] for body in bodies]
        flags = _THEORY_FLAG[theory] | swe.FLG_SPEED
        prefixes = _prefixes(bodies, theory)
        flat: list[float] = []
        for moment in moments:
            self._open_files(moment, bodies, prefixes, theory)
            for body, number in zip(bodies, numbers, strict=True):
                try:
                    values, used = swe.calc_ut(moment, number, flags)
                except swe.Error as error:
                    raise self._refused(moment, body, theory) from error
                if used & _THEORY_BITS != flags & _THEORY_BITS:
                    raise self._refused(moment, body, theory)
                flat += values
        table = np.array(flat).reshape(len(moments), len(bodies), 6)
        for column, body in enumerate(bodies):
            if body in OPPOSITES:
                _turn_around(table[:, column, :])
        return table

    def divide(self, moment: float, place: Place, system: HouseSystem) -> Division:
        self._check_thread()
        if system in UNDEFINED_BEYOND_POLAR_CIRCLES:
            self._refuse_polar(moment, place, system)
        cusps, angles = swe.houses_ex(moment, place.latitude, place.longitude, _LETTER[system])
        ascendant, midheaven, armc, vertex = angles[:4]
        return Division(system, cusps, ascendant, midheaven, armc, vertex)

    def universal_time(self, moment: Moment, rule: UniversalTime) -> float:
        if rule is UniversalTime.UTC_AS_UT1:
            return moment.jd_utc
        self._check_thread()
        utc = moment.utc
        _, ut1 = swe.utc_to_jd(
            utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.seconds, swe.GREG_CAL
        )
        return float(ut1)

    def delta_t(self, moment: float, theory: Theory = Theory.SWISS) -> float:
        self._check_thread()
        return float(swe.deltat_ex(moment, _THEORY_FLAG[theory])) * 86400.0

    def provenance(self, bodies: Sequence[Body], theory: Theory = Theory.SWISS) -> Provenance:
        self._check_thread()
        prefixes = _prefixes(bodies, theory)
        opened = [swe.get_current_file_data(_FILE_SLOTS[prefix]) for prefix in prefixes]
        files = tuple(path.rpartition("/")[2] for path, *_ in opened if path)
        numbers = [number for path, _, _, number in opened if path]
        return Provenance(LIBRARY, theory, numbers[0] if numbers else None, files)

    def _open_files(
        self, moment: float, bodies: Sequence[Body], prefixes: Sequence[str], theory: Theory
    ) -> None:
        """Open the files of the moment's own centuries; raises OutsideEphemeris without them.

        Files overlap by some weeks, where the library would go on with the one it has open, and
        the answer would depend on earlier ones.
        """
        if not prefixes:
            return
        year = _year_of_files(moment)
        if missing := self._missing_files(prefixes, year):
            behind = (
                body for body in bodies if self._missing_files(_prefixes((body,), theory), year)
            )
            raise _outside(missing, next(behind), year)
        for prefix in prefixes:
            open_file = swe.get_current_file_data(_FILE_SLOTS[prefix])[0]
            if not open_file.endswith(file_name(prefix, year)):
                with suppress(swe.Error):
                    swe.calc_ut(_middle_of_file(year), _OPENERS[prefix], _THEORY_FLAG[theory])

    def _refused(self, moment: float, body: Body, theory: Theory) -> OutsideEphemeris:
        """What to say of a body that the library refused though its files are there."""
        prefixes = _prefixes((body,), theory)
        year = _year_of_files(moment - _LIGHT_TIME)
        if missing := self._missing_files(prefixes, year):
            return _outside(missing, body, year)
        source = "ephemeris files hold" if prefixes else "Moshier theory holds"
        msg = f"the {source} no {body} at Julian day {moment:.4f}"
        return OutsideEphemeris(msg, details={"field": "date", "body": body})

    def _missing_files(self, prefixes: Sequence[str], year: int) -> list[str]:
        names = [file_name(prefix, year) for prefix in prefixes]
        return [name for name in names if name not in self._files]

    def _refuse_polar(self, moment: float, place: Place, system: HouseSystem) -> None:
        obliquity = swe.calc_ut(moment, swe.ECL_NUT, 0)[0][0]
        limit = 90.0 - obliquity
        if abs(place.latitude) >= limit - _POLAR_MARGIN:
            msg = (
                f"{system} houses are undefined at latitude {place.latitude}: from {limit:.4f} "
                "degrees towards the pole some degrees of the zodiac never rise; ask for "
                "house_system EQUAL, WHOLE_SIGN, CAMPANUS or REGIOMONTANUS"
            )
            raise PolarHouses(
                msg,
                details={"field": "house_system", "latitude_limit": limit, "got": system},
            )

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            msg = "Swiss Ephemeris keeps its state per thread, and this one belongs to another"
            raise RuntimeError(msg)


def _turn_around(rows: FloatArray) -> None:
    """Turn positions to the opposite point of the sky, in place."""
    rows[:, LONGITUDE] = [norm(longitude + 180.0) for longitude in rows[:, LONGITUDE]]
    rows[:, LATITUDE] *= -1.0
    rows[:, LATITUDE_SPEED] *= -1.0
    rows += 0.0  # no negative zero


def _prefixes(bodies: Sequence[Body], theory: Theory) -> list[str]:
    """Prefixes of the files behind some bodies; asteroids need theirs in every theory."""
    asteroids = not _ASTEROIDS.isdisjoint(bodies)
    moon = theory is Theory.SWISS and not _ANALYTIC.issuperset(bodies)
    planets = moon and not (_ANALYTIC | _OSCULATING).issuperset(bodies)
    needed = {"sepl": planets, "semo": moon, "seas": asteroids}
    return [prefix for prefix, wanted in needed.items() if wanted]


def _outside(missing: Sequence[str], body: Body, year: int) -> OutsideEphemeris:
    msg = (
        f"no ephemeris file reaches {body} in the year {year}: the files here cover 1200 to 2399; "
        f"put {' and '.join(missing)} into a directory and name it in NOCTURNA_EPHEMERIS_PATH"
    )
    details = {"field": "date", "body": body, "missing_files": list(missing)}
    return OutsideEphemeris(msg, details=details)


def _year_of_files(moment: float) -> int:
    """The year by which the library chooses files, in terrestrial time."""
    terrestrial = moment + swe.deltat_ex(moment, swe.FLG_SWIEPH)
    gregorian = terrestrial >= _GREGORIAN_FILES_FROM
    return int(swe.revjul(terrestrial, swe.GREG_CAL if gregorian else swe.JUL_CAL)[0])


def _middle_of_file(year: int) -> float:
    """Julian day amid the centuries of a year's files, where no other file reaches."""
    first = year // 100 // _CENTURIES_OF_A_FILE * _CENTURIES_OF_A_FILE
    return float(swe.julday(first * 100 + 50 * _CENTURIES_OF_A_FILE, 1, 1, 0.0))


def file_name(prefix: str, year: int) -> str:
    """Name of the Swiss Ephemeris file of a year: six centuries each, `m` before the year 0."""
    first = year // 100 // _CENTURIES_OF_A_FILE * _CENTURIES_OF_A_FILE
    return f"{prefix}{'m' if first < 0 else '_'}{abs(first):02d}.se1"

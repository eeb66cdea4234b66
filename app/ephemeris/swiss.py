"""The Swiss Ephemeris behind our own protocol.

Its state is per thread: a SwissEphemeris belongs to the thread that made it, sets sidereal and
topocentric modes for each request and takes them back, and checks the files of every moment and
the return flag of every answer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import swisseph as swe

from app.astrology.angles import norm, separation
from app.astrology.bodies import (
    HYPOTHETICAL,
    LUNAR_POINTS,
    NO_CENTERS,
    OPPOSITES,
    Angle,
    Asteroid,
    Body,
    Celestial,
)
from app.astrology.errors import NoSuchPosition, OutsideEphemeris, PolarHouses
from app.astrology.frame import (
    TROPICAL,
    Ayanamsa,
    AyanamsaName,
    Center,
    Frame,
    Theory,
    UniversalTime,
    View,
)
from app.astrology.houses import (
    DISORDERLY_NEAR_THE_POLES,
    DIVIDING_LONGITUDE,
    LETTER_OF,
    UNDEFINED_BEYOND_POLAR_CIRCLES,
    Division,
    HouseSystem,
    is_in_order,
)
from app.astrology.moment import Moment
from app.astrology.place import Place
from app.astrology.sky import (
    LATITUDE,
    LATITUDE_SPEED,
    LONGITUDE,
    FloatArray,
    Obliquity,
    Position,
    Provenance,
)
from app.ephemeris.missing import STARS_FILE, Files, opened, prefixes_of
from app.ephemeris.numbers import (
    ANALYTIC,
    DEFAULT_SIDEREAL_MODE,
    FIRST_ASTEROID,
    NUMBER_OF,
    SIDEREAL_MODE_OF,
    STAR_BOUND,
    THEORY_BITS,
    THEORY_FLAG,
)

LIBRARY = f"Swiss Ephemeris {swe.version}"

BEHIND_STARS = (Body.SUN, Body.MOON)
"""Whose files aberration and the deflection of light are computed from."""
_SECONDS_OF_A_DAY = 86400.0
_POLAR_MARGIN = 1e-9
"""Degrees: the library computes the same limit with other roundings."""
_ROUNDING = 1e-9
"""Degrees within which a cusp is the angle that opens its house."""
_QUARTERS = {Angle.ASC: 1, Angle.IC: 4, Angle.DESC: 7, Angle.MC: 10}
_OTHER_HOUSES = (
    "choose another house_system such as PORPHYRY or WHOLE_SIGN, or let polar be FALLBACK or FLAG"
)
_FROM_EARTH = frozenset({View.GEOCENTRIC, View.TOPOCENTRIC, Body.EARTH})

_MINOR_ANGLES = (
    Angle.EAST_POINT,
    Angle.CO_ASC_KOCH,
    Angle.CO_ASC_MUNKASEY,
    Angle.POLAR_ASC,
)
"""In the library's order, behind ascendant, midheaven, its right ascension, and vertex."""


class SwissEphemeris:
    """Answers of the Swiss Ephemeris from the files of the given directories, for this thread."""

    def __init__(self, directories: Sequence[Path]) -> None:
        swe.set_ephe_path(os.pathsep.join(str(directory) for directory in directories))
        self._files = Files(directories)
        self._thread = threading.get_ident()

    def positions(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        flags = swe.FLG_SPEED | (swe.FLG_SIDEREAL if frame.ayanamsa else 0)
        return self._table(moments, bodies, frame, flags)

    def equatorial(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        return self._table(moments, bodies, frame, swe.FLG_SPEED | swe.FLG_EQUATORIAL)

    def divide(
        self,
        moment: float,
        place: Place,
        system: HouseSystem,
        frame: Frame = TROPICAL,
        *,
        speeds: bool = False,
    ) -> Division:
        self._check_thread()
        if system in UNDEFINED_BEYOND_POLAR_CIRCLES:
            _refuse_polar(moment, place, system)
        houses = swe.houses_ex2 if speeds else swe.houses_ex
        flags = 0
        if frame.ayanamsa is not None:
            flags = swe.FLG_SIDEREAL | THEORY_FLAG[frame.theory]
            # Where this one is refused, the houses would be counted from anywhere.
            self.ayanamsa(moment, frame.ayanamsa, frame.theory)
        letter = LETTER_OF[system].encode()
        with modes(frame):
            try:
                found = houses(moment, place.latitude, place.longitude, letter, flags)
            except swe.Error as error:
                raise _undefined(system, place.latitude) from error
        cusps, points, cusp_speeds, point_speeds = found if speeds else (*found, (), ())
        _refuse_disorder(system, cusps, place.latitude)
        angles = _angles(points, place.latitude)
        angle_speeds = _angle_speeds(point_speeds) if speeds else {}
        return Division(
            system, _on_angles(cusps, angles), cusp_speeds, angles, angle_speeds, points[2]
        )

    def divide_meridian(
        self,
        armc: float,
        latitude: float,
        tilt: float,
        system: HouseSystem,
        sun_declination: float = 0.0,
    ) -> Division:
        self._check_thread()
        if system in UNDEFINED_BEYOND_POLAR_CIRCLES and abs(latitude) >= 90.0 - tilt:
            raise _polar(system, latitude, 90.0 - tilt)
        letter = LETTER_OF[system].encode()
        try:
            cusps, points = swe.houses_armc(armc, latitude, tilt, letter, sun_declination)
        except swe.Error as error:
            raise _undefined(system, latitude) from error
        _refuse_disorder(system, cusps, latitude)
        angles = _angles(points, latitude)
        return Division(system, _on_angles(cusps, angles), (), angles, {}, points[2])

    def house_positions(
        self, moment: float, place: Place, system: HouseSystem, positions: Sequence[Position]
    ) -> list[float]:
        if system in DIVIDING_LONGITUDE:
            msg = f"{system} houses divide longitude: a true position among them is its longitude"
            raise NoSuchPosition(msg, details={"field": "house_system", "got": system})
        if system is HouseSystem.HORIZONTAL:
            msg = (
                "true positions in HORIZONTAL houses are not known: the library mirrors them south "
                "of the equator; use house_by LONGITUDE or another system"
            )
            raise NoSuchPosition(msg, details={"field": "house_system", "got": system})
        division = self.divide(moment, place, system)
        tilt = self.obliquity(moment).true
        letter = LETTER_OF[system].encode()
        return [
            swe.house_pos(division.armc, place.latitude, tilt, tuple(position[1:3]), letter)
            for position in positions
        ]

    def ayanamsa(self, moment: float, ayanamsa: Ayanamsa, theory: Theory = Theory.SWISS) -> float:
        self._check_thread()
        if ayanamsa.name in STAR_BOUND:
            self._files.require_stars("ayanamsa")
            self._files.open_for(moment, BEHIND_STARS, prefixes_of(BEHIND_STARS, theory), theory)
        with modes(Frame(ayanamsa=ayanamsa)):
            try:
                used, value = swe.get_ayanamsa_ex_ut(moment, THEORY_FLAG[theory])
            except swe.Error as error:
                raise _starless(ayanamsa, moment) from error
        if used & THEORY_BITS != THEORY_FLAG[theory]:
            raise _starless(ayanamsa, moment)
        return float(value)

    def obliquity(self, moment: float) -> Obliquity:
        self._check_thread()
        return Obliquity(*swe.calc_ut(moment, swe.ECL_NUT, 0)[0][:4])

    def sidereal_time(self, moment: float) -> float:
        self._check_thread()
        return float(swe.sidtime(moment)) * 15.0

    def universal_time(self, moment: Moment, rule: UniversalTime) -> float:
        if rule is UniversalTime.UTC_AS_UT1:
            return moment.jd_utc
        self._check_thread()
        utc = moment.utc
        date = (utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.seconds)
        return float(swe.utc_to_jd(*date, swe.GREG_CAL)[1])

    def utc(self, moment: float) -> float:
        self._check_thread()
        year, month, day, hour, minute, seconds = swe.jdut1_to_utc(moment, swe.GREG_CAL)
        hours = hour + minute / 60.0 + seconds / 3600.0
        return float(swe.julday(year, month, day, hours, swe.GREG_CAL))

    def delta_t(self, moment: float, theory: Theory = Theory.SWISS) -> float:
        self._check_thread()
        return float(swe.deltat_ex(moment, THEORY_FLAG[theory])) * _SECONDS_OF_A_DAY

    def provenance(
        self, bodies: Sequence[Celestial], frame: Frame = TROPICAL, *, stars: bool = False
    ) -> Provenance:
        self._check_thread()
        stars |= bound_to_star(frame)
        files, number = opened([*bodies, *BEHIND_STARS] if stars else bodies, frame.theory)
        catalogues = (STARS_FILE,) if stars else ()
        return Provenance(LIBRARY, frame.theory, number, (*files, *catalogues))

    def _table(
        self,
        moments: Sequence[float] | FloatArray,
        bodies: Sequence[Celestial],
        frame: Frame,
        flags: int,
    ) -> FloatArray:
        """What the library says of each body at each moment."""
        self._check_thread()
        _refuse_unseen(bodies, frame.center)
        flags |= THEORY_FLAG[frame.theory] | view_flag(frame)
        asked = [
            (body, library_number(body), self._unbent if body in HYPOTHETICAL else self._calculate)
            for body in bodies
        ]
        behind = [*bodies, frame.center] if isinstance(frame.center, Body) else [*bodies]
        if flags & swe.FLG_SIDEREAL and bound_to_star(frame):
            self._files.require_stars("ayanamsa")
            behind += BEHIND_STARS
        prefixes = prefixes_of(behind, frame.theory)
        self._files.require_orbits(bodies)
        flat: list[float] = []
        with modes(frame):
            first, last = 0.0, -1.0
            for moment in np.asarray(moments, dtype=np.float64).tolist():
                if not first <= moment <= last:
                    first, last = self._files.open_for(moment, behind, prefixes, frame.theory)
                for body, number, calculate in asked:
                    flat += calculate(moment, body, number, frame, flags)
        table = np.array(flat).reshape(len(moments), len(bodies), 6)
        for column, body in enumerate(bodies):
            if body in OPPOSITES:  # opposite on the ecliptic is opposite on the equator too
                _turn_around(table[:, column, :])
        return table

    def _calculate(
        self, moment: float, body: Celestial, number: int, frame: Frame, flags: int
    ) -> tuple[float, ...]:
        """Six numbers, from the theory that was asked for and no other."""
        try:
            if isinstance(frame.center, Body) and frame.center is not Body.EARTH:
                terrestrial = moment + swe.deltat_ex(moment, flags & THEORY_BITS)
                # Without this, calc_pctr takes the nutation of the date asked for before.
                swe.calc(terrestrial, swe.ECL_NUT, 0)
                values, used = swe.calc_pctr(terrestrial, number, NUMBER_OF[frame.center], flags)
            else:
                values, used = swe.calc_ut(moment, number, flags)
        except swe.Error as error:
            if frame.ayanamsa is not None and bound_to_star(frame) and body in ANALYTIC:
                raise _starless(frame.ayanamsa, moment) from error
            raise self._files.refused(moment, body, frame.theory, str(error)) from error
        if used & THEORY_BITS != flags & THEORY_BITS:
            raise self._files.refused(moment, body, frame.theory)
        row: tuple[float, ...] = values
        return row

    def _unbent(
        self, moment: float, body: Celestial, number: int, frame: Frame, flags: int
    ) -> tuple[float, ...]:
        """The six numbers of a body that nobody has seen: no light of it passes the Sun.

        Were it bent, those near the ecliptic would run back for an hour behind the Sun.
        """
        unbent = flags | swe.FLG_NOGDEFL
        if not (flags & swe.FLG_SIDEREAL and bound_to_star(frame)):
            return self._calculate(moment, body, number, frame, unbent)
        # The star of the zodiac is seen, and its light is bent: the zodiac is that of all bodies.
        tropical = ~swe.FLG_SIDEREAL
        place = self._calculate(moment, body, number, frame, unbent & tropical)
        sidereal = self._calculate(moment, body, number, frame, flags)
        plain = self._calculate(moment, body, number, frame, flags & tropical)
        rows = zip(place, sidereal, plain, strict=True)
        longitude, *others = (own + counted - seen for own, counted, seen in rows)
        return (norm(longitude), *others)

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            msg = "Swiss Ephemeris keeps its state per thread, and this one belongs to another"
            raise RuntimeError(msg)


@contextmanager
def modes(frame: Frame) -> Iterator[None]:
    """The library's global modes for one request; nothing of them stays behind."""
    if frame.ayanamsa is None and frame.observer is None:
        yield
        return
    if frame.ayanamsa is not None:
        _set_ayanamsa(frame.ayanamsa)
    if frame.observer is not None:
        place = frame.observer
        swe.set_topo(place.longitude, place.latitude, place.altitude)
    try:
        yield
    finally:
        swe.set_sid_mode(DEFAULT_SIDEREAL_MODE)
        swe.set_topo(0.0, 0.0, 0.0)


def _set_ayanamsa(ayanamsa: Ayanamsa) -> None:
    mode = SIDEREAL_MODE_OF[ayanamsa.name]
    if ayanamsa.name is not AyanamsaName.USER:
        swe.set_sid_mode(mode)
        return
    if ayanamsa.epoch_in_ut:
        mode |= swe.SIDBIT_USER_UT
    swe.set_sid_mode(mode, ayanamsa.epoch, ayanamsa.value)


def bound_to_star(frame: Frame) -> bool:
    """Whether the frame's zodiac follows a star, whose place rests on more files."""
    return frame.ayanamsa is not None and frame.ayanamsa.name in STAR_BOUND


def _starless(ayanamsa: Ayanamsa, moment: float) -> OutsideEphemeris:
    msg = (
        f"no place of the star that {ayanamsa.name} is bound to at Julian day {moment:.4f}; "
        "choose an ayanamsa that goes by precession alone, such as LAHIRI"
    )
    details = {"field": "date", "ayanamsa": ayanamsa.name}
    return OutsideEphemeris(msg, details=details, moment=moment)


def view_flag(frame: Frame) -> int:
    match frame.center:
        case View.TOPOCENTRIC:
            return int(swe.FLG_TOPOCTR)
        case View.HELIOCENTRIC:
            return int(swe.FLG_HELCTR)
        case _:
            return 0


def library_number(body: Celestial) -> int:
    if isinstance(body, Asteroid):
        return FIRST_ASTEROID + body.number
    return NUMBER_OF[OPPOSITES.get(body, body)]


def _refuse_unseen(bodies: Sequence[Celestial], center: Center) -> None:
    """Refuse what the library would answer with zeros, or with a place that means nothing."""
    if center in NO_CENTERS:
        msg = f"{center} is no body to stand on"
        raise NoSuchPosition(msg, details={"field": "center", "got": str(center)})
    for body in bodies:
        if center in _FROM_EARTH:
            unseen = body is Body.EARTH
        else:
            unseen = body in LUNAR_POINTS or body is center
            unseen |= center is View.HELIOCENTRIC and body is Body.SUN
        if unseen:
            hint = "; ask for EARTH" if body is Body.SUN else "; leave it out of planets"
            msg = f"{body} has no position as seen from center {center}{hint}"
            details = {"field": "planets", "center": str(center), "got": str(body)}
            raise NoSuchPosition(msg, details=details)


def _angles(points: Sequence[float], latitude: float) -> dict[Angle, float]:
    """The angles by name, the four main ones first."""
    asc, mc, _, vertex, *others = points
    angles = {
        Angle.ASC: asc,
        Angle.MC: mc,
        Angle.DESC: norm(asc + 180.0),
        Angle.IC: norm(mc + 180.0),
        **dict(zip(_MINOR_ANGLES, others, strict=True)),
    }
    if latitude == 0.0:  # the library says 0, which means undefined
        return angles
    return {**angles, Angle.VERTEX: vertex, Angle.ANTI_VERTEX: norm(vertex + 180.0)}


def _on_angles(cusps: tuple[float, ...], angles: dict[Angle, float]) -> tuple[float, ...]:
    """The cusps with those that are an angle but for rounding set upon it.

    Otherwise the angle could fall into the house before the one that it opens.
    """
    if len(cusps) != len(_QUARTERS) * 3:
        return cusps
    found = list(cusps)
    for angle, house in _QUARTERS.items():
        if cusps[house - 1] != angles[angle] and (
            separation(cusps[house - 1], angles[angle]) < _ROUNDING
        ):
            found[house - 1] = angles[angle]
    return tuple(found)


def _angle_speeds(speeds: Sequence[float]) -> dict[Angle, float]:
    """Degrees a day of each angle; opposite ones move alike."""
    asc, mc, _, vertex, *others = speeds
    return {
        Angle.ASC: asc,
        Angle.MC: mc,
        Angle.DESC: asc,
        Angle.IC: mc,
        Angle.VERTEX: vertex,
        Angle.ANTI_VERTEX: vertex,
        **dict(zip(_MINOR_ANGLES, others, strict=True)),
    }


def _refuse_polar(moment: float, place: Place, system: HouseSystem) -> None:
    limit = 90.0 - swe.calc_ut(moment, swe.ECL_NUT, 0)[0][0]
    if abs(place.latitude) >= limit - _POLAR_MARGIN:
        raise _polar(system, place.latitude, limit)


def _refuse_disorder(system: HouseSystem, cusps: Sequence[float], latitude: float) -> None:
    """Refuse cusps that the library makes where they mean nothing any more."""
    if system in DISORDERLY_NEAR_THE_POLES and not is_in_order(cusps):
        raise _undefined(system, latitude)


def _polar(system: HouseSystem, latitude: float, limit: float) -> PolarHouses:
    msg = (
        f"{system} houses are undefined at latitude {latitude}: from {limit:.4f} degrees "
        f"towards the pole some degrees of the zodiac never rise; {_OTHER_HOUSES}"
    )
    details = {"field": "house_system", "latitude_limit": limit, "got": system}
    return PolarHouses(msg, details=details)


def _undefined(system: HouseSystem, latitude: float) -> PolarHouses:
    msg = (
        f"{system} houses are undefined at latitude {latitude} at this moment: so near to the pole "
        f"cusps coincide or do not follow one another round the zodiac; {_OTHER_HOUSES}"
    )
    return PolarHouses(msg, details={"field": "house_system", "got": system})


def _turn_around(rows: FloatArray) -> None:
    """Turn positions to the opposite point of the sky, in place."""
    rows[:, LONGITUDE] = [norm(longitude + 180.0) for longitude in rows[:, LONGITUDE]]
    rows[:, LATITUDE] *= -1.0
    rows[:, LATITUDE_SPEED] *= -1.0
    rows += 0.0  # no negative zero

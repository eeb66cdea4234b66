"""The Swiss Ephemeris as an almanac: stars, horizons, eclipses and orbits beside positions.

Many of these calls give no return flag, set an observer that stays behind, or turn to the coarser
theory in silence: so the files of every moment are required before, those of the answer after,
and the observer is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import swisseph as swe

from app.astrology.almanac import (
    STANDARD_AIR,
    Air,
    Eclipse,
    EclipseOf,
    HeliacalEvent,
    HorizonEvent,
    LocalEclipse,
    OrbitPoints,
    Phenomena,
    Star,
)
from app.astrology.bodies import Asteroid, Body, Celestial
from app.astrology.errors import OutsideEphemeris, PolarHouses
from app.astrology.frame import TROPICAL, Frame, Theory, View
from app.astrology.place import Place
from app.astrology.sky import FloatArray
from app.ephemeris import eclipses, horizon, orbits
from app.ephemeris.missing import prefixes_of, without_path
from app.ephemeris.numbers import THEORY_FLAG
from app.ephemeris.stars import Catalogue, star_table
from app.ephemeris.swiss import SwissEphemeris, library_number, modes, view_flag

_BY_HOUSES = 2
"""Gauquelin methods below this one are positions in houses, as undefined beyond polar circles."""
_LIGHTS = (Body.SUN, Body.MOON)
_DAYS_OF_AN_ECLIPSE = 0.25
"""Within which of its greatest moment an eclipse lies whole."""
_MEAN_PLACE = swe.FLG_NONUT | swe.FLG_NOABERR | swe.FLG_NOGDEFL
"""Neither nutation, nor aberration, nor light bent by the Sun: a star as catalogues carry it on."""
_DAYS_OF_A_CROSSING = 2.0
"""That a search for a rising may look at."""

Found = TypeVar("Found")


class SwissAlmanac(SwissEphemeris):
    """Answers of the Swiss Ephemeris, for this thread, to all that an Almanac is asked."""

    def __init__(self, directories: Sequence[Path]) -> None:
        super().__init__(directories)
        self._catalogue = Catalogue(directories)

    def stars(self) -> tuple[Star, ...]:
        return self._catalogue.stars

    def star_positions(
        self,
        moments: Sequence[float] | FloatArray,
        stars: Sequence[Star],
        frame: Frame = TROPICAL,
        *,
        mean: bool = False,
    ) -> FloatArray:
        self._check_thread()
        flags = swe.FLG_SPEED | (swe.FLG_SIDEREAL if frame.ayanamsa else 0)
        flags |= _MEAN_PLACE if mean else 0
        return star_table(moments, stars, frame, self._files, flags)

    def star_equatorial(
        self,
        moments: Sequence[float] | FloatArray,
        stars: Sequence[Star],
        frame: Frame = TROPICAL,
        *,
        mean: bool = False,
    ) -> FloatArray:
        self._check_thread()
        flags = swe.FLG_SPEED | swe.FLG_EQUATORIAL | (_MEAN_PLACE if mean else 0)
        return star_table(moments, stars, frame, self._files, flags)

    def horizon_event(  # noqa: PLR0913 - what crosses which horizon, through which air
        self,
        moment: float,
        body: Celestial | Star,
        event: HorizonEvent,
        place: Place,
        air: Air = STANDARD_AIR,
        *,
        within: float = 2.0,
        theory: Theory = Theory.SWISS,
    ) -> float | None:
        crossing = horizon.Crossing.of(body, event, place, air, THEORY_FLAG[theory])
        for days in (_DAYS_OF_A_CROSSING, -horizon.BEFORE):
            self._require(moment + days, body, theory)
        return self._asked(moment, body, theory, lambda: crossing.after(moment, within))

    def apparent_altitude(self, altitude: float, place: Place, air: Air = STANDARD_AIR) -> float:
        return horizon.refracted(altitude, place, air)

    def phenomena(
        self, moment: float, body: Celestial, *, theory: Theory = Theory.SWISS
    ) -> Phenomena:
        self._require(moment, body, theory)
        return self._asked(
            moment, body, theory, lambda: orbits.looks(moment, body, THEORY_FLAG[theory])
        )

    def orbit_points(
        self,
        moment: float,
        body: Celestial,
        *,
        osculating: bool,
        heliocentric: bool,
        theory: Theory = Theory.SWISS,
    ) -> OrbitPoints:
        self._require(moment, body, theory)
        return self._asked(
            moment,
            body,
            theory,
            lambda: orbits.nodes_and_apsides(
                moment,
                body,
                THEORY_FLAG[theory],
                osculating=osculating,
                heliocentric=heliocentric,
            ),
        )

    def eclipse(
        self,
        moment: float,
        of: EclipseOf,
        *,
        backwards: bool = False,
        theory: Theory = Theory.SWISS,
    ) -> Eclipse:
        search = eclipses.solar_eclipse if of is EclipseOf.SUN else eclipses.lunar_eclipse
        self._require(moment, Body.MOON, theory)
        found = self._asked(
            moment,
            Body.MOON,
            theory,
            lambda: search(moment, THEORY_FLAG[theory], backwards=backwards),
        )
        for days in (-_DAYS_OF_AN_ECLIPSE, _DAYS_OF_AN_ECLIPSE):
            self._require(found.greatest + days, Body.MOON, theory)
        return found

    def local_eclipse(
        self, eclipse: Eclipse, place: Place, *, theory: Theory = Theory.SWISS
    ) -> LocalEclipse | None:
        solar = eclipse.of is EclipseOf.SUN
        search = eclipses.solar_eclipse_at if solar else eclipses.lunar_eclipse_at
        self._require(eclipse.greatest, Body.MOON, theory)
        return self._asked(
            eclipse.greatest,
            Body.MOON,
            theory,
            lambda: search(eclipse, place, THEORY_FLAG[theory]),
        )

    def heliacal(  # noqa: PLR0913 - which phase of what, who looks, and through which air
        self,
        moment: float,
        body: Celestial | Star,
        event: HeliacalEvent,
        place: Place,
        air: Air,
        observer: Sequence[float],
        *,
        theory: Theory = Theory.SWISS,
    ) -> float | None:
        self._require(moment, body, theory)
        found = self._asked(
            moment,
            body,
            theory,
            lambda: horizon.heliacal_phase(
                moment, body, event, place, air, observer, theory=THEORY_FLAG[theory]
            ),
        )
        if found is not None:
            self._require(found, body, theory)
        return found

    def gauquelin_sector(
        self,
        moment: float,
        body: Celestial | Star,
        place: Place,
        method: int,
        *,
        topocentric: bool,
        theory: Theory = Theory.SWISS,
    ) -> float:
        number = horizon.known_number(body)
        self._require(moment, body, theory)
        if method >= _BY_HOUSES:
            return self._sector_by_crossings(moment, body, place, method, theory)
        self._refuse_polar_sectors(moment, place)
        if not isinstance(body, Star):
            frame = Frame(theory, View.TOPOCENTRIC, None, place) if topocentric else Frame(theory)
            return self._sector_by_houses(moment, body, place, frame, with_latitude=method == 0)
        return self._asked(
            moment,
            body,
            theory,
            lambda: horizon.sector(
                moment, number, place, method, THEORY_FLAG[theory], topocentric=topocentric
            ),
        )

    def _sector_by_crossings(
        self, moment: float, body: Celestial | Star, place: Place, method: int, theory: Theory
    ) -> float:
        for days in (-horizon.DAYS_OF_A_SECTOR - horizon.BEFORE, _DAYS_OF_A_CROSSING):
            self._require(moment + days, body, theory)
        return self._asked(
            moment,
            body,
            theory,
            lambda: horizon.sector_by_crossings(moment, body, place, method, THEORY_FLAG[theory]),
        )

    def _sector_by_houses(
        self, moment: float, body: Celestial, place: Place, frame: Frame, *, with_latitude: bool
    ) -> float:
        theory = THEORY_FLAG[frame.theory]
        with modes(frame):
            position = self._calculate(
                moment, body, library_number(body), frame, theory | view_flag(frame)
            )
        return horizon.sector_by_houses(
            moment, position, place, theory, with_latitude=with_latitude
        )

    def _refuse_polar_sectors(self, moment: float, place: Place) -> None:
        limit = 90.0 - self.obliquity(moment).true
        if abs(place.latitude) >= limit:
            msg = (
                f"sectors are undefined at latitude {place.latitude}, from {limit:.4f} degrees "
                "towards the pole; methods 2 to 5 go by real rising and setting"
            )
            details = {"field": "latitude", "latitude_limit": limit, "got": place.latitude}
            raise PolarHouses(msg, details=details)

    def _require(self, moment: float, body: Celestial | Star, theory: Theory) -> None:
        """Open the files of a moment for a body and the lights; raises OutsideEphemeris."""
        self._check_thread()
        behind = _LIGHTS if isinstance(body, Star) else (body, *_LIGHTS)
        self._files.require_orbits(behind)
        self._files.open_for(moment, behind, prefixes_of(behind, theory), theory)

    def _asked(
        self, moment: float, body: Celestial | Star, theory: Theory, ask: Callable[[], Found]
    ) -> Found:
        """What the library answers; its refusals are OutsideEphemeris."""
        with _no_observer_left():
            try:
                return ask()
            except swe.Error as error:
                if isinstance(body, Asteroid):
                    raise self._files.refused(moment, body, theory, str(error)) from error
                reason = without_path(str(error))
                msg = f"no answer for {_name(body)} at Julian day {moment:.4f}: {reason}"
                details = {"field": "date", "body": _name(body)}
                raise OutsideEphemeris(msg, details=details, moment=moment) from error


@contextmanager
def _no_observer_left() -> Iterator[None]:
    """Take back the observer that many calls of the library set for themselves."""
    try:
        yield
    finally:
        swe.set_topo(0.0, 0.0, 0.0)


def _name(body: Celestial | Star) -> str:
    return body.name if isinstance(body, Star) else str(body)

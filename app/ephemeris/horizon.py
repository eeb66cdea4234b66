"""Risings, settings and culminations, refraction, heliacal phases and Gauquelin's sectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import swisseph as swe

from app.astrology.almanac import Air, HeliacalEvent, HorizonEvent, Limb, Star
from app.astrology.bodies import OPPOSITES, Body, Celestial
from app.astrology.errors import NoSuchPosition
from app.astrology.place import Place
from app.ephemeris.stars import library_name
from app.ephemeris.swiss import library_number

_GEOCENTRIC = swe.BIT_HINDU_RISING & ~(swe.BIT_DISC_CENTER | swe.BIT_NO_REFRACTION)
"""The manual's SE_BIT_GEOCTR_NO_ECL_LAT, which the binding leaves out."""
_CIRCUMPOLAR = -2
"""What `rise_trans` returns where nothing crosses; the time is 0 then."""
_REACH = 26.0 / 24.0
"""Days that one search of the library surely reaches: it takes 14 steps of two hours."""
_DAYS_OF_A_SEARCH = (0.0, 1.0)
"""Where the searches start that together reach two days."""
_LAPSE_RATE = 0.0065
"""Kelvin a metre by which the air cools with height: the library's own."""
_EVENTS = {
    HorizonEvent.RISE: swe.CALC_RISE,
    HorizonEvent.SET: swe.CALC_SET,
    HorizonEvent.CULMINATION: swe.CALC_MTRANSIT,
    HorizonEvent.ANTICULMINATION: swe.CALC_ITRANSIT,
}
_LIMBS = {Limb.UPPER: 0, Limb.CENTER: swe.BIT_DISC_CENTER, Limb.LOWER: swe.BIT_DISC_BOTTOM}
_PHASES = {
    HeliacalEvent.MORNING_FIRST: swe.HELIACAL_RISING,
    HeliacalEvent.EVENING_LAST: swe.HELIACAL_SETTING,
    HeliacalEvent.EVENING_FIRST: swe.EVENING_FIRST,
    HeliacalEvent.MORNING_LAST: swe.MORNING_LAST,
}
_SECTORS = b"G"
"""The library's letter of Gauquelin's 36 houses."""
_NOT_CROSSING = "rise or set not found"
"""How it says that a body stays above or below the horizon."""
_NO_PHASE = ("does not exist", "no heliacal date found")
"""How the library says that a body has no such phase, or not for five synodic periods."""
_OUT_OF_REACH = ("not found in PATH", "outside", " limit ")
"""How it says that a file is missing, or that a file or theory ends."""


def known_number(body: Celestial | Star) -> int | str:
    """The library's number or name of what can rise; raises NoSuchPosition for what cannot."""
    if isinstance(body, Star):
        return library_name(body)
    if body is Body.EARTH or body in OPPOSITES:
        hint = "the Earth does not rise" if body is Body.EARTH else "ask for its opposite"
        msg = f"{body} has no risings and settings of its own: {hint}"
        raise NoSuchPosition(msg, details={"field": "planets", "got": str(body)})
    return library_number(body)


def geographic(place: Place) -> tuple[float, float, float]:
    """A place in the library's order."""
    return (place.longitude, place.latitude, place.altitude)


class Crossing(NamedTuple):
    """What crosses which horizon, and how, in the library's own terms."""

    number: int | str
    rule: int
    place: Place
    air: Air
    theory: int

    @classmethod
    def of(
        cls, body: Celestial | Star, event: HorizonEvent, place: Place, air: Air, theory: int
    ) -> Crossing:
        """The same from ours; raises NoSuchPosition for what does not rise."""
        rule = _EVENTS[event] | _LIMBS[air.limb]
        # A pressure of 0 would mean "guess it" to the library.
        if not air.refraction or air.pressure <= 0.0:
            rule |= swe.BIT_NO_REFRACTION
        if air.geocentric:
            rule |= _GEOCENTRIC
        return cls(known_number(body), rule, place, air, theory)

    def after(self, moment: float, within: float) -> float | None:
        """Julian day of the next one, or None if there is none within so many days."""
        for later in _DAYS_OF_A_SEARCH:
            if later and within <= _REACH:
                break
            status, times = self._search(moment + later)
            if status != _CIRCUMPOLAR and times[0] >= moment:
                return float(times[0])
        return None

    def _search(self, moment: float) -> tuple[int, tuple[float, ...]]:
        """The library's own answer; it has a faster method for horizons at 0 degrees only."""
        place, air = geographic(self.place), self.air
        weather = (air.pressure, air.temperature)
        if air.altitude:
            found = swe.rise_trans_true_hor(
                moment, self.number, self.rule, place, *weather, air.altitude, self.theory
            )
        else:
            found = swe.rise_trans(moment, self.number, self.rule, place, *weather, self.theory)
        status, times = found
        return status, times


def refracted(altitude: float, place: Place, air: Air) -> float:
    """Apparent altitude of a true one, in degrees."""
    if not air.refraction or air.pressure <= 0.0:
        return altitude
    heights = swe.refrac_extended(
        altitude, place.altitude, air.pressure, air.temperature, _LAPSE_RATE, swe.TRUE_TO_APP
    )[1]
    return float(heights[1])


def heliacal_phase(  # noqa: PLR0913 - which phase of what, who looks, and through which air
    moment: float,
    body: Celestial | Star,
    event: HeliacalEvent,
    place: Place,
    air: Air,
    observer: Sequence[float],
    *,
    theory: int,
) -> float | None:
    """Julian day at which a body is first visible on the day of its phase, or None."""
    humidity, age, sharpness = observer
    name = _heliacal_name(body)
    weather = (air.pressure, air.temperature, humidity, 0.0)
    eyes = (age, sharpness, 0.0, 0.0, 0.0, 0.0)
    try:
        times = swe.heliacal_ut(
            moment, geographic(place), weather, eyes, name, _PHASES[event], theory
        )
    except swe.Error as error:
        if any(text in str(error) for text in _NO_PHASE):
            return None
        if any(text in str(error) for text in _OUT_OF_REACH):
            raise
        raise _no_heliacal(body, str(error)) from error
    return float(times[0]) if times[0] > 0.0 else None


def _heliacal_name(body: Celestial | Star) -> str:
    if isinstance(body, Star):
        return library_name(body)
    if body not in _SEEN_BY_EYE:
        raise _no_heliacal(body, "it is no star or planet that eyes can see")
    return str(swe.get_planet_name(library_number(body)))


def _no_heliacal(body: Celestial | Star, reason: str) -> NoSuchPosition:
    name = body.name if isinstance(body, Star) else str(body)
    msg = f"{name} has no heliacal phases here: {reason.strip()[:120]}"
    return NoSuchPosition(msg, details={"field": "planets", "got": name})


_SEEN_BY_EYE = frozenset(
    {
        *(Body.MOON, Body.MERCURY, Body.VENUS, Body.MARS, Body.JUPITER, Body.SATURN),
        *(Body.URANUS, Body.NEPTUNE),
    }
)
"""Whose names the library's heliacal search knows, the last two for good eyes or none."""


def sector_by_houses(
    moment: float, position: Sequence[float], place: Place, theory: int, *, with_latitude: bool
) -> float:
    """Gauquelin sector, 1 up to 37, of a place on the ecliptic by the Placidus division.

    In the library's own steps, to the last digit: it knows only bodies of the theory's own files.
    """
    terrestrial = moment + swe.deltat_ex(moment, theory)
    _, mean, longitude, obliquity, *_ = swe.calc(terrestrial, swe.ECL_NUT, theory)[0]
    tilt = mean + obliquity
    armc = (swe.sidtime0(moment, tilt, longitude) * 15.0 + place.longitude) % 360.0
    point = (position[0], position[1] if with_latitude else 0.0)
    return float(swe.house_pos(armc, place.latitude, tilt, point, _SECTORS))


def sector(
    moment: float, number: int | str, place: Place, method: int, theory: int, *, topocentric: bool
) -> float:
    """Gauquelin sector, 1 up to 37; raises NoSuchPosition where a body does not rise or set.

    What the library refuses for other reasons, such as a missing file, is its own error.
    """
    flags = theory | (swe.FLG_TOPOCTR if topocentric else 0)
    try:
        return float(
            swe.gauquelin_sector(moment, number, method, geographic(place), 0.0, 0.0, flags)
        )
    except swe.Error as error:
        if _NOT_CROSSING not in str(error):
            raise
        msg = f"no sector by rising and setting at latitude {place.latitude}: it does not cross"
        details = {"field": "latitude", "got": place.latitude}
        raise NoSuchPosition(msg, details=details) from error

"""Risings, settings and culminations, refraction, heliacal phases and Gauquelin's sectors."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, degrees
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
BEFORE = 0.3
"""Days before a moment at which the library's short way starts.

Its first estimate is off by an hour or more at high latitudes, and it takes an event for past, and
answers the next day's, where that estimate lies before its start.
"""
_NEXT = 0.4
"""Days after an event within which it does not come again where the short way is taken."""
_MOST_SEARCHES = 4
"""Of the short way: the first may find what lies before the moment, the next one does not."""
_SHORT_WAY_UP_TO, _SUNS_UP_TO = 60.0, 65.0
"""Latitudes to which the library takes its short way: for the Moon and planets, and for the Sun."""
_LAST_OF_SHORT_WAY = swe.TRUE_NODE
_DIAMETERS = {
    swe.SUN: 1_392_000.0,
    swe.MOON: 3_475.0,
    swe.MERCURY: 4_878.8,
    swe.VENUS: 12_103.6,
    swe.MARS: 6_779.0,
    swe.JUPITER: 139_822.0,
    swe.SATURN: 116_464.0,
    swe.URANUS: 50_724.0,
    swe.NEPTUNE: 49_244.0,
    swe.PLUTO: 2_376.6,
}
"""Kilometres, as the library has them: its limbs are what the results are held to."""
_KILOMETRES_OF_A_UNIT = 149_597_870.7
"""The astronomical unit; IAU 2012, resolution B2."""
_AT_THE_HORIZON = 1e-6
"""Apparent altitude, in degrees, of what is just seen: at 0 the library sees nothing."""
_STEP, _CLOSE, _MOST_STEPS = 0.0005, 1e-8, 8
"""Days: between the first two altitudes of a crossing, and within which it is found."""
_LAPSE_RATE = 0.0065
"""Kelvin a metre by which the air cools with height: the library's own."""
_EVENTS = {
    HorizonEvent.RISE: swe.CALC_RISE,
    HorizonEvent.SET: swe.CALC_SET,
    HorizonEvent.CULMINATION: swe.CALC_MTRANSIT,
    HorizonEvent.ANTICULMINATION: swe.CALC_ITRANSIT,
}
_RISE_OR_SET = swe.CALC_RISE | swe.CALC_SET
_LIMBS = {Limb.UPPER: 0, Limb.CENTER: swe.BIT_DISC_CENTER, Limb.LOWER: swe.BIT_DISC_BOTTOM}
_PHASES = {
    HeliacalEvent.MORNING_FIRST: swe.HELIACAL_RISING,
    HeliacalEvent.EVENING_LAST: swe.HELIACAL_SETTING,
    HeliacalEvent.EVENING_FIRST: swe.EVENING_FIRST,
    HeliacalEvent.MORNING_LAST: swe.MORNING_LAST,
}
_SECTORS = b"G"
"""The library's letter of Gauquelin's 36 houses."""
_SECTORS_ABOVE = 18.0
"""Gauquelin's, of 36."""
_BY_CENTRE, _REFRACTED = {2, 3}, {3, 5}
"""Of his methods by rising and setting, those that take the centre, and those with refraction."""
DAYS_OF_A_SECTOR = 1.2
"""Within which the crossings before and after a moment lie, but near the poles."""
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
        if self._has_a_short_way and (found := self._by_the_short_way(moment)) is not None:
            return found
        for later in _DAYS_OF_A_SEARCH:
            if later and within <= _REACH:
                break
            status, times = self._search(moment + later, self.rule | swe.BIT_FORCE_SLOW_METHOD)
            if status != _CIRCUMPOLAR and times[0] >= moment:
                return float(times[0])
        return None

    def before(self, moment: float) -> float | None:
        """Julian day of the last one, or None if there is none within a day or so."""
        last, found = None, self.after(moment - DAYS_OF_A_SECTOR, DAYS_OF_A_SECTOR)
        while found is not None and found <= moment:
            last, found = found, self.after(found + _NEXT, moment - found)
        return last

    @property
    def _has_a_short_way(self) -> bool:
        """Whether the library can estimate the moment instead of searching for it."""
        number = self.number
        if isinstance(number, str) or self.air.altitude or not self.rule & _RISE_OR_SET:
            return False
        limit = _SUNS_UP_TO if number == swe.SUN else _SHORT_WAY_UP_TO
        return number <= _LAST_OF_SHORT_WAY and abs(self.place.latitude) <= limit

    def _by_the_short_way(self, moment: float) -> float | None:
        """The next one, the same from wherever one asks; None where the estimate is none."""
        horizon = self._horizon()
        start = moment - BEFORE
        for _ in range(_MOST_SEARCHES):
            found = self._refined(self._search(start, self.rule)[1][0], horizon)
            if found is None or found >= moment:
                return found
            start = found + _NEXT
        return None

    def _refined(self, estimate: float, horizon: float) -> float | None:
        """Julian day, to a millisecond, at which the limb is at the horizon, by secants.

        None where that is another crossing than the one that was estimated.
        """
        way = 1.0 if self.rule & swe.CALC_RISE else -1.0
        before, moment = estimate + _STEP, estimate
        height = self._height(before) - horizon
        for _ in range(_MOST_STEPS):
            last, height = height, self._height(moment) - horizon
            slope = (height - last) / (moment - before)  # degrees a day
            if slope * way <= 0.0:
                return None
            before, moment = moment, moment - height / slope
            if abs(moment - before) < _CLOSE:
                return moment
        return None

    def _horizon(self) -> float:
        """True altitude, in degrees, of what is seen at the horizon."""
        if self.rule & swe.BIT_NO_REFRACTION:
            return 0.0
        air = self.air
        heights = swe.refrac_extended(
            _AT_THE_HORIZON, 0.0, air.pressure, air.temperature, _LAPSE_RATE, swe.APP_TO_TRUE
        )[1]
        return float(heights[0] - heights[1])

    def _height(self, moment: float) -> float:
        """True altitude, in degrees, of the limb that counts."""
        where = geographic(self.place)
        if self.air.geocentric:
            kind = swe.ECL2HOR
            longitude, _, distance, *_ = swe.calc_ut(moment, self.number, self.theory)[0]
            body = (longitude, 0.0, distance)
        else:
            kind = swe.EQU2HOR
            swe.set_topo(*where)
            flags = self.theory | swe.FLG_EQUATORIAL | swe.FLG_TOPOCTR
            body = swe.calc_ut(moment, self.number, flags)[0][:3]
        altitude = float(swe.azalt(moment, kind, where, 0.0, 0.0, body)[1])
        return altitude + self._limb(body[2])

    def _limb(self, distance: float) -> float:
        """Degrees from the centre of the disc up to its limb, from a distance in units."""
        if self.air.limb is Limb.CENTER:
            return 0.0
        diameter = _DIAMETERS.get(self.number, 0.0)
        radius = degrees(asin(diameter / 2.0 / _KILOMETRES_OF_A_UNIT / distance))
        return -radius if self.air.limb is Limb.LOWER else radius

    def _search(self, moment: float, rule: int) -> tuple[int, tuple[float, ...]]:
        """The library's own answer."""
        place, air = geographic(self.place), self.air
        weather = (air.pressure, air.temperature)
        if air.altitude:
            found = swe.rise_trans_true_hor(
                moment, self.number, rule, place, *weather, air.altitude, self.theory
            )
        else:
            found = swe.rise_trans(moment, self.number, rule, place, *weather, self.theory)
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
    """Gauquelin sector, 1 up to 37, in houses as the library itself has it: methods 0 and 1."""
    flags = theory | (swe.FLG_TOPOCTR if topocentric else 0)
    return float(swe.gauquelin_sector(moment, number, method, geographic(place), 0.0, 0.0, flags))


def sector_by_crossings(
    moment: float, body: Celestial | Star, place: Place, method: int, theory: int
) -> float:
    """Gauquelin sector, 1 up to 37, by the real rising and setting around a moment: 2 to 5.

    The 18 sectors above the horizon begin with the rising, the others with the setting. Raises
    NoSuchPosition where a body does not rise or set.
    """
    air = _air_of_sectors(place, method)
    rising, setting = (
        Crossing.of(body, event, place, air, theory)
        for event in (HorizonEvent.RISE, HorizonEvent.SET)
    )
    rise, set_ = (crossing.after(moment, DAYS_OF_A_SECTOR) for crossing in (rising, setting))
    if rise is None or set_ is None:
        raise _no_crossing(place)
    up = set_ < rise
    began = (rising if up else setting).before(moment)
    if began is None:
        raise _no_crossing(place)
    part = (moment - began) / ((set_ if up else rise) - began)
    return (1.0 if up else 1.0 + _SECTORS_ABOVE) + _SECTORS_ABOVE * part


def _air_of_sectors(place: Place, method: int) -> Air:
    """Whether the centre or the upper limb counts, with or without the mean air of a height."""
    limb = Limb.CENTER if method in _BY_CENTRE else Limb.UPPER
    pressure = 1013.25 * (1.0 - _LAPSE_RATE * place.altitude / 288.0) ** 5.255
    return Air(pressure, 0.0, limb, refraction=method in _REFRACTED)


def _no_crossing(place: Place) -> NoSuchPosition:
    msg = f"no sector by rising and setting at latitude {place.latitude}: it does not cross"
    return NoSuchPosition(msg, details={"field": "latitude", "got": place.latitude})

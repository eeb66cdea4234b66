"""Swiss Ephemeris called directly, in a thread of its own: other state, same files."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import swisseph as swe

from app.astrology.bodies import Body
from app.astrology.houses import HouseSystem
from app.astrology.place import Place
from app.ephemeris.files import DATA

Answer = TypeVar("Answer")

FIRST_DAY, LAST_DAY = 2159358.0, 2597641.0
"""Julian days of 1200-01-01 12:00 (Julian) and 2399-12-31 12:00 (Gregorian)."""

FICTITIOUS = (
    *(Body.CUPIDO, Body.HADES, Body.ZEUS, Body.KRONOS),
    *(Body.APOLLON, Body.ADMETOS, Body.VULKANUS, Body.POSEIDON, Body.TRANSPLUTO),
)
"""From 40 on in the manual."""
NUMBERS = {
    Body.SUN: 0,
    Body.MOON: 1,
    Body.MERCURY: 2,
    Body.VENUS: 3,
    Body.MARS: 4,
    Body.JUPITER: 5,
    Body.SATURN: 6,
    Body.URANUS: 7,
    Body.NEPTUNE: 8,
    Body.PLUTO: 9,
    Body.NORTH_NODE: 10,
    Body.TRUE_NODE: 11,
    Body.LILITH: 12,
    Body.LILITH_TRUE: 13,
    Body.CHIRON: 15,
    Body.PHOLUS: 16,
    Body.CERES: 17,
    Body.PALLAS: 18,
    Body.JUNO: 19,
    Body.VESTA: 20,
    Body.LILITH_INTERPOLATED: 21,
    Body.PRIAPUS_INTERPOLATED: 22,
    Body.VULCAN: 55,
    Body.WHITE_MOON: 56,
    Body.PROSERPINA: 57,
    Body.WALDEMATH: 58,
    **{body: 40 + number for number, body in enumerate(FICTITIOUS)},
}
"""Numbers of the Swiss Ephemeris manual, section 3.2; south nodes have none."""
LETTERS = {
    HouseSystem.PLACIDUS: b"P",
    HouseSystem.KOCH: b"K",
    HouseSystem.EQUAL: b"E",
    HouseSystem.WHOLE_SIGN: b"W",
    HouseSystem.CAMPANUS: b"C",
    HouseSystem.REGIOMONTANUS: b"R",
    HouseSystem.PORPHYRY: b"O",
    HouseSystem.ALCABITIUS: b"B",
    HouseSystem.TOPOCENTRIC: b"T",
    HouseSystem.MORINUS: b"M",
    HouseSystem.MERIDIAN: b"X",
    HouseSystem.VEHLOW: b"V",
    HouseSystem.EQUAL_MC: b"D",
    HouseSystem.EQUAL_ARIES: b"N",
    HouseSystem.HORIZONTAL: b"H",
    HouseSystem.KRUSINSKI: b"U",
    HouseSystem.CARTER: b"F",
    HouseSystem.APC: b"Y",
    HouseSystem.SRIPATI: b"S",
    HouseSystem.SUNSHINE: b"I",
    HouseSystem.SUNSHINE_MAKRANSKY: b"i",
    HouseSystem.PULLEN_SD: b"L",
    HouseSystem.PULLEN_SR: b"Q",
    HouseSystem.SAVARD_A: b"J",
    HouseSystem.GAUQUELIN: b"G",
}
"""Letters of the manual, section 6.1."""
SWISS, MOSHIER, SPEED, UNBENT = 2, 4, 256, 512
"""Flags of the manual, section 2."""
FIRST_FICTITIOUS = 40


class Cusps(NamedTuple):
    """Twelve cusps, then ascendant, midheaven, ARMC and vertex, in degrees."""

    cusps: tuple[float, ...]
    angles: tuple[float, ...]


def in_own_thread(work: Callable[[], Answer]) -> Answer:
    """What `work` returns or raises in a thread of its own, where the library has fresh state."""
    answers: list[Answer] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work())
        except BaseException as fault:  # noqa: BLE001 - raised again below
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if faults:
        raise faults[0]
    return answers[0]


def positions(moments: Iterable[float], flags: int = SWISS | SPEED) -> list[dict[Body, Any]]:
    """Six numbers for every body at every moment; to be called inside `in_own_thread`."""
    swe.set_ephe_path(str(DATA))
    found = []
    for moment in moments:
        row = {}
        for body, number in NUMBERS.items():
            own = flags | (UNBENT if number >= FIRST_FICTITIOUS else 0)
            values, used = swe.calc_ut(moment, number, own)
            assert used & 7 == flags & 7, f"{body} fell back to another theory at {moment}"
            row[body] = values
        found.append(row)
    return found


def houses(moment: float, place: Place, system: HouseSystem) -> Cusps | None:
    """Cusps and angles, or None where the library refuses."""
    try:
        cusps, angles = swe.houses_ex(moment, place.latitude, place.longitude, LETTERS[system])
    except swe.Error:
        return None
    return Cusps(cusps, angles[:4])


def julian_day(year: int, month: int, day: int, hours: float) -> float:
    """Julian day of a Gregorian date and hours of the day."""
    return float(swe.julday(year, month, day, hours))


def obliquity(moment: float) -> float:
    """True obliquity of the ecliptic, in degrees."""
    return float(swe.calc_ut(moment, swe.ECL_NUT, 0)[0][0])


def house_position(moment: float, place: Place, system: HouseSystem, longitude: float) -> float:
    """House and fraction, 1.0 to 13.0, of a point on the ecliptic."""
    drawn = swe.houses_ex(moment, place.latitude, place.longitude, LETTERS[system])
    armc, slant = drawn[1][2], obliquity(moment)
    point = (longitude, 0.0)
    return float(swe.house_pos(armc, place.latitude, slant, point, LETTERS[system]))


def house_position_under(
    armc: float, latitude: float, slant: float, system: HouseSystem, point: tuple[float, float]
) -> float:
    """The same under a right ascension of the midheaven, for an ecliptic longitude and latitude."""
    return float(swe.house_pos(armc, latitude, slant, point, LETTERS[system]))


def random_births(count: int, seed: int) -> Iterator[tuple[float, Place]]:
    """Moments of 1200 to 2399, latest first, at places all over the Earth.

    Neighbouring files overlap for some weeks after 1800-01-01. Read downwards, the library stays
    with the later file, which is the one that we read there.
    """
    source = random.Random(seed)  # noqa: S311 - no secret
    moments = sorted((source.uniform(FIRST_DAY, LAST_DAY) for _ in range(count)), reverse=True)
    for moment in moments:
        polar = source.random() < 0.25
        latitude = source.uniform(64.0, 90.0) if polar else source.uniform(0.0, 66.0)
        side = source.choice((1.0, -1.0))
        yield moment, Place(side * latitude, source.uniform(-180.0, 180.0))


def positions_of(moment: float, bodies: Iterable[Body], theory: int) -> list[list[float]]:
    """Six numbers for each body by a theory; to be called inside `in_own_thread`."""
    swe.set_ephe_path(str(DATA))
    return [list(swe.calc_ut(moment, NUMBERS[body], theory | SPEED)[0]) for body in bodies]


def azimuth_and_altitude(
    moment: float, place: Place, body: Body, *, on_ecliptic: bool = False
) -> tuple[float, float]:
    """Compass azimuth and true altitude of a body, or of its degree on the ecliptic.

    To be called inside `in_own_thread`.
    """
    swe.set_ephe_path(str(DATA))
    longitude, latitude, distance, *_ = swe.calc_ut(moment, NUMBERS[body], SWISS)[0]
    point = (longitude, 0.0 if on_ecliptic else latitude, distance)
    geographic = (place.longitude, place.latitude, place.altitude)
    from_south, altitude, _ = swe.azalt(moment, swe.ECL2HOR, geographic, 0.0, 0.0, point)
    return (from_south + 180.0) % 360.0, altitude


def seen_on_equator(moment: float, place: Place, body: Body) -> tuple[float, float]:
    """Topocentric right ascension and declination; to be called inside `in_own_thread`."""
    swe.set_ephe_path(str(DATA))
    swe.set_topo(place.longitude, place.latitude, place.altitude)
    flags = SWISS | swe.FLG_EQUATORIAL | swe.FLG_TOPOCTR
    ascension, declination, *_ = swe.calc_ut(moment, NUMBERS[body], flags)[0]
    return ascension, declination


def sidereal_time(moment: float) -> float:
    """Apparent sidereal time at Greenwich, in degrees."""
    return float(swe.sidtime(moment)) * 15.0

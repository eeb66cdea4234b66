"""Eclipses of the Sun and Moon: for the whole Earth, and as a place sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import swisseph as swe

from app.astrology.almanac import Eclipse, EclipseKind, EclipseOf, LocalEclipse
from app.astrology.angles import norm, signed_arc
from app.astrology.place import Place
from app.ephemeris.horizon import geographic

_NO_SAROS = -1_000_000.0
"""The library writes -99999999 where it knows no series."""
_BEFORE = 0.01
"""Days before its first contact that the search for an eclipse at a place starts."""
_DEGREES_AN_HOUR = 15.0

# What the library's `tret` and `attr` hold, by the manual's section 8; slots from 11 on are junk.
_FRACTION, _OBSCURATION, _AZIMUTH, _APPARENT, _NASA, _SERIES, _MEMBER = 0, 2, 4, 6, 8, 9, 10
_PENUMBRAL = 1

_KINDS = (
    (swe.ECL_ANNULAR_TOTAL, EclipseKind.HYBRID),
    (swe.ECL_TOTAL, EclipseKind.TOTAL),
    (swe.ECL_ANNULAR, EclipseKind.ANNULAR),
    (swe.ECL_PARTIAL, EclipseKind.PARTIAL),
    (swe.ECL_PENUMBRAL, EclipseKind.PENUMBRAL),
)

Contacts = tuple[tuple[str, float], ...]


def solar_eclipse(moment: float, theory: int, *, backwards: bool) -> Eclipse:
    """The next solar eclipse anywhere on the Earth, or the last one."""
    flags, times = swe.sol_eclipse_when_glob(moment, theory, 0, backwards)
    kind = _kind(flags)
    where, attributes = swe.sol_eclipse_where(times[0], theory)[1:]
    inner = kind.lower()
    named = (
        ("partial_begin", times[2]),
        ("partial_end", times[3]),
        (f"{inner}_begin", times[4]),
        (f"{inner}_end", times[5]),
        ("center_line_begin", times[6]),
        ("center_line_end", times[7]),
    )
    return Eclipse(
        of=EclipseOf.SUN,
        kind=kind,
        greatest=times[0],
        magnitude=attributes[_NASA],
        penumbral_magnitude=None,
        saros_series=_saros(attributes[_SERIES]),
        saros_member=_saros(attributes[_MEMBER]),
        contacts=_existing(named),
        greatest_at=Place(where[1], signed_arc(0.0, where[0])),
    )


def lunar_eclipse(moment: float, theory: int, *, backwards: bool) -> Eclipse:
    """The next lunar eclipse, or the last one."""
    flags, times = swe.lun_eclipse_when(moment, theory, 0, backwards)
    # Under whose horizon the Moon stands, the library would tell of no eclipse at all.
    below_moon = geographic(_under_moon(times[0], theory))
    attributes = swe.lun_eclipse_how(times[0], below_moon, theory)[1]
    return Eclipse(
        of=EclipseOf.MOON,
        kind=_kind(flags),
        greatest=times[0],
        magnitude=attributes[_FRACTION],
        penumbral_magnitude=attributes[_PENUMBRAL],
        saros_series=_saros(attributes[_SERIES]),
        saros_member=_saros(attributes[_MEMBER]),
        contacts=_lunar_contacts(times),
        greatest_at=None,
    )


def solar_eclipse_at(eclipse: Eclipse, place: Place, theory: int) -> LocalEclipse | None:
    """A solar eclipse as a place sees it, or None where it sees nothing of it."""
    start, end = span_of(eclipse)
    flags, times, attributes = swe.sol_eclipse_when_loc(start - _BEFORE, geographic(place), theory)
    if not start - _BEFORE <= times[0] <= end + _BEFORE:
        return None
    kind = _kind(flags)
    inner = kind.lower()
    named = (
        ("partial_begin", times[1], swe.ECL_1ST_VISIBLE),
        (f"{inner}_begin", times[2], swe.ECL_2ND_VISIBLE),
        (f"{inner}_end", times[3], swe.ECL_3RD_VISIBLE),
        ("partial_end", times[4], swe.ECL_4TH_VISIBLE),
    )
    seen = [(name, moment) for name, moment, visible in named if flags & visible]
    return LocalEclipse(
        kind=kind,
        maximum=times[0],
        magnitude=attributes[_FRACTION],
        obscuration=min(attributes[_OBSCURATION], 1.0),
        altitude=attributes[_APPARENT],
        azimuth=norm(attributes[_AZIMUTH] + 180.0),
        maximum_visible=bool(flags & swe.ECL_MAX_VISIBLE),
        contacts=_existing([*seen, ("rise", times[5]), ("set", times[6])]),
    )


def lunar_eclipse_at(eclipse: Eclipse, place: Place, theory: int) -> LocalEclipse | None:
    """A lunar eclipse as a place sees it, or None where the Moon is down all the time."""
    start, end = span_of(eclipse)
    flags, times, attributes = swe.lun_eclipse_when_loc(start - _BEFORE, geographic(place), theory)
    if not start - _BEFORE <= times[0] <= end + _BEFORE:
        return None
    risen_or_set = (("rise", times[8]), ("set", times[9]))
    return LocalEclipse(
        kind=_kind(flags),
        maximum=times[0],
        magnitude=attributes[_FRACTION],
        obscuration=None,
        altitude=attributes[_APPARENT],
        azimuth=norm(attributes[_AZIMUTH] + 180.0),
        maximum_visible=bool(flags & swe.ECL_MAX_VISIBLE),
        contacts=_existing([*_lunar_contacts(times), *risen_or_set]),
    )


def span_of(eclipse: Eclipse) -> tuple[float, float]:
    """Julian days of the first and the last contact anywhere."""
    moments = [moment for _, moment in eclipse.contacts]
    return min(moments), max(moments)


def _lunar_contacts(times: Sequence[float]) -> Contacts:
    named = (
        ("penumbral_begin", times[6]),
        ("partial_begin", times[2]),
        ("total_begin", times[4]),
        ("total_end", times[5]),
        ("partial_end", times[3]),
        ("penumbral_end", times[7]),
    )
    return _existing(named)


def _existing(named: Iterable[tuple[str, float]]) -> Contacts:
    """Those that happen, in the order of their moments; the library writes 0 for the others."""
    return tuple(sorted(((n, m) for n, m in named if m > 0.0), key=lambda contact: contact[1]))


def _kind(flags: int) -> EclipseKind:
    return next(kind for bit, kind in _KINDS if flags & bit)


def _saros(number: float) -> int | None:
    return int(number) if number > _NO_SAROS else None


def _under_moon(moment: float, theory: int) -> Place:
    """Where on the Earth the Moon stands in the zenith."""
    ascension, declination = swe.calc_ut(moment, swe.MOON, theory | swe.FLG_EQUATORIAL)[0][:2]
    sidereal = swe.sidtime(moment) * _DEGREES_AN_HOUR
    return Place(declination, signed_arc(sidereal, ascension))

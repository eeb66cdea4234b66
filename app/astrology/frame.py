"""What positions are measured from: the theory, the centre, and the start of the zodiac."""

from __future__ import annotations

from dataclasses import dataclass

from app.astrology.bodies import Body
from app.astrology.names import Name
from app.astrology.place import Place


class Theory(Name):
    """Where positions come from: the Swiss Ephemeris files, or the analytic Moshier series."""

    SWISS = "SWISS"
    MOSHIER = "MOSHIER"


class UniversalTime(Name):
    """How a UTC clock reading becomes UT1, the time that turns the sky."""

    UTC_AS_UT1 = "UTC_AS_UT1"
    UTC_TO_UT1 = "UTC_TO_UT1"


class View(Name):
    """From where the sky is seen, if not from another body."""

    GEOCENTRIC = "GEOCENTRIC"
    TOPOCENTRIC = "TOPOCENTRIC"
    HELIOCENTRIC = "HELIOCENTRIC"


Center = View | Body
"""A view, or the body that the observer stands on."""


class Zodiac(Name):
    """Where 0 degrees Aries lies: the equinox, a star-bound point, or the Moon's node."""

    TROPICAL = "TROPICAL"
    SIDEREAL = "SIDEREAL"
    DRACONIC = "DRACONIC"


class NodeKind(Name):
    """The smooth average of the Moon's node, or the osculating one."""

    MEAN = "MEAN"
    TRUE = "TRUE"


class AyanamsaName(Name):
    """Every ayanamsa of Swiss Ephemeris, under its own name; USER is defined by the caller."""

    FAGAN_BRADLEY = "FAGAN_BRADLEY"
    LAHIRI = "LAHIRI"
    DELUCE = "DELUCE"
    RAMAN = "RAMAN"
    USHASHASHI = "USHASHASHI"
    KRISHNAMURTI = "KRISHNAMURTI"
    DJWHAL_KHUL = "DJWHAL_KHUL"
    YUKTESHWAR = "YUKTESHWAR"
    JN_BHASIN = "JN_BHASIN"
    BABYL_KUGLER1 = "BABYL_KUGLER1"
    BABYL_KUGLER2 = "BABYL_KUGLER2"
    BABYL_KUGLER3 = "BABYL_KUGLER3"
    BABYL_HUBER = "BABYL_HUBER"
    BABYL_ETPSC = "BABYL_ETPSC"
    ALDEBARAN_15TAU = "ALDEBARAN_15TAU"
    HIPPARCHOS = "HIPPARCHOS"
    SASSANIAN = "SASSANIAN"
    GALCENT_0SAG = "GALCENT_0SAG"
    J2000 = "J2000"
    J1900 = "J1900"
    B1950 = "B1950"
    SURYASIDDHANTA = "SURYASIDDHANTA"
    SURYASIDDHANTA_MSUN = "SURYASIDDHANTA_MSUN"
    ARYABHATA = "ARYABHATA"
    ARYABHATA_MSUN = "ARYABHATA_MSUN"
    SS_REVATI = "SS_REVATI"
    SS_CITRA = "SS_CITRA"
    TRUE_CITRA = "TRUE_CITRA"
    TRUE_REVATI = "TRUE_REVATI"
    TRUE_PUSHYA = "TRUE_PUSHYA"
    GALCENT_RGILBRAND = "GALCENT_RGILBRAND"
    GALEQU_IAU1958 = "GALEQU_IAU1958"
    GALEQU_TRUE = "GALEQU_TRUE"
    GALEQU_MULA = "GALEQU_MULA"
    GALALIGN_MARDYKS = "GALALIGN_MARDYKS"
    TRUE_MULA = "TRUE_MULA"
    GALCENT_MULA_WILHELM = "GALCENT_MULA_WILHELM"
    ARYABHATA_522 = "ARYABHATA_522"
    BABYL_BRITTON = "BABYL_BRITTON"
    TRUE_SHEORAN = "TRUE_SHEORAN"
    GALCENT_COCHRANE = "GALCENT_COCHRANE"
    GALEQU_FIORENZA = "GALEQU_FIORENZA"
    VALENS_MOON = "VALENS_MOON"
    LAHIRI_1940 = "LAHIRI_1940"
    LAHIRI_VP285 = "LAHIRI_VP285"
    KRISHNAMURTI_VP291 = "KRISHNAMURTI_VP291"
    LAHIRI_ICRC = "LAHIRI_ICRC"
    USER = "USER"


@dataclass(frozen=True, slots=True)
class Ayanamsa:
    """An ayanamsa by name; a USER one is `value` degrees (mean) at the Julian day `epoch`.

    `epoch` is in terrestrial time, or in UT with `epoch_in_ut`.
    """

    name: AyanamsaName
    epoch: float = 0.0
    value: float = 0.0
    epoch_in_ut: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """How positions are measured. Tropical, geocentric and from the files unless it says otherwise.

    `ayanamsa` makes it sidereal. `observer` is where a TOPOCENTRIC view stands.
    """

    theory: Theory = Theory.SWISS
    center: Center = View.GEOCENTRIC
    ayanamsa: Ayanamsa | None = None
    observer: Place | None = None


TROPICAL = Frame()
"""The frame of published tables: apparent, geocentric, equinox of date."""

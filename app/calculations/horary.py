"""Horary: considerations before judgement, and whether the matter perfects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import FailFast, Field

from app.astrology.accidental import AccidentalRules
from app.astrology.almanac import STANDARD_AIR, Almanac
from app.astrology.bodies import Body
from app.astrology.chart import Instant
from app.astrology.dignities import Dignity
from app.astrology.horary import (
    Consideration,
    Finding,
    HoraryRules,
    Judge,
    Scheme,
    Void,
    considerations,
    void_of_course,
)
from app.astrology.hour_agreement import BY_LILLY, Agreement, agreements, hour_consideration
from app.astrology.houses import Division, HouseSystem
from app.astrology.perfection import Forward, Window
from app.astrology.planetary_hours import (
    NoPlanetaryHours,
    hour_at,
    planetary_hours,
    solar_day_around,
    weekday_of,
)
from app.astrology.receptions import receptions_among
from app.astrology.risings import Sky
from app.astrology.rulerships import DOMICILES, SEVEN, TermSystem, TriplicitySystem
from app.astrology.zodiac import sign_of
from app.calculations.birth import EXAMPLE, Birth
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.civil_day import civil_day
from app.calculations.conventions import ChartRequest, HouseChoice, require_earth
from app.calculations.dignity_choice import DignityChoice, SiegeChoice, SolarLimits
from app.calculations.dignity_shapes import ReceptionReply, reception_reply
from app.calculations.fields import HouseSystemName, named
from app.calculations.horary_shapes import (
    HoraryReply,
    SignificatorReply,
    consideration_reply,
    finding_reply,
    void_reply,
)
from app.calculations.provenance import computed_for
from app.calculations.shapes import angles_reply, house_replies, position_reply
from app.errors import InvalidInput

SOURCES = (
    Source(
        "William Lilly, Christian Astrology (1647), pp. 177-182: translation of light in a chart",
        verified=True,
    ),
    Source("William Lilly, Christian Astrology (1647), pp. 107, 111-112, 121-122"),
    Source("William Lilly, Christian Astrology (1647), p. 121: agreement of the hour"),
)

HouseNumber = Annotated[int, Field(ge=1, le=12)]
DegreeOfSign = Annotated[float, Field(ge=0.0, le=30.0)]
Longitude = Annotated[float, Field(ge=0.0, le=360.0)]


class HoraryRequest(SiegeChoice, SolarLimits, DignityChoice, HouseChoice, ChartRequest):
    house_system: Annotated[
        HouseSystemName, Field(description="Whose houses choose the significators")
    ] = HouseSystem.REGIOMONTANUS
    terms: Annotated[
        Annotated[TermSystem, *named(TermSystem)], Field(description="Whose terms, for receptions")
    ] = TermSystem.PTOLEMAIC_LILLY
    triplicity: Annotated[
        Annotated[TriplicitySystem, *named(TriplicitySystem)],
        Field(description="Whose triplicity rulers, for receptions"),
    ] = TriplicitySystem.LILLY
    querent_house: Annotated[HouseNumber, Field(description="House of the one who asks")] = 1
    quesited_house: Annotated[HouseNumber, Field(description="House of what is asked about")] = 7
    moon_cosignifies: Annotated[
        bool, Field(description="The Moon stands for the querent too, beside the house's lord")
    ] = True
    ascendant_early: Annotated[
        DegreeOfSign, Field(description="Too early while fewer degrees of a sign have risen")
    ] = 3.0
    ascendant_late: Annotated[
        DegreeOfSign, Field(description="Too late from this degree of a sign on")
    ] = 27.0
    moon_late: Annotated[
        DegreeOfSign, Field(description="The Moon is at the end of a sign from this degree on")
    ] = 27.0
    via_combusta_start: Annotated[Longitude, Field(description="The burnt way begins here")] = 195.0
    via_combusta_end: Annotated[Longitude, Field(description="The burnt way ends before this")] = (
        225.0
    )
    orb_multiplier: Annotated[
        float, Field(ge=0.1, le=3.0, description="Scales the moieties of Lilly's orbs")
    ] = 1.0
    within_orbs: Annotated[
        bool, Field(description="Coming aspects count only if they are within orbs already")
    ] = True
    must_perfect_in_sign: Annotated[
        bool, Field(description="Aspects count only while both planets keep their present signs")
    ] = True
    window_days: Annotated[
        float, Field(ge=3.0, le=90.0, description="Days ahead in which a matter may perfect")
    ] = 60.0
    moon_prohibits: Annotated[
        bool, Field(description="The Moon, who signifies in every question, may prohibit too")
    ] = False
    translator_lighter: Annotated[
        bool, Field(description="Only a planet lighter than both carries light between them")
    ] = True
    collection_unbeheld: Annotated[
        bool, Field(description="Collection only between significators without an aspect")
    ] = True
    collection_received: Annotated[
        bool, Field(description="Collection only if both stand in dignities of the collector")
    ] = False
    hour_agreement: Annotated[
        tuple[Annotated[Agreement, *named(Agreement)], ...],
        FailFast(),
        Field(
            max_length=len(Agreement),
            description="How the lord of the planetary hour may agree with the ascendant: as its "
            "SAME_LORD, as lord of its TRIPLICITY, by the same NATURE as its lord, hot or cold and "
            "dry or moist, or SIGN_NATURE, that of the sign; empty: Lilly's first three",
        ),
    ] = BY_LILLY


@calculation("horary", example={**EXAMPLE, "quesited_house": 10}, sources=SOURCES)
def horary(request: HoraryRequest, ephemeris: Almanac) -> Answer[HoraryReply]:
    """A horary chart after Lilly: considerations before judgement, and how the matter perfects.

    The lords of two houses signify the querent and what is asked about, and the Moon the querent
    too. PERFECTION is the aspect that they apply to by moieties of orbs, made exact by their real
    motions. REFRANATION: they draw back before. PROHIBITION: another planet is exact with one of
    them first; FRUSTRATION: the weightier one of a conjunction is joined by another first.
    TRANSLATION: a lighter planet separates from one and next joins the other. COLLECTION: both
    apply to a weightier planet and do not see each other. BESIEGING: between Mars and Saturn.
    UNPERFECTED: the aspect comes too late, or in another sign. The Moon is void of course if she
    meets no other of the seven planets by a Ptolemaic aspect before her sign ends. HOUR_DISAGREES
    if the lord of the planetary hour is not akin to the ascendant; the hour begins at the rise of
    the Sun's upper limb in mean air, on the weekday of the zone, and where the Sun does not rise
    and set it cannot be told. Rulers are those of tradition.
    """
    require_earth(request.center, "houses")
    if request.house_system is HouseSystem.GAUQUELIN:
        raise InvalidInput.of("house_system", "a system of twelve houses", "GAUQUELIN")
    rules = _rules(request)
    birth = request.known_birth(ephemeris)
    chart = request.instant(birth, ephemeris, **request.house_conventions())
    division = chart.divide_as_agreed(request.house_system) or chart.divide(request.house_system)
    scheme = _scheme(chart, division)
    window = Window(request.window_days, request.must_perfect_in_sign)
    start, _ = chart.zodiac_start
    forward = Forward(chart.moment, chart.conventions.frame, ephemeris, window, start)
    querent, quesited = _lord(scheme, request.querent_house), _lord(scheme, request.quesited_house)
    void = void_of_course(scheme, forward)
    judge = Judge(scheme, forward, rules, request.dignity_rules())
    pairs = _pairs(request, querent, quesited)
    significators = _significators(request, scheme, querent, quesited)
    reply: HoraryReply = {
        "significators": significators,
        "same_significator": querent is quesited,
        "considerations": [
            consideration_reply(c)
            for c in (
                *_considered(request, scheme, void, rules),
                _hour(request, birth, scheme, ephemeris),
            )
        ],
        "void_of_course": void_reply(void, judge),
        "findings": [finding_reply(f) for f in _found(judge, pairs, querent, quesited)],
        "receptions": _receptions(request, scheme, (querent, quesited)),
        "houses": house_replies(division),
        "house_system": division.system,
        "angles": angles_reply(division),
    }
    definitions = {
        **request.chart_definitions(chart, (), tells_day=True),
        **request.house_definitions(request.house_system),
        **_definitions(request),
    }
    return Answer(reply, computed_for(birth, SEVEN, ephemeris, definitions), birth.lasting)


def _rules(request: HoraryRequest) -> HoraryRules:
    if request.via_combusta_end < request.via_combusta_start:
        expected = f"not before via_combusta_start, {request.via_combusta_start}"
        raise InvalidInput.of("via_combusta_end", expected, request.via_combusta_end)
    return HoraryRules(
        early=request.ascendant_early,
        late=request.ascendant_late,
        moon_late=request.moon_late,
        way_start=request.via_combusta_start,
        way_end=request.via_combusta_end,
        orb_multiplier=request.orb_multiplier,
        within_orbs=request.within_orbs,
        moon_prohibits=request.moon_prohibits,
        translator_lighter=request.translator_lighter,
        collection_unbeheld=request.collection_unbeheld,
        collection_received=request.collection_received,
        siege=request.siege,
        siege_span=request.siege_span,
    )


def _scheme(chart: Instant, division: Division) -> Scheme:
    placed = chart.place_points(SEVEN, division)
    houses = chart.houses_of(placed, division)
    return Scheme(
        dict(zip(SEVEN, placed, strict=True)),
        dict(zip(SEVEN, houses, strict=True)),
        (division.ascendant, *division.cusps[1:]),
        chart.is_day(division.armc),
    )


def _lord(scheme: Scheme, house: int) -> Body:
    return DOMICILES[sign_of(scheme.cusps[house - 1])]


def _pairs(request: HoraryRequest, querent: Body, quesited: Body) -> list[tuple[Body, Body]]:
    """Who must come together: the lords, and the Moon with the lord of the quesited."""
    firsts = [querent, *([Body.MOON] if request.moon_cosignifies else [])]
    return [(first, quesited) for first in dict.fromkeys(firsts) if first is not quesited]


def _found(
    judge: Judge, pairs: Sequence[tuple[Body, Body]], querent: Body, quesited: Body
) -> list[Finding]:
    concerned = dict.fromkeys((querent, *(first for first, _ in pairs), quesited))
    return [
        *(finding for pair in pairs for finding in judge.between(*pair)),
        *(finding for planet in concerned for finding in judge.besieged(planet)),
    ]


def _considered(
    request: HoraryRequest, scheme: Scheme, void: Void, rules: HoraryRules
) -> list[Consideration]:
    beams = AccidentalRules(
        cazimi=request.cazimi_orb,
        combust=request.combust_orb,
        beams=request.beams_orb,
        combust_in_sign=request.combust_in_sign,
    )
    lords = _lord(scheme, 1), _lord(scheme, 7)
    return considerations(scheme, void, lords, rules, beams, request.dignity_rules())


def _hour(
    request: HoraryRequest, birth: Birth, scheme: Scheme, ephemeris: Almanac
) -> Consideration:
    """Whether the lord of the planetary hour agrees with the ascendant."""
    counted = request.hour_agreement or BY_LILLY
    sky = Sky(ephemeris, birth.place, STANDARD_AIR, birth.theory)
    try:
        day = solar_day_around(birth.julian_day, sky)
    except NoPlanetaryHours:
        return hour_consideration(None, (), counted)
    number = civil_day(request, ephemeris).day_number(day.sunrise, by_longitude=False)
    lord = hour_at(birth.julian_day, planetary_hours(day, weekday_of(number))).ruler
    ways = agreements(lord, scheme.cusps[0], request.triplicity, by_day=scheme.by_day)
    return hour_consideration(lord, ways, counted)


def _significators(
    request: HoraryRequest, scheme: Scheme, querent: Body, quesited: Body
) -> list[SignificatorReply]:
    rows: list[tuple[str, int | None, Body]] = [("QUERENT", request.querent_house, querent)]
    if request.moon_cosignifies:
        rows.append(("QUERENT_MOON", None, Body.MOON))
    rows.append(("QUESITED", request.quesited_house, quesited))
    return [
        {
            "role": role,
            "house": house,
            "position": position_reply(scheme.positions[planet], scheme.houses[planet]),
        }
        for role, house, planet in rows
    ]


def _receptions(
    request: HoraryRequest, scheme: Scheme, lords: tuple[Body, Body]
) -> list[ReceptionReply]:
    """Receptions between the significators by any of the five dignities."""
    planets = dict.fromkeys((*lords, *([Body.MOON] if request.moon_cosignifies else [])))
    longitudes = {planet: scheme.positions[planet].longitude for planet in planets}
    rules = request.dignity_rules()
    found = receptions_among(longitudes, tuple(Dignity), rules, by_day=scheme.by_day)
    return [reception_reply(reception) for reception in found]


def _definitions(request: HoraryRequest) -> dict[str, Any]:
    """What `meta` echoes of the rules of judgement."""
    own = (
        *("querent_house", "quesited_house", "moon_cosignifies", "ascendant_early"),
        *("ascendant_late", "moon_late", "via_combusta_start", "via_combusta_end"),
        *("orb_multiplier", "within_orbs", "must_perfect_in_sign", "window_days"),
        *("moon_prohibits", "translator_lighter", "collection_unbeheld", "collection_received"),
        *("siege", "siege_span"),
    )
    return {
        **request.dignity_definitions(),
        **request.solar_definitions(),
        **{name: getattr(request, name) for name in own},
        "hour_agreement": list(request.hour_agreement or BY_LILLY),
        "orbs": "LILLY_MOIETIES",
        "void_rule": "NO_ASPECT_EXACT_IN_SIGN",
    }

"""Horary judgement: considerations before it, and how a matter perfects or fails.

Definitions by William Lilly, Christian Astrology (1647), pages 111-112, 121-122 and 181.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, takewhile
from typing import NamedTuple

from app.astrology.accidental import AccidentalRules, Condition, SiegeRule, siege, solar_state
from app.astrology.aspects import (
    ANGLE_OF,
    LILLY_ORBS,
    MAJOR_ASPECTS,
    Aspect,
    AspectKind,
    AspectRule,
    OrbRules,
    aspects_among,
)
from app.astrology.bodies import Body
from app.astrology.dignities import Dignity, DignityRules, essential, owners
from app.astrology.names import Name
from app.astrology.perfection import Contact, Forward, Turn, weightier
from app.astrology.rulerships import MALEFICS, SEVEN
from app.astrology.sky import Position
from app.astrology.zodiac import Sign, degree_in_sign, sign_of

VOID_EXCUSED = frozenset({Sign.TAURUS, Sign.CANCER, Sign.SAGITTARIUS, Sign.PISCES})
"""Signs in which a void Moon still performs somewhat; Lilly, page 122."""
HOUSE_OF_THE_ARTIST = 7
"""The house of the astrologer in every question but those of the seventh house."""


class Technique(Name):
    """How two significators come together, or what keeps them apart."""

    PERFECTION = "PERFECTION"
    UNPERFECTED = "UNPERFECTED"
    REFRANATION = "REFRANATION"
    PROHIBITION = "PROHIBITION"
    FRUSTRATION = "FRUSTRATION"
    TRANSLATION = "TRANSLATION"
    COLLECTION = "COLLECTION"
    BESIEGING = "BESIEGING"


class Caution(Name):
    """What to consider before judgement."""

    ASC_EARLY = "ASC_EARLY"
    ASC_LATE = "ASC_LATE"
    MOON_LATE = "MOON_LATE"
    MOON_VIA_COMBUSTA = "MOON_VIA_COMBUSTA"
    MOON_VOID = "MOON_VOID"
    SATURN_IN_FIRST = "SATURN_IN_FIRST"
    SATURN_IN_SEVENTH = "SATURN_IN_SEVENTH"
    ASC_LORD_COMBUST = "ASC_LORD_COMBUST"
    SEVENTH_AFFLICTED = "SEVENTH_AFFLICTED"
    SEVENTH_LORD_AFFLICTED = "SEVENTH_LORD_AFFLICTED"
    HOUR_DISAGREES = "HOUR_DISAGREES"


@dataclass(frozen=True, slots=True)
class HoraryRules:
    """Limits in degrees: of a sign for the ascendant and the Moon, of the zodiac for the way."""

    early: float = 3.0
    late: float = 27.0
    moon_late: float = 27.0
    way_start: float = 195.0
    way_end: float = 225.0
    orb_multiplier: float = 1.0
    within_orbs: bool = True
    moon_prohibits: bool = False
    translator_lighter: bool = True
    collection_unbeheld: bool = True
    collection_received: bool = False
    siege: SiegeRule = SiegeRule.BODY
    siege_span: float = 30.0

    def orbs(self) -> OrbRules:
        """The Ptolemaic aspects by the moieties of Lilly's orbs."""
        kinds = tuple(AspectRule(kind, ANGLE_OF[kind], 0.0) for kind in MAJOR_ASPECTS)
        return OrbRules(kinds, self.orb_multiplier, point_orbs=LILLY_ORBS)


class Leg(NamedTuple):
    """An aspect of a finding: how it stands in the chart, and when it is exact.

    `orb` and `applying` are the chart's; `contact` None where it never is exact in time.
    """

    first: Body
    second: Body
    kind: AspectKind
    orb: float
    applying: bool | None
    contact: Contact | None


class Finding(NamedTuple):
    """One technique found. `planets` begin with those that act: translator, collector, prohibitor.

    `hindered` tells of a perfection that another planet comes before, `received` who of the
    significators stands in a dignity of the collector.
    """

    technique: Technique
    planets: tuple[Body, ...]
    legs: tuple[Leg, ...] = ()
    turn: Turn | None = None
    hindered: bool = False
    received: tuple[Body, ...] = ()


class Consideration(NamedTuple):
    """A caution, whether it applies, whom it is about, and the degree or reasons it rests on.

    `applies` is None where it cannot be told, for the reason given.
    """

    caution: Caution
    applies: bool | None
    planet: Body | None
    degree: float | None
    reasons: tuple[str, ...] = ()


class Void(NamedTuple):
    """The Moon's course to the end of her sign: void if no aspect is exact before it."""

    is_void: bool
    leaves_sign: float
    contacts: tuple[Contact, ...]
    excused: bool


class Scheme(NamedTuple):
    """A horary chart: the seven planets, their houses, and the cusps in degrees."""

    positions: Mapping[Body, Position]
    houses: Mapping[Body, int]
    cusps: Sequence[float]
    by_day: bool


def void_of_course(scheme: Scheme, forward: Forward) -> Void:
    """Whether the Moon meets none of the other six by a Ptolemaic aspect before her sign ends."""
    leaves = forward.moon_leaves_sign()
    coming = forward.coming(Body.MOON)
    contacts = tuple(takewhile(lambda contact: contact.julian_day < leaves, coming))
    excused = sign_of(scheme.positions[Body.MOON].longitude) in VOID_EXCUSED
    return Void(not contacts, leaves, contacts, excused)


def considerations(
    scheme: Scheme,
    void: Void,
    lords: tuple[Body, Body],
    rules: HoraryRules,
    beams: AccidentalRules,
    dignity: DignityRules,
) -> list[Consideration]:
    """Every caution in its order; `lords` are those of the ascendant and of the seventh cusp."""
    rising = degree_in_sign(scheme.cusps[0])
    moon = scheme.positions[Body.MOON].longitude
    on_the_way = rules.way_start <= moon < rules.way_end
    saturn = scheme.houses[Body.SATURN]
    first, seventh = lords
    sun = scheme.positions[Body.SUN]
    state = solar_state(scheme.positions[first], sun, beams)
    burnt = first is not Body.SUN and state is Condition.COMBUST
    there = (planet for planet in MALEFICS if scheme.houses[planet] == HOUSE_OF_THE_ARTIST)
    inside = tuple(sorted(map(str, there)))
    hurt = _afflictions(seventh, scheme, beams, dignity)
    degree_of = degree_in_sign(moon)
    saturn_reasons = ("RETROGRADE",) if scheme.positions[Body.SATURN].speed < 0.0 else ()
    return [
        Consideration(Caution.ASC_EARLY, rising < rules.early, None, rising),
        Consideration(Caution.ASC_LATE, rising >= rules.late, None, rising),
        Consideration(Caution.MOON_LATE, degree_of >= rules.moon_late, Body.MOON, degree_of),
        Consideration(Caution.MOON_VIA_COMBUSTA, on_the_way, Body.MOON, moon),
        Consideration(
            Caution.MOON_VOID,
            void.is_void,
            Body.MOON,
            None,
            ("EXCUSED_BY_SIGN",) if void.is_void and void.excused else (),
        ),
        Consideration(Caution.SATURN_IN_FIRST, saturn == 1, Body.SATURN, None, saturn_reasons),
        Consideration(Caution.SATURN_IN_SEVENTH, saturn == HOUSE_OF_THE_ARTIST, Body.SATURN, None),
        Consideration(Caution.ASC_LORD_COMBUST, burnt, first, None),
        Consideration(Caution.SEVENTH_AFFLICTED, bool(inside), None, None, inside),
        Consideration(Caution.SEVENTH_LORD_AFFLICTED, bool(hurt), seventh, None, hurt),
    ]


def _afflictions(
    planet: Body, scheme: Scheme, beams: AccidentalRules, dignity: DignityRules
) -> tuple[str, ...]:
    """Why a planet is unfortunate: retrograde, combust, in detriment, fall or a malefic's term."""
    position = scheme.positions[planet]
    points = essential(planet, position.longitude, dignity, by_day=scheme.by_day)
    owned = owners(position.longitude, dignity, by_day=scheme.by_day)
    state = solar_state(position, scheme.positions[Body.SUN], beams)
    found = {
        "RETROGRADE": position.speed < 0.0,
        "COMBUST": planet is not Body.SUN and state is Condition.COMBUST,
        "DETRIMENT": points.detriment < 0,
        "FALL": points.fall < 0,
        "TERM_OF_MALEFIC": bool(owned[Dignity.TERM] & MALEFICS - {planet}),
    }
    return tuple(reason for reason, applies in found.items() if applies)


class Judge:
    """Looks for every technique between significators of one chart."""

    def __init__(
        self, scheme: Scheme, forward: Forward, rules: HoraryRules, dignity: DignityRules
    ) -> None:
        self._scheme = scheme
        self._forward = forward
        self._rules = rules
        self._dignity = dignity
        found = aspects_among(list(scheme.positions.values()), rules.orbs())
        self._aspects: dict[frozenset[str], Aspect] = {
            frozenset({str(a.first.point), str(a.second.point)}): a for a in found
        }

    def between(self, first: Body, second: Body) -> list[Finding]:
        """Perfection of two significators with what hinders it, then translation and collection."""
        found = self._direct(first, second)
        return [*found, *self._translations(first, second), *self._collections(first, second)]

    def besieged(self, planet: Body) -> list[Finding]:
        """Whether a planet stands between Mars and Saturn."""
        rules = self._rules
        around = siege(planet, self._scheme.positions, rules.siege, rules.siege_span)
        return [] if around is None else [Finding(Technique.BESIEGING, (*around, planet))]

    def _direct(self, first: Body, second: Body) -> list[Finding]:
        leg = self._coming(first, second)
        if leg is None:
            return []
        if leg.contact is not None:
            hindrances = self._hindrances(leg.contact)
            hindered = bool(hindrances)
            main = Finding(Technique.PERFECTION, (first, second), (leg,), hindered=hindered)
            return [main, *hindrances]
        turn = self._forward.turn(first, second, leg.kind)
        if turn is not None:
            return [Finding(Technique.REFRANATION, (first, second), (leg,), turn)]
        return [Finding(Technique.UNPERFECTED, (first, second), (leg,))]

    def _coming(self, first: Body, second: Body) -> Leg | None:
        """The aspect that two planets apply to, with its exactness if that comes in time."""
        pair = frozenset({first, second})
        aspect = self._aspect(first, second)
        if aspect is not None and aspect.applying is not False:
            kind = AspectKind(aspect.rule.name)
            contact = self._next(pair, kind)
            if aspect.exact:
                contact = Contact(first, second, kind, self._forward.moment, in_sign=True)
            elif contact is not None and self._turns_first(contact):
                contact = None
            return Leg(first, second, kind, aspect.orb, aspect.applying, contact)
        if self._rules.within_orbs:
            return None
        following = self._next(pair)
        return None if following is None else self.leg(following)

    def _turns_first(self, contact: Contact) -> bool:
        """Whether two planets draw back from an aspect that they come to at a later try."""
        turn = self._forward.turn(contact.first, contact.second, contact.kind)
        return turn is not None and turn.julian_day < contact.julian_day

    def _hindrances(self, perfect: Contact) -> list[Finding]:
        """What is exact with a significator before they perfect, the first of each planet.

        Frustration: of a conjunction, when the weightier one is joined by body to another first.
        """
        heavy = max(perfect.pair, key=lambda planet: weightier(planet, perfect.other(planet)))
        found: dict[Body, Finding] = {}
        for contact in self._forward.after():
            if contact.julian_day >= perfect.julian_day:
                break
            met = contact.pair & perfect.pair
            if len(met) != 1:
                continue
            (significator,) = met
            third = contact.other(significator)
            if third in found or (third is Body.MOON and not self._rules.moon_prohibits):
                continue
            bodily = perfect.kind is contact.kind is AspectKind.CONJUNCTION
            frustrates = bodily and significator is heavy
            technique = Technique.FRUSTRATION if frustrates else Technique.PROHIBITION
            found[third] = Finding(technique, (third, significator), (self.leg(contact),))
        return list(found.values())

    def _translations(self, first: Body, second: Body) -> list[Finding]:
        """A lighter planet that separates from one significator and next joins the other."""
        found = []
        for planet in SEVEN:
            light = weightier(first, planet) and weightier(second, planet)
            if planet in {first, second} or (self._rules.translator_lighter and not light):
                continue
            following = next(self._forward.after(planet), None)
            for giver, taker in permutations((first, second)):
                if following is None or taker not in following.pair:
                    continue
                aspect = self._aspect(planet, giver)
                if aspect is None or aspect.applying is not False:
                    continue
                if self._rules.within_orbs and not self._applies(following):
                    continue
                legs = (self._separating(planet, giver, aspect), self.leg(following))
                found.append(Finding(Technique.TRANSLATION, (planet, giver, taker), legs))
        return found

    def _collections(self, first: Body, second: Body) -> list[Finding]:
        """A weightier planet that both significators, who do not aspect each other, apply to."""
        if self._rules.collection_unbeheld and self._aspect(first, second) is not None:
            return []
        found = []
        for planet in SEVEN:
            if planet in {first, second} or not all(weightier(planet, s) for s in (first, second)):
                continue
            contacts = [self._next(frozenset({planet, s})) for s in (first, second)]
            legs = tuple(
                self.leg(contact)
                for contact in contacts
                if contact is not None and (not self._rules.within_orbs or self._applies(contact))
            )
            received = tuple(s for s in (first, second) if self._receives(planet, s))
            if len(legs) < len(contacts):
                continue
            if self._rules.collection_received and len(received) < len(contacts):
                continue
            planets = (planet, first, second)
            found.append(Finding(Technique.COLLECTION, planets, legs, received=received))
        return found

    def _receives(self, host: Body, guest: Body) -> bool:
        longitude = self._scheme.positions[guest].longitude
        owned = owners(longitude, self._dignity, by_day=self._scheme.by_day)
        return any(host in who for who in owned.values())

    def _aspect(self, first: Body, second: Body) -> Aspect | None:
        return self._aspects.get(frozenset({str(first), str(second)}))

    def _next(self, pair: frozenset[Body], kind: AspectKind | None = None) -> Contact | None:
        coming = self._forward.after(*pair)
        return next((c for c in coming if kind is None or c.kind is kind), None)

    def _applies(self, contact: Contact) -> bool:
        """Whether a coming aspect is already within orbs, and applying."""
        aspect = self._aspect(contact.first, contact.second)
        if aspect is None or aspect.rule.name != contact.kind:
            return False
        return aspect.applying is not False

    def leg(self, contact: Contact) -> Leg:
        """How a coming aspect stands in the chart."""
        a, b = (self._scheme.positions[planet] for planet in (contact.first, contact.second))
        alone = OrbRules((AspectRule(contact.kind, ANGLE_OF[contact.kind], 180.0),))
        (aspect,) = aspects_among((a, b), alone)
        return Leg(
            contact.first, contact.second, contact.kind, aspect.orb, aspect.applying, contact
        )

    def _separating(self, planet: Body, giver: Body, aspect: Aspect) -> Leg:
        kind = AspectKind(aspect.rule.name)
        contact = self._forward.before(frozenset({planet, giver}), kind)
        return Leg(planet, giver, kind, aspect.orb, aspect.applying, contact)

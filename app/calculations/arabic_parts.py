"""Lots, also called Arabic parts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NotRequired, cast

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.aspects import OrbRules, aspects_between
from app.astrology.bodies import PLANETS, POINT_ALIASES, Angle, Body, Lot, Point, numbered_asteroid
from app.astrology.chart import Instant
from app.astrology.lot_sets import LOT_ALIASES, LotSet, formulas_of, reverses_by_default
from app.astrology.lots import CastLot, CyclicLot, Formula, cast_lots, points_behind
from app.astrology.names import spelled
from app.astrology.sky import Ephemeris, Position
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, require_earth, sources
from app.calculations.fields import LONGEST_NAME, MOST_POINTS, Points, named
from app.calculations.orbs import OrbChoice
from app.calculations.placing import PlaceHouses, house_numbers
from app.calculations.provenance import computed_for
from app.calculations.request import CalculationRequest
from app.calculations.shapes import (
    DegreeReply,
    PointAspectReply,
    degree_reply,
    point_aspect_reply,
)
from app.errors import InvalidInput

MOST_OWN_PARTS = 16
"""Formulas of the caller's own in one request."""

PartName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Term = Annotated[
    Point | str,
    *named(
        Body,
        Angle,
        Lot,
        aliases=POINT_ALIASES,
        # A name that no point has may be that of another lot of the request.
        otherwise=lambda name: numbered_asteroid(name) or LOT_ALIASES.get(name, name) or None,
        also=("EROS", "ASTEROID_433"),
    ),
]


class OwnPart(CalculationRequest):
    """A lot of the caller's own: from + plus - minus."""

    name: Annotated[
        str,
        Field(
            max_length=LONGEST_NAME,
            pattern="^[A-Z][A-Z0-9_]*$",
            description="A name that no point and no lot of the set has",
        ),
    ]
    plus: Annotated[Term, Field(description="A point, or another lot of this request")]
    minus: Annotated[Term, Field(description="A point, or another lot of this request")]
    start: Annotated[
        Term, Field(alias="from", description="A point, or another lot of this request")
    ] = Angle.ASC
    reverses: Annotated[bool, Field(description="`plus` and `minus` change places by night")] = True

    @property
    def formula(self) -> Formula:
        return Formula(self.name, str(self.plus), str(self.minus), str(self.start), self.reverses)


class ArabicPartsRequest(OrbChoice, PlaceHouses, ChartRequest):
    set: Annotated[
        Annotated[LotSet, *named(LotSet)],
        Field(
            description="Whose lots: HERMETIC has the seven of Paulus, VALENS his Eros and "
            "Necessity, DOROTHEAN the family; NOCTURNA twenty of this API, alike by day and night"
        ),
    ] = LotSet.HERMETIC
    parts: Annotated[
        tuple[PartName, ...],
        FailFast(),
        Field(
            max_length=MOST_POINTS,
            description="Lots of the set in the order of the answer; empty: all of it",
        ),
    ] = ()
    own_parts: Annotated[
        tuple[OwnPart, ...],
        FailFast(),
        Field(max_length=MOST_OWN_PARTS, description="Formulas of your own, answered after those"),
    ] = ()
    sect_reversal: Annotated[
        bool | None,
        Field(
            description="The lots of the set turn around by night; null: all sets but NOCTURNA do"
        ),
    ] = None  # type: ignore[assignment]  # settled before the chart is cast
    include_aspects: Annotated[
        bool, Field(description="Adds the aspects of every lot with the planets")
    ] = False
    planets: Annotated[
        Points, Field(description="Points for `include_aspects`; empty: Sun to Pluto")
    ] = PLANETS

    def settled(self) -> ArabicPartsRequest:
        """The same with the sect reversal that its set has by default."""
        if self.sect_reversal is not None:
            return self
        return self.model_copy(update={"sect_reversal": reverses_by_default(self.set)})

    def formulas(self) -> dict[str, Formula]:
        """Every lot that the request knows, by name; raises InvalidInput for names taken twice."""
        found = formulas_of(self.set, reversing=bool(self.sect_reversal))
        for index, own in enumerate(self.own_parts):
            if own.name in found or own.name in _POINTS:
                expected = "a name that no point and no other lot has"
                raise InvalidInput.of(f"own_parts.{index}.name", expected, own.name)
            found[own.name] = own.formula
        return found

    def wanted(self, formulas: Mapping[str, Formula]) -> list[str]:
        """The lots to answer, in order; raises InvalidInput for a name that none has."""
        own = [part.name for part in self.own_parts]
        if not self.parts:
            return list(formulas)
        named_parts = [_part(index, name, formulas, self.set) for index, name in _each(self.parts)]
        return list(dict.fromkeys((*named_parts, *own)))


_POINTS = frozenset((*Body.__members__, *Angle.__members__, *Lot.__members__, *POINT_ALIASES))


class PartReply(DegreeReply):
    """One lot, and how it was found."""

    lot: str
    latitude: Annotated[float, Field(description="0: lots are points of the ecliptic")]
    house: Annotated[int | None, Field(description="1 to 12; null without houses")]
    formula: Annotated[str, Field(description="As it is by day")]
    applied_formula: Annotated[str, Field(description="As it was applied to this chart")]
    is_reversed: Annotated[bool, Field(description="The night turned it around")]
    aspects: NotRequired[list[PointAspectReply]]


class ArabicPartsReply(TypedDict):
    parts: list[PartReply]
    set: str
    is_day: bool
    sect_reversal: Annotated[
        bool,
        Field(
            description="The lots of the set turn around by night; false: by night too they are "
            "told as by day, and FORTUNE is not that of a natal chart"
        ),
    ]
    house_system: Annotated[str | None, Field(description="The one applied; null without houses")]


@calculation(
    "arabic-parts",
    example={**EXAMPLE, "set": "HERMETIC", "include_aspects": True, "aspects": ["CONJUNCTION"]},
    sources=(
        Source("Paulus of Alexandria, Introduction, chapter 23 (with Olympiodorus)"),
        Source("Vettius Valens, Anthology II.3 and IV.25"),
        Source("Dorotheus of Sidon, Carmen astrologicum I.13-14 (Father, Mother)", verified=True),
        Source("Dorotheus of Sidon, Carmen astrologicum I-II (Brothers, Children)"),
        Source("Ptolemy, Tetrabiblos III.10 (Fortune alike by day and night)"),
    ),
)
def arabic_parts(request: ArabicPartsRequest, ephemeris: Ephemeris) -> Answer[ArabicPartsReply]:
    """Lots (Arabic parts): points as far from the ascendant as one planet is from another.

    Every lot comes with its formula as it is by day and as it was applied, its degree, its house,
    and on request its aspects with the planets, for which it stands still. The same name means
    different lots to different authors, so every answer tells its `set`: the NECESSITY and VICTORY
    of NOCTURNA are not those of HERMETIC, the EROS and NECESSITY of VALENS neither, and FATHER,
    MOTHER and CHILDREN of NOCTURNA are what DOROTHEAN has by night. By night all sets but NOCTURNA
    turn their formulas around, as lots of a natal chart do; `sect_reversal` in the answer tells
    whether these did, for Ptolemy never does. What is night is told by `sect`. A formula of
    your own may use any point and any other lot of the request.
    """
    request = request.settled()
    require_earth(request.center, "lots")
    birth = request.known_birth(ephemeris)
    instant = request.instant(birth, ephemeris, **request.house_conventions())
    formulas = request.formulas()
    names = request.wanted(formulas)
    points = _terms(request, names, formulas)
    division = request.division(instant)
    angles = division or instant.angles()
    by_day = instant.is_day(angles.armc)
    positions = instant.place_points(points, angles)
    where = {str(position.point): position.longitude for position in positions}
    lots = cast_lots(names, formulas, where.__getitem__, by_day=by_day)
    rules = request.orb_rules()
    compared = request.planets or PLANETS if request.include_aspects else ()
    places = [Position(cast("Point", lot.formula.name), lot.longitude) for lot in lots]
    reply: ArabicPartsReply = {
        "parts": _replies(lots, house_numbers(instant, places, division)),
        "set": request.set,
        "is_day": by_day,
        "sect_reversal": bool(request.sect_reversal),
        "house_system": division.system if division else None,
    }
    if request.include_aspects:
        _add_aspects(reply["parts"], places, instant.place_points(compared, angles), rules)
    definitions = _definitions(request, instant, rules)
    behind = sources([*points, *compared, Body.SUN])
    return Answer(reply, computed_for(birth, behind, ephemeris, definitions), birth.lasting)


def _replies(lots: Sequence[CastLot], houses: Sequence[int | None]) -> list[PartReply]:
    return [
        {
            "lot": lot.formula.name,
            **degree_reply(lot.longitude),  # type: ignore[typeddict-item]  # `aspects` may be left out
            "latitude": 0.0,
            "house": house,
            "formula": lot.formula.text(),
            "applied_formula": lot.formula.text(by_day=lot.by_day),
            "is_reversed": lot.reversed,
        }
        for lot, house in zip(lots, houses, strict=True)
    ]


def _add_aspects(
    replies: Sequence[PartReply],
    lots: Sequence[Position],
    planets: Sequence[Position],
    rules: OrbRules,
) -> None:
    """Add to every lot its aspects with the planets; only the planets move."""
    by_lot: dict[str, list[PointAspectReply]] = {reply["lot"]: [] for reply in replies}
    for aspect in aspects_between(lots, planets, rules, second_moves=True):
        by_lot[str(aspect.first.point)].append(point_aspect_reply(aspect))
    for reply in replies:
        reply["aspects"] = by_lot[reply["lot"]]


def _terms(
    request: ArabicPartsRequest, names: Sequence[str], formulas: Mapping[str, Formula]
) -> list[Point]:
    """The points that the wanted lots rest on; raises InvalidInput for a name that nothing has."""
    known: dict[str, Point] = {str(point): point for point in (*Body, *Angle, *Lot)}
    for index, own in enumerate(request.own_parts):
        for field, term in (("from", own.start), ("plus", own.plus), ("minus", own.minus)):
            if str(term) in formulas or str(term) in known:
                continue
            if isinstance(term, str):
                expected = _advice(str(term), [*formulas, *known], "a known point or lot")
                raise InvalidInput.of(f"own_parts.{index}.{field}", expected, str(term))
            known[str(term)] = term
    try:
        return [known[name] for name in points_behind(names, formulas)]
    except CyclicLot as error:
        own_names = [own.name for own in request.own_parts]
        index = min(own_names.index(name) for name in error.chain if name in own_names)
        expected = "made of points and lots that do not rest on the lot itself"
        raise InvalidInput.of(f"own_parts.{index}", expected, str(error)) from error


def _each(parts: Sequence[str]) -> list[tuple[int, str]]:
    return [(index, spelled(name)) for index, name in enumerate(parts)]


def _part(index: int, name: str, formulas: Mapping[str, Formula], lots: LotSet) -> str:
    """The lot of a name in capitals; raises InvalidInput."""
    found = name if name in formulas else LOT_ALIASES.get(name, name)
    if found in formulas:
        return found
    elsewhere = [other for other in LotSet if found in formulas_of(other, reversing=True)]
    hint = f"; {found} belongs to set {' and '.join(elsewhere)}" if elsewhere else ""
    expected = _advice(found, list(formulas), f"a lot of set {lots}") + hint
    raise InvalidInput.of(f"parts.{index}", expected, name)


def _advice(name: str, known: Sequence[str], what: str) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"{what} (nearest: {near[0]})" if near else what


def _definitions(request: ArabicPartsRequest, instant: Instant, rules: OrbRules) -> dict[str, Any]:
    echoed = {
        **request.chart_definitions(instant, ()),
        **request.house_definitions(request.house_system),
        "set": request.set,
        "sect": request.sect,
        "sect_reversal": request.sect_reversal,
    }
    if request.own_parts:
        echoed["own_parts"] = {
            own.name: {"formula": own.formula.text(), "reverses": own.reverses}
            for own in request.own_parts
        }
    if request.include_aspects:
        echoed |= request.orb_definitions(rules)
    return echoed

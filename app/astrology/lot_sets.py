"""Which lots there are, by the author or program that defines them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from app.astrology.bodies import Angle, Body, Lot
from app.astrology.lots import Formula, points_behind
from app.astrology.names import Name


class LotSet(Name):
    """Whose lots: names that several sets share may mean different ones."""

    NOCTURNA = "NOCTURNA"
    HERMETIC = "HERMETIC"
    VALENS = "VALENS"
    DOROTHEAN = "DOROTHEAN"


_FORTUNE = Formula("FORTUNE", Body.MOON, Body.SUN)
_SPIRIT = Formula("SPIRIT", Body.SUN, Body.MOON)

_NOCTURNA = (
    _FORTUNE,
    _SPIRIT,
    Formula("NECESSITY", Body.SATURN, Body.MOON),
    Formula("VALOR", Body.MARS, Body.SUN),
    Formula("VICTORY", Body.JUPITER, Body.SUN),
    Formula("BASIS", Body.MOON, Body.SATURN),
    Formula("MARRIAGE", Body.VENUS, Body.SATURN),
    Formula("CHILDREN", Body.JUPITER, Body.SATURN),
    Formula("FATHER", Body.SUN, Body.SATURN),
    Formula("MOTHER", Body.VENUS, Body.MOON),
    Formula("BROTHERS", Body.JUPITER, Body.MERCURY),
    Formula("SISTERS", Body.VENUS, Body.MERCURY),
    Formula("HEALTH", Body.MARS, Body.SATURN),
    Formula("DEATH", Body.SATURN, Body.MARS),
    Formula("TRAVEL", Body.MERCURY, Body.MOON),
    Formula("WEALTH", Body.JUPITER, Body.VENUS),
    Formula("CAREER", Angle.MC, Body.SUN),
    Formula("HONOR", Body.SUN, Body.JUPITER),
    Formula("RELIGION", Body.JUPITER, Body.MOON),
    Formula("HAPPINESS", Body.JUPITER, Body.VENUS),
)
"""The twenty parts of the public API since its first version, by day and night alike.

FATHER, MOTHER and CHILDREN are what tradition takes by night, HAPPINESS is WEALTH again.
"""

_HERMETIC = (
    _FORTUNE,
    _SPIRIT,
    Formula("EROS", Body.VENUS, "SPIRIT"),
    Formula("NECESSITY", "FORTUNE", Body.MERCURY),
    Formula("COURAGE", "FORTUNE", Body.MARS),
    Formula("VICTORY", Body.JUPITER, "SPIRIT"),
    Formula("NEMESIS", "FORTUNE", Body.SATURN),
)
"""Paulus of Alexandria, Introduction, chapter 23, with the commentary of Olympiodorus."""

_VALENS = (
    _FORTUNE,
    _SPIRIT,
    Formula("EROS", "SPIRIT", "FORTUNE"),
    Formula("NECESSITY", "FORTUNE", "SPIRIT"),
)
"""Vettius Valens, Anthology IV.25."""

_DOROTHEAN = (
    _FORTUNE,
    _SPIRIT,
    Formula("FATHER", Body.SATURN, Body.SUN),
    Formula("MOTHER", Body.MOON, Body.VENUS),
    Formula("BROTHERS", Body.JUPITER, Body.SATURN),
    Formula("CHILDREN", Body.SATURN, Body.JUPITER),
)
"""The family by Dorotheus of Sidon, Carmen astrologicum I-II, as Paulus, chapter 23, has it too."""

_FORMULAS: Mapping[LotSet, tuple[Formula, ...]] = MappingProxyType(
    {
        LotSet.NOCTURNA: _NOCTURNA,
        LotSet.HERMETIC: _HERMETIC,
        LotSet.VALENS: _VALENS,
        LotSet.DOROTHEAN: _DOROTHEAN,
    }
)

LOT_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "FORTUNA": "FORTUNE",
        "PART_OF_FORTUNE": "FORTUNE",
        "LOT_OF_FORTUNE": "FORTUNE",
        "DAIMON": "SPIRIT",
        "LOVE": "EROS",
        **{str(lot): lot.removeprefix("LOT_OF_") for lot in Lot},
    }
)
"""Other accepted spellings, in capitals."""


def reverses_by_default(lots: LotSet) -> bool:
    """Whether the lots of a set turn around by night unless the caller says otherwise."""
    return lots is not LotSet.NOCTURNA


def formulas_of(lots: LotSet, *, reversing: bool) -> dict[str, Formula]:
    """The lots of a set by name, all turned around by night or none."""
    return {formula.name: replace(formula, reverses=reversing) for formula in _FORMULAS[lots]}


@lru_cache(maxsize=2)
def formulas_of_points(*, reversing: bool) -> Mapping[str, Formula]:
    """The Hermetic lots under the names that they have as points of a chart."""
    names = {lot.removeprefix("LOT_OF_"): str(lot) for lot in Lot}
    formulas = {
        names[formula.name]: Formula(
            names[formula.name],
            names.get(formula.plus, formula.plus),
            names.get(formula.minus, formula.minus),
            formula.start,
            reversing,
        )
        for formula in _HERMETIC
    }
    return MappingProxyType(formulas)


def bodies_behind(lots: Sequence[Lot]) -> list[Body]:
    """The bodies that Hermetic lots rest on."""
    if not lots:
        return []
    terms = points_behind(map(str, lots), formulas_of_points(reversing=True))
    return [Body(term) for term in terms if term in Body.__members__]

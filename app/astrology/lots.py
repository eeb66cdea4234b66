"""Lots: points that are sums of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.astrology.angles import norm
from app.astrology.bodies import Angle


class CyclicLot(ValueError):
    """A lot that rests on itself, by way of others; `chain` names them in turn."""

    def __init__(self, chain: tuple[str, ...]) -> None:
        super().__init__(" -> ".join(chain))
        self.chain = chain


@dataclass(frozen=True, slots=True)
class Formula:
    """A lot as `start` + `plus` - `minus`, each the name of a point or of another lot.

    One that `reverses` is `start` + `minus` - `plus` by night.
    """

    name: str
    plus: str
    minus: str
    start: str = str(Angle.ASC)
    reverses: bool = True

    def text(self, *, by_day: bool = True) -> str:
        """The formula as people write it, as it is applied by day or by night."""
        plus, minus = self.turned(by_day=by_day)
        return f"{self.start} + {plus} - {minus}"

    def turned(self, *, by_day: bool) -> tuple[str, str]:
        """What is added and what is taken away, by day or by night."""
        if by_day or not self.reverses:
            return self.plus, self.minus
        return self.minus, self.plus

    @property
    def terms(self) -> tuple[str, str, str]:
        return self.start, self.plus, self.minus


class CastLot(NamedTuple):
    """A lot in a chart: its longitude in degrees, and the formula that it comes from."""

    formula: Formula
    longitude: float
    by_day: bool

    @property
    def reversed(self) -> bool:
        """Whether the night turned the formula around."""
        return self.formula.reverses and not self.by_day


def points_behind(names: Iterable[str], formulas: Mapping[str, Formula]) -> list[str]:
    """The terms of some lots, and of the lots that they rest on, which are no lots themselves.

    In the order in which they are first met. Raises CyclicLot.
    """
    found: dict[str, None] = {}  # lots too, once all that they rest on is

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise CyclicLot((*above[above.index(name) :], name))
        if name in found:
            return
        if name in formulas:
            for term in formulas[name].terms:
                visit(term, (*above, name))
        found[name] = None

    for name in names:
        visit(name, ())
    return [name for name in found if name not in formulas]


def cast_lots(
    names: Iterable[str],
    formulas: Mapping[str, Formula],
    longitude_of: Callable[[str], float],
    *,
    by_day: bool,
) -> list[CastLot]:
    """The lots of some names, in their order; `longitude_of` tells where other points stand.

    Lots that a lot rests on are turned around by night as their own formulas say. The formulas
    must be free of cycles, as `points_behind` makes sure.
    """
    known: dict[str, float] = {}

    def longitude(name: str) -> float:
        if name not in known:
            formula = formulas.get(name)
            known[name] = longitude_of(name) if formula is None else total(formula)
        return known[name]

    def total(formula: Formula) -> float:
        plus, minus = formula.turned(by_day=by_day)
        return norm(longitude(formula.start) + longitude(plus) - longitude(minus))

    return [CastLot(formulas[name], longitude(name), by_day) for name in names]

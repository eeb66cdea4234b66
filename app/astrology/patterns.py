"""Aspect patterns: figures that several aspects make together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from app.astrology.angles import norm, separation
from app.astrology.aspects import ANGLE_OF, Aspect, AspectKind, AspectRule
from app.astrology.names import Name
from app.astrology.sky import Position
from app.astrology.zodiac import SIGNS, sign_of


class PatternKind(Name):
    """The figures that are looked for."""

    GRAND_TRINE = "GRAND_TRINE"
    T_SQUARE = "T_SQUARE"
    GRAND_CROSS = "GRAND_CROSS"
    YOD = "YOD"
    KITE = "KITE"
    MYSTIC_RECTANGLE = "MYSTIC_RECTANGLE"
    STELLIUM = "STELLIUM"


class Role(Name):
    """What a point is in its figure.

    APEX is the focus of a T-square, yod or kite. The base of a T-square is its opposition, that
    of a yod its sextile. TAIL is the corner of a kite's grand trine opposite the apex.
    """

    APEX = "APEX"
    BASE = "BASE"
    TAIL = "TAIL"
    WING = "WING"
    CORNER = "CORNER"
    MEMBER = "MEMBER"


class StelliumBy(Name):
    """What makes points a stellium: one sign, a chain of close neighbours, or either."""

    SIGN = "SIGN"
    CHAIN = "CHAIN"
    EITHER = "EITHER"


class Template(NamedTuple):
    """A figure: its roles, the aspect of every pair of them, and which of them can be swapped.

    `order` holds pairs of slots of which the first takes the earlier point, so that each figure
    is found once.
    """

    roles: tuple[Role, ...]
    edges: Mapping[tuple[int, int], AspectKind]
    order: frozenset[tuple[int, int]]


class Edge(NamedTuple):
    """One side of a figure; degrees."""

    first: Position
    second: Position
    kind: AspectKind
    separation: float
    orb: float
    out_of_sign: bool


class Pattern(NamedTuple):
    """A figure that was found: its points with their roles, and its sides.

    The sides of a stellium in a sign are none, those of a chain join neighbours.
    """

    kind: PatternKind
    members: tuple[tuple[Position, Role], ...]
    edges: tuple[Edge, ...]
    by: StelliumBy | None = None

    @property
    def worst_orb(self) -> float | None:
        """The widest orb of all sides, None without sides."""
        return max((edge.orb for edge in self.edges), default=None)


class Stellium(NamedTuple):
    """What counts as a stellium: points in one sign, or neighbours within `arc` degrees."""

    by: StelliumBy
    fewest: int
    arc: float


DEFAULT_ORBS: Mapping[AspectKind, float] = {
    AspectKind.OPPOSITION: 8.0,
    AspectKind.TRINE: 8.0,
    AspectKind.SQUARE: 8.0,
    AspectKind.SEXTILE: 6.0,
    AspectKind.QUINCUNX: 3.0,
}
"""Degrees allowed each side of a figure; no author sets them."""

_CONJUNCTION, _OPPOSITION, _TRINE, _SQUARE, _SEXTILE = tuple(AspectKind)[:5]
_QUINCUNX = AspectKind.QUINCUNX

TEMPLATES: Mapping[PatternKind, Template] = {
    PatternKind.GRAND_TRINE: Template(
        (Role.CORNER,) * 3,
        {(0, 1): _TRINE, (0, 2): _TRINE, (1, 2): _TRINE},
        frozenset({(0, 1), (1, 2)}),
    ),
    PatternKind.T_SQUARE: Template(
        (Role.APEX, Role.BASE, Role.BASE),
        {(0, 1): _SQUARE, (0, 2): _SQUARE, (1, 2): _OPPOSITION},
        frozenset({(1, 2)}),
    ),
    PatternKind.GRAND_CROSS: Template(
        (Role.CORNER,) * 4,
        {
            (0, 1): _SQUARE,
            (0, 2): _OPPOSITION,
            (0, 3): _SQUARE,
            (1, 2): _SQUARE,
            (1, 3): _OPPOSITION,
            (2, 3): _SQUARE,
        },
        frozenset({(0, 1), (0, 2), (0, 3), (1, 3)}),
    ),
    PatternKind.YOD: Template(
        (Role.APEX, Role.BASE, Role.BASE),
        {(0, 1): _QUINCUNX, (0, 2): _QUINCUNX, (1, 2): _SEXTILE},
        frozenset({(1, 2)}),
    ),
    PatternKind.KITE: Template(
        (Role.APEX, Role.TAIL, Role.WING, Role.WING),
        {
            (0, 1): _OPPOSITION,
            (0, 2): _SEXTILE,
            (0, 3): _SEXTILE,
            (1, 2): _TRINE,
            (1, 3): _TRINE,
            (2, 3): _TRINE,
        },
        frozenset({(2, 3)}),
    ),
    PatternKind.MYSTIC_RECTANGLE: Template(
        (Role.CORNER,) * 4,
        {
            (0, 1): _TRINE,
            (0, 2): _OPPOSITION,
            (0, 3): _SEXTILE,
            (1, 2): _SEXTILE,
            (1, 3): _OPPOSITION,
            (2, 3): _TRINE,
        },
        frozenset({(0, 1), (0, 2), (0, 3)}),
    ),
}


def patterns_among(
    positions: Sequence[Position],
    kinds: Iterable[PatternKind],
    orbs: Mapping[AspectKind, float],
    stellium: Stellium,
    *,
    out_of_sign: bool = True,
    suppress_subsets: bool = True,
) -> list[Pattern]:
    """Every figure of these kinds, each side within the orb of its own aspect, in degrees.

    Without `out_of_sign` every side must join signs that are as far apart as its aspect. With
    `suppress_subsets` a figure that is wholly part of a larger one is left out: the grand trine
    of a kite, the T-squares of a grand cross.
    """
    asked = set(kinds)
    sides = _sides(positions, orbs, out_of_sign=out_of_sign)
    figures = [
        pattern
        for kind, template in TEMPLATES.items()
        for pattern in _figures(kind, template, positions, sides)
    ]
    stellia = _stellia(positions, stellium)
    if suppress_subsets:
        figures = _largest(figures)
        stellia = [one for one in stellia if not any(_inside(one, other) for other in stellia)]
    return [pattern for pattern in (*figures, *stellia) if pattern.kind in asked]


Sides = Mapping[AspectKind, Mapping[tuple[int, int], Edge]]


def _sides(
    positions: Sequence[Position], orbs: Mapping[AspectKind, float], *, out_of_sign: bool
) -> Sides:
    """The aspects of every pair by kind; each kind is tested alone, whatever else is closer."""
    found: dict[AspectKind, dict[tuple[int, int], Edge]] = {kind: {} for kind in orbs}
    for (i, a), (j, b) in combinations(enumerate(positions), 2):
        apart = separation(a.longitude, b.longitude)
        for kind, allowed in orbs.items():
            orb = abs(apart - ANGLE_OF[kind])
            if orb <= allowed:
                edge = _edge(a, b, kind, apart, orb)
                if out_of_sign or not edge.out_of_sign:
                    found[kind][i, j] = found[kind][j, i] = edge
    return found


def _edge(a: Position, b: Position, kind: AspectKind, apart: float, orb: float) -> Edge:
    rule = AspectRule(kind, ANGLE_OF[kind], orb)
    dissociate = Aspect(a, b, rule, apart, orb, orb, None).out_of_sign
    return Edge(a, b, kind, apart, orb, dissociate)


def _figures(
    kind: PatternKind, template: Template, positions: Sequence[Position], sides: Sides
) -> Iterator[Pattern]:
    for taken in _fill(template, len(positions), sides, ()):
        members = zip((positions[index] for index in taken), template.roles, strict=True)
        edges = (
            sides[aspect][taken[i], taken[j]] for (i, j), aspect in sorted(template.edges.items())
        )
        yield Pattern(kind, tuple(members), tuple(edges))


def _fill(
    template: Template, count: int, sides: Sides, taken: tuple[int, ...]
) -> Iterator[tuple[int, ...]]:
    """Every way to give points to the slots that are still free."""
    slot = len(taken)
    if slot == len(template.roles):
        yield taken
        return
    needed = [
        (other, sides[template.edges[earlier, slot]], (earlier, slot) in template.order)
        for earlier, other in enumerate(taken)
    ]
    for point in range(count):
        for other, joined, ordered in needed:
            if (other, point) not in joined or (ordered and other > point):
                break
        else:
            yield from _fill(template, count, sides, (*taken, point))


def _stellia(positions: Sequence[Position], stellium: Stellium) -> list[Pattern]:
    found = []
    if stellium.by is not StelliumBy.CHAIN:
        for sign in SIGNS:
            group = [position for position in positions if sign_of(position.longitude) is sign]
            found.append((StelliumBy.SIGN, sorted(group, key=lambda p: p.longitude)))
    if stellium.by is not StelliumBy.SIGN:
        found += [(StelliumBy.CHAIN, chain) for chain in chains(positions, stellium.arc)]
    return [
        Pattern(
            PatternKind.STELLIUM,
            tuple((position, Role.MEMBER) for position in group),
            _links(group) if by is StelliumBy.CHAIN else (),
            by,
        )
        for by, group in found
        if len(group) >= stellium.fewest
    ]


def chains(positions: Sequence[Position], arc: float) -> list[list[Position]]:
    """The points in groups whose neighbours stand at most `arc` degrees apart, along the zodiac."""
    if not positions:
        return []
    ordered = sorted(positions, key=lambda position: position.longitude)
    opens = [
        index
        for index, position in enumerate(ordered)
        if norm(position.longitude - ordered[index - 1].longitude) > arc
    ] or [0]
    first = opens[0]
    turned = ordered[first:] + ordered[:first]
    starts = [index - first for index in opens]
    ends = [*starts[1:], len(turned)]
    return [turned[start:end] for start, end in zip(starts, ends, strict=True)]


def _links(chain: Sequence[Position]) -> tuple[Edge, ...]:
    gaps = ((a, b, separation(a.longitude, b.longitude)) for a, b in pairwise(chain))
    return tuple(_edge(a, b, _CONJUNCTION, gap, gap) for a, b, gap in gaps)


def _largest(figures: Sequence[Pattern]) -> list[Pattern]:
    """Those whose sides are not all sides of a larger one."""
    # Figures share their sides, which are slow to compare: hundreds of figures have hundreds.
    sides = [frozenset(map(id, figure.edges)) for figure in figures]
    having: dict[int, list[frozenset[int]]] = {}
    for group in sides:
        for side in group:
            having.setdefault(side, []).append(group)
    return [
        figure
        for figure, group in zip(figures, sides, strict=True)
        if not any(group < other for other in having[next(iter(group))])
    ]


def _inside(pattern: Pattern, other: Pattern) -> bool:
    """Whether a stellium is wholly a part of another one."""
    mine = {position.point for position, _ in pattern.members}
    others = {position.point for position, _ in other.members}
    by_chain = pattern.by is StelliumBy.CHAIN and other.by is StelliumBy.SIGN
    return mine < others or (by_chain and mine == others)

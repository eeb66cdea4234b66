"""Shapes of a whole chart: how its bodies are spread around the circle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.astrology.angles import norm
from app.astrology.names import Name
from app.astrology.sky import Position

FULL_CIRCLE = 360.0


class ChartShape(Name):
    """The seven shapes, in the order in which they are tried.

    Marc Edmund Jones, Guide to Horoscope Interpretation (1941).
    """

    BUNDLE = "BUNDLE"
    BOWL = "BOWL"
    BUCKET = "BUCKET"
    SEESAW = "SEESAW"
    LOCOMOTIVE = "LOCOMOTIVE"
    SPLASH = "SPLASH"
    SPLAY = "SPLAY"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one shape ends and another begins, in degrees; Jones himself gives no such table.

    A bundle spans at most `bundle_span`, a bowl `bowl_span`. The handle of a bucket, one body or
    two within `handle_pair`, keeps `handle_gap` from both rims. Two gaps of `seesaw_gap` part a
    seesaw. A locomotive leaves `locomotive_gap` empty. A splash has no gap over `splash_gap`.
    Gaps over `cluster_gap` part the clusters of a splay, of which it has `splay_clusters`.
    """

    bundle_span: float = 120.0
    bowl_span: float = 180.0
    handle_gap: float = 60.0
    handle_pair: float = 10.0
    seesaw_gap: float = 60.0
    locomotive_gap: float = 120.0
    splash_gap: float = 60.0
    cluster_gap: float = 30.0
    splay_clusters: int = 3


class Gap(NamedTuple):
    """The empty arc from one body to the next along the zodiac, in degrees."""

    start: Position
    end: Position
    width: float


@dataclass(frozen=True, slots=True)
class Shape:
    """How bodies are spread; degrees.

    `kind` is the first of `candidates`, the shapes whose thresholds all hold, or None. `gaps`
    start with the widest. The leader follows the widest gap along the zodiac and so rises before
    the rest, the trailer closes the row; in a bucket they are the rims without the handle.
    """

    kind: ChartShape | None
    candidates: tuple[ChartShape, ...]
    gaps: tuple[Gap, ...]
    span: float
    leader: Position
    trailer: Position
    handle: tuple[Position, ...]
    clusters: tuple[tuple[Position, ...], ...]


def shape_of(positions: Sequence[Position], limits: Thresholds) -> Shape:
    """The shape of at least two bodies."""
    ordered = sorted(positions, key=lambda position: position.longitude)
    gaps = gaps_of(ordered)
    widest = gaps[0]
    handle = find_handle(ordered, limits)
    clusters = _parted(ordered, limits.cluster_gap)
    span = FULL_CIRCLE - widest.width
    sides = _parted(ordered, limits.seesaw_gap, or_more=True)
    holds = {
        ChartShape.BUNDLE: span <= limits.bundle_span,
        ChartShape.BOWL: span <= limits.bowl_span,
        ChartShape.BUCKET: bool(handle),
        ChartShape.SEESAW: len(sides) == 2 and min(map(len, sides)) > 1,  # noqa: PLR2004 - two sides
        ChartShape.LOCOMOTIVE: widest.width >= limits.locomotive_gap,
        ChartShape.SPLASH: widest.width <= limits.splash_gap,
        ChartShape.SPLAY: sum(len(cluster) > 1 for cluster in clusters) >= limits.splay_clusters,
    }
    candidates = tuple(kind for kind in ChartShape if holds[kind])
    kind = candidates[0] if candidates else None
    rims = widest
    if kind is ChartShape.BUCKET:
        rims = gaps_of([body for body in ordered if body not in handle])[0]
    carried = handle if kind is ChartShape.BUCKET else ()
    return Shape(kind, candidates, gaps, span, rims.end, rims.start, carried, clusters)


def gaps_of(ordered: Sequence[Position]) -> tuple[Gap, ...]:
    """The arcs between neighbours, the widest first; `ordered` runs along the zodiac."""
    gaps = [
        Gap(before, after, norm(after.longitude - before.longitude))
        for before, after in zip(ordered, (*ordered[1:], ordered[0]), strict=True)
    ]
    return tuple(sorted(gaps, key=lambda gap: -gap.width))


def find_handle(ordered: Sequence[Position], limits: Thresholds) -> tuple[Position, ...]:
    """The handle of a bucket: what stands apart from all the others, which make a bowl.

    One body, or two neighbours within `handle_pair`; the one farthest from the nearer rim where
    several could be it, and none where it would not be `handle_gap` from both rims.
    """
    best: tuple[Position, ...] = ()
    farthest = limits.handle_gap
    for index, body in enumerate(ordered):
        following = ordered[(index + 1) % len(ordered)]
        groups: list[tuple[Position, ...]] = [(body,)]
        if norm(following.longitude - body.longitude) <= limits.handle_pair:
            groups.append((body, following))
        for group in groups:
            apart = _apart(ordered, group, limits)
            if apart > farthest or (apart == farthest and not best):
                best, farthest = group, apart
    return best


def _apart(ordered: Sequence[Position], group: Sequence[Position], limits: Thresholds) -> float:
    """Degrees from a group to the nearer rim of the bowl that the others make, -1 without one."""
    rest = [body for body in ordered if body not in group]
    if len(rest) < 2:  # noqa: PLR2004 - a bowl has two rims
        return -1.0
    opening = gaps_of(rest)[0]
    if FULL_CIRCLE - opening.width > limits.bowl_span:
        return -1.0
    rim = opening.start.longitude
    places = [norm(body.longitude - rim) for body in group]
    if max(places) > opening.width:
        return -1.0
    return min(*places, *(opening.width - place for place in places))


def _parted(
    ordered: Sequence[Position], gap: float, *, or_more: bool = False
) -> tuple[tuple[Position, ...], ...]:
    """The bodies in groups with wider gaps between them; all of them where no gap is that wide."""
    opens = [
        index
        for index, body in enumerate(ordered)
        if (width := norm(body.longitude - ordered[index - 1].longitude)) > gap
        or (or_more and width == gap)
    ] or [0]
    turned = (*ordered[opens[0] :], *ordered[: opens[0]])
    starts = [index - opens[0] for index in opens]
    ends = (*starts[1:], len(turned))
    return tuple(turned[start:end] for start, end in zip(starts, ends, strict=True))

"""Shapes of a chart, by numbers that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.astrology.bodies import PLANETS
from app.astrology.chart_shape import ChartShape, Shape, Thresholds, shape_of
from app.astrology.sky import Position

DEFAULTS = Thresholds()
BUCKET = (0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0, 140.0, 160.0)


def shape(*longitudes: float, limits: Thresholds = DEFAULTS, turn: float = 0.0) -> Shape:
    places = [
        Position(body, (at + turn) % 360.0) for body, at in zip(PLANETS, longitudes, strict=False)
    ]
    return shape_of(places, limits)


@pytest.mark.parametrize("turn", [0.0, 100.0, 275.5])
@pytest.mark.parametrize(
    ("longitudes", "kind"),
    [
        ((0, 10, 30, 50, 60, 70, 80, 90, 100, 120), ChartShape.BUNDLE),
        ((0, 10, 30, 50, 60, 70, 80, 90, 100, 120.5), ChartShape.BOWL),
        ((*BUCKET, 260), ChartShape.BUCKET),
        ((*BUCKET[:8], 235, 244), ChartShape.BUCKET),
        ((0, 10, 20, 30, 40, 180, 190, 200, 210, 220), ChartShape.SEESAW),
        ((0, 30, 60, 90, 120, 150, 180, 200, 220, 240), ChartShape.LOCOMOTIVE),
        ((0, 36, 72, 108, 144, 180, 216, 252, 288, 324), ChartShape.SPLASH),
        ((0, 5, 10, 15, 100, 105, 110, 220, 225, 245), ChartShape.SPLAY),
        ((0, 20, 40, 60, 80, 160, 180, 200, 220, 250), ChartShape.SEESAW),
    ],
)
def test_each_shape_is_known_wherever_it_starts(
    longitudes: tuple[float, ...], kind: ChartShape, turn: float
) -> None:
    assert shape(*longitudes, turn=turn).kind is kind


def test_the_leader_follows_the_empty_arc_and_the_trailer_closes_the_row() -> None:
    found = shape(350.0, 10.0, 40.0, 70.0, 160.0)
    assert (found.leader.longitude, found.trailer.longitude) == (350.0, 160.0)
    assert found.span == 170.0
    assert [gap.width for gap in found.gaps] == [190.0, 90.0, 30.0, 30.0, 20.0]
    assert (found.gaps[0].start.longitude, found.gaps[0].end.longitude) == (160.0, 350.0)


def test_the_handle_of_a_bucket_stands_apart_and_is_not_its_leader() -> None:
    found = shape(*BUCKET, 260.0)
    assert [body.longitude for body in found.handle] == [260.0]
    assert (found.leader.longitude, found.trailer.longitude) == (0.0, 160.0)
    pair = shape(*BUCKET[:8], 235.0, 244.0)
    assert [body.longitude for body in pair.handle] == [235.0, 244.0]


@pytest.mark.parametrize("at", [219.0, 301.0])
def test_a_handle_too_near_to_a_rim_is_none(at: float) -> None:
    assert ChartShape.BUCKET not in shape(*BUCKET, at).candidates
    nearer = replace(DEFAULTS, handle_gap=59.0)
    assert ChartShape.BUCKET in shape(*BUCKET, at, limits=nearer).candidates


def test_a_pair_too_wide_is_no_handle() -> None:
    wide = (*BUCKET[:8], 230.0, 241.0)
    assert ChartShape.BUCKET not in shape(*wide).candidates
    assert shape(*wide, limits=replace(DEFAULTS, handle_pair=11.0)).kind is ChartShape.BUCKET


def test_every_shape_whose_thresholds_hold_is_a_candidate() -> None:
    found = shape(0, 10, 20, 30, 40, 50, 60, 70, 80, 90)
    assert found.candidates == (ChartShape.BUNDLE, ChartShape.BOWL, ChartShape.LOCOMOTIVE)


def test_a_chart_may_have_no_shape() -> None:
    found = shape(0, 20, 40, 60, 80, 100, 120, 140, 160, 180, limits=replace(DEFAULTS, bowl_span=1))
    assert found.kind is ChartShape.LOCOMOTIVE
    nothing = shape(0, 29, 58, 87, 116, 145, 174, 203, 232, 261)
    assert (nothing.kind, nothing.candidates) == (None, ())


def test_a_seesaw_needs_two_bodies_on_each_side_and_no_third_gap() -> None:
    assert ChartShape.SEESAW not in shape(0, 10, 20, 30, 40, 50, 60, 70, 80, 200).candidates
    assert ChartShape.SEESAW not in shape(0, 10, 20, 120, 130, 140, 240, 250).candidates
    assert ChartShape.SEESAW in shape(0, 50, 180, 230).candidates


def test_clusters_lie_between_gaps_wider_than_asked() -> None:
    found = shape(0, 5, 40, 70, 200, limits=replace(DEFAULTS, cluster_gap=30.0))
    assert [[body.longitude for body in one] for one in found.clusters] == [
        [0.0, 5.0],
        [40.0, 70.0],
        [200.0],
    ]

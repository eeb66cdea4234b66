"""The shape of a whole chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, ClassVar

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.bodies import PLANETS
from app.astrology.chart_shape import Shape, Thresholds, shape_of
from app.astrology.sky import Ephemeris, Position
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, sources
from app.calculations.fields import EACH_ONCE, MOST_POINTS, PointName
from app.calculations.provenance import computed_for
from app.calculations.request import CalculationRequest
from app.calculations.shapes import Degrees
from app.calculations.untimed import WITHOUT_MOON, meeting_points, require_points, time_definitions

FEWEST_POINTS = 3
DEFAULTS = Thresholds()

Arc = Annotated[float, Field(ge=0.0, le=360.0)]


class ThresholdChoice(CalculationRequest):
    """Where one shape ends and another begins, in degrees."""

    bundle_span: Annotated[Arc, Field(description="Widest span of a bundle")] = DEFAULTS.bundle_span
    bowl_span: Annotated[Arc, Field(description="Widest span of a bowl")] = DEFAULTS.bowl_span
    handle_gap: Annotated[
        Arc, Field(description="Least distance of a bucket's handle from both rims")
    ] = DEFAULTS.handle_gap
    handle_pair: Annotated[
        Arc, Field(description="Widest arc of two bodies that are one handle")
    ] = DEFAULTS.handle_pair
    seesaw_gap: Annotated[Arc, Field(description="Least width of both gaps of a seesaw")] = (
        DEFAULTS.seesaw_gap
    )
    locomotive_gap: Annotated[Arc, Field(description="Least empty arc of a locomotive")] = (
        DEFAULTS.locomotive_gap
    )
    splash_gap: Annotated[Arc, Field(description="Widest gap of a splash")] = DEFAULTS.splash_gap
    cluster_gap: Annotated[Arc, Field(description="Gaps over it part clusters")] = (
        DEFAULTS.cluster_gap
    )
    splay_clusters: Annotated[
        int, Field(ge=2, le=10, description="Fewest clusters, of two bodies or more, of a splay")
    ] = DEFAULTS.splay_clusters

    def limits(self) -> Thresholds:
        return Thresholds(
            self.bundle_span,
            self.bowl_span,
            self.handle_gap,
            self.handle_pair,
            self.seesaw_gap,
            self.locomotive_gap,
            self.splash_gap,
            self.cluster_gap,
            self.splay_clusters,
        )


class ChartShapeRequest(ThresholdChoice, ChartRequest):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = WITHOUT_MOON

    planets: Annotated[
        tuple[PointName, ...],
        FailFast(),
        Field(description="Bodies; empty: Sun to Pluto", max_length=MOST_POINTS),
        EACH_ONCE,
    ] = PLANETS


class GapReply(TypedDict):
    """The empty arc from one body to the next along the zodiac."""

    planet1: str
    planet2: str
    width: Annotated[float, Field(description="Degrees")]


class BodyReply(TypedDict):
    planet: str
    longitude: Degrees


class ChartShapeReply(TypedDict):
    shape: Annotated[
        str | None, Field(description="The first of the candidates; null where none holds")
    ]
    candidates: Annotated[list[str], Field(description="Every shape whose thresholds hold")]
    leader: Annotated[
        BodyReply, Field(description="Follows the widest gap along the zodiac, rises first")
    ]
    trailer: Annotated[BodyReply, Field(description="Comes before the widest gap, rises last")]
    handle: Annotated[list[BodyReply], Field(description="Of a bucket; else empty")]
    span: Annotated[float, Field(description="Degrees that hold all bodies: 360 - widest gap")]
    gaps: Annotated[list[GapReply], Field(description="The widest first")]
    clusters: Annotated[list[list[str]], Field(description="Bodies between gaps over cluster_gap")]


@calculation(
    "chart-shape",
    example=EXAMPLE,
    sources=(Source("Marc Edmund Jones, Guide to Horoscope Interpretation (1941)"),),
)
def chart_shape(request: ChartShapeRequest, ephemeris: Ephemeris) -> Answer[ChartShapeReply]:
    """The shape that the bodies of a chart make around the circle, after Marc Edmund Jones.

    Shapes are tried in this order: bundle, all within 120 degrees; bowl, within 180; bucket, a
    bowl with one body (or two within 10 degrees) opposite, 60 or more from both rims; seesaw, two
    groups of two or more with both gaps of 60 or more and no third; locomotive, 120 or more
    empty; splash, no gap over 60; splay, three clusters or more. Jones names no such numbers:
    each is a field, and the gaps are told so that you can judge yourself. The leader is the body
    that rises first, in a bucket of those without the handle. With `time` unknown it is
    the shape at the noon of the day, of the bodies but for the Moon.
    """
    birth = request.birth(ephemeris)
    instant = request.instant(birth, ephemeris)
    known = birth.time_known
    points = meeting_points(request.planets, PLANETS, time_known=known)
    require_points(points, FEWEST_POINTS, time_known=known)
    limits = request.limits()
    shape = shape_of(instant.place_points(points), limits)
    definitions = {
        **request.chart_definitions(instant, points),
        **asdict(limits),
        **time_definitions(birth)[0],
    }
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(_reply(shape), provenance, birth.lasting)


def _reply(shape: Shape) -> ChartShapeReply:
    return {
        "shape": shape.kind,
        "candidates": list(shape.candidates),
        "leader": _body(shape.leader),
        "trailer": _body(shape.trailer),
        "handle": [_body(body) for body in shape.handle],
        "span": shape.span,
        "gaps": [
            {"planet1": str(gap.start.point), "planet2": str(gap.end.point), "width": gap.width}
            for gap in shape.gaps
        ],
        "clusters": [_names(cluster) for cluster in shape.clusters],
    }


def _body(position: Position) -> BodyReply:
    return {"planet": str(position.point), "longitude": position.longitude}


def _names(positions: Sequence[Position]) -> list[str]:
    return [str(position.point) for position in positions]

"""Antiscia and contra-antiscia of points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, NotRequired

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.antiscia import Mirror, MirrorAxis, reflected
from app.astrology.aspects import ANGLE_OF, AspectKind, AspectRule, OrbRules, aspects_between
from app.astrology.bodies import STANDARD_POINTS
from app.astrology.chart import Instant
from app.astrology.houses import Division
from app.astrology.sky import Ephemeris, Position
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, require_earth, sources
from app.calculations.fields import AspectName, Points, named
from app.calculations.placing import PlaceHouses, house_numbers
from app.calculations.provenance import computed_for
from app.calculations.shapes import (
    PointAspectReply,
    PositionReply,
    full_position_reply,
    point_aspect_reply,
)
from app.calculations.untimed import steady, time_definitions, told_points


class AntisciaRequest(PlaceHouses, ChartRequest):
    works_without_time: ClassVar[bool] = True

    planets: Annotated[
        Points,
        Field(description="Points to mirror; empty: Sun to Pluto, mean node and mean Lilith"),
    ] = STANDARD_POINTS
    include_contra: Annotated[bool, Field(description="Adds the contra-antiscia")] = True
    include_aspects: Annotated[
        bool, Field(description="Adds the other points that each reflection meets")
    ] = True
    aspects: Annotated[
        tuple[AspectName, ...],
        FailFast(),
        Field(
            max_length=len(AspectKind),
            description="How reflections meet points; empty: by conjunction, as tradition has it",
        ),
    ] = (AspectKind.CONJUNCTION,)
    orb: Annotated[float, Field(ge=0.0, le=5.0, description="Degrees for each aspect")] = 1.0
    axis: Annotated[
        Annotated[MirrorAxis, *named(MirrorAxis)],
        Field(
            description="Mirrored at 0 Cancer of the zodiac asked for (SIGNS) or at the SOLSTICES; "
            "the same in the tropical one"
        ),
    ] = MirrorAxis.SIGNS

    def rules(self) -> OrbRules:
        asked = set(self.aspects or (AspectKind.CONJUNCTION,))
        return OrbRules(
            tuple(
                AspectRule(kind.value, ANGLE_OF[kind], self.orb)
                for kind in AspectKind
                if kind in asked
            )
        )


class ReflectionReply(PositionReply):
    """Where a point is mirrored to; `planet` is the point itself.

    `speed` is that of the image, against the point's own: above 0 while the point is retrograde.
    """

    is_retrograde: Annotated[  # type: ignore[misc]  # narrower, and told otherwise
        None, Field(description="Null: the motion of an image is mirrored, and it has none itself")
    ]
    original_longitude: Annotated[float, Field(description="Where the point itself stands")]
    aspects: NotRequired[list[PointAspectReply]]


class AntisciaReply(TypedDict):
    antiscia: list[ReflectionReply]
    contra_antiscia: Annotated[
        list[ReflectionReply] | None, Field(description="Null when not asked for")
    ]
    house_system: Annotated[str | None, Field(description="The one applied; null without houses")]


@calculation(
    "antiscia",
    example={**EXAMPLE, "planets": ["SUN", "MOON", "MERCURY", "VENUS", "MARS"]},
    sources=(Source("Firmicus Maternus, Mathesis II.29", verified=True),),
)
def antiscia(request: AntisciaRequest, ephemeris: Ephemeris) -> Answer[AntisciaReply]:
    """Antiscia and contra-antiscia: points mirrored at the solstices and at the equinoxes.

    The antiscion of a longitude is 180 degrees less it, the contra-antiscion 360 degrees less it;
    both keep the point's latitude and run against it: `speed` has the sign of the image's motion,
    and whether it is retrograde makes no sense and is null. Each tells the other points of the
    request that it meets within `orb`, by conjunction unless other `aspects` are asked for: an
    opposition to an antiscion is a conjunction with the contra-antiscion. In a sidereal or
    draconic zodiac schools differ on what is mirrored: `axis`. With `time` unknown all is that of
    the noon of the day, without houses, angles and lots, and the Moon meets nothing.
    """
    require_earth(request.center, "antiscia")
    birth = request.birth(ephemeris)
    known = birth.time_known
    instant = request.instant(birth, ephemeris, **request.house_conventions())
    points = told_points(request.planets, STANDARD_POINTS, time_known=known)
    division = request.division(instant) if known else None
    positions = instant.place_points(points, division)
    meeting = steady(positions, time_known=known)

    def mirrored(mirror: Mirror) -> list[ReflectionReply]:
        return _mirrored(request, instant, positions, meeting, division, mirror)

    reply: AntisciaReply = {
        "antiscia": mirrored(Mirror.ANTISCION),
        "contra_antiscia": mirrored(Mirror.CONTRA_ANTISCION) if request.include_contra else None,
        "house_system": division.system if division else None,
    }
    definitions = {
        **request.chart_definitions(instant, points),
        **request.house_definitions(request.house_system if known else None),
        "axis": request.axis,
        **time_definitions(birth)[0],
    }
    if request.include_aspects:
        definitions["orbs"] = {rule.name: rule.orb for rule in request.rules().aspects}
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _mirrored(
    request: AntisciaRequest,
    instant: Instant,
    positions: Sequence[Position],
    meeting: Sequence[Position],
    division: Division | None,
    mirror: Mirror,
) -> list[ReflectionReply]:
    equinox = instant.equinox if request.axis is MirrorAxis.SOLSTICES else 0.0
    images = [reflected(position, mirror, equinox) for position in positions]
    houses = house_numbers(instant, images, division)
    replies: list[ReflectionReply] = [
        {
            **full_position_reply(image, house),  # type: ignore[typeddict-item]  # some may be left out
            "is_retrograde": None,
            "original_longitude": position.longitude,
        }
        for position, image, house in zip(positions, images, houses, strict=True)
    ]
    if request.include_aspects:
        met = _met(images, meeting, request.rules())
        for reply in replies:
            reply["aspects"] = met[reply["planet"]]
    return replies


def _met(
    images: Sequence[Position], meeting: Sequence[Position], rules: OrbRules
) -> dict[str, list[PointAspectReply]]:
    """For each point what its image meets of those that may meet, the point itself left out."""
    met: dict[str, list[PointAspectReply]] = {str(image.point): [] for image in images}
    points = {position.point for position in meeting}
    mirrored = [image for image in images if image.point in points]
    for aspect in aspects_between(mirrored, meeting, rules, first_moves=True, second_moves=True):
        if aspect.first.point != aspect.second.point:
            met[str(aspect.first.point)].append(point_aspect_reply(aspect))
    return met

"""Where bodies stand in their daily circle, in Gauquelin's 36 sectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.bodies import HYPOTHETICAL, LUNAR_POINTS, PLANETS, Point
from app.astrology.gauquelin import METHODS, PLUS_ZONES, SECTORS, Sector, sector_of
from app.calculations.birth import EXAMPLE, BirthRequest
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import refuse_first
from app.calculations.fields import Points, numbered
from app.calculations.mapping import bodies_of, sky_of
from app.calculations.provenance import computed_for
from app.errors import InvalidInput

FIRST_BY_RISING = 2
"""Methods from this one on search real risings and settings."""
MOST_BY_RISING = 12
"""Bodies of such a search: each takes up to some milliseconds near the polar circles."""

SectorNumber = Annotated[int, Field(ge=1, le=SECTORS)]


class GauquelinSectorsRequest(BirthRequest):
    planets: Annotated[Points, Field(description="Bodies; empty: Sun to Pluto")] = PLANETS
    method: Annotated[
        Annotated[int, Field(ge=0, le=len(METHODS) - 1), *numbered(METHODS)],
        Field(
            description="Number or name: 0 Placidus with latitude, 1 without; by real rising and "
            "setting: 2 of the disc's centre, 3 with refraction, 4 of its upper limb, 5 with "
            "refraction",
        ),
    ] = 0
    topocentric: Annotated[
        bool, Field(description="Bodies as seen from the place, parallax included")
    ] = True
    plus_zones: Annotated[
        tuple[SectorNumber, ...],
        FailFast(),
        Field(max_length=SECTORS, description="Sectors that count as plus zones"),
    ] = PLUS_ZONES


class SectorReply(TypedDict):
    """A body in its sector."""

    planet: str
    sector: Annotated[int | None, Field(description="1 to 36, clockwise from rising")]
    position: Annotated[
        float | None, Field(description="The sector and the part of it that is passed, 1 up to 37")
    ]
    in_plus_zone: bool | None
    reason: Annotated[str | None, Field(description="Why there is no sector, else null")]


class GauquelinSectorsReply(TypedDict):
    sectors: list[SectorReply]


@calculation(
    "gauquelin-sectors",
    example={**EXAMPLE, "planets": ["MOON", "MARS", "JUPITER", "SATURN"]},
    sources=(Source("Michel Gauquelin, L'influence des astres (1955)"),),
)
def gauquelin_sectors(
    request: GauquelinSectorsRequest, ephemeris: Almanac
) -> Answer[GauquelinSectorsReply]:
    """The sector, 1 to 36, of each body's daily circle: 1 starts at rising, 10 at culmination.

    Sectors run clockwise, as bodies move during the day; 19 starts at setting, 28 at the lower
    culmination. Method 0 divides by Placidus houses with the body's true latitude, method 1
    without it, methods 2 to 5 by the real times of rising and setting. Plus zones are the sectors
    36, 1, 2, 3 and 9 to 12 unless others are given: wider sets are in use too.
    """
    bodies = bodies_of(request.planets or PLANETS)
    if request.method >= FIRST_BY_RISING:
        _check_risings(request.planets or PLANETS)
    birth = request.known_birth(ephemeris)
    # The search for a rising does not tell a missing file from a body that stays up.
    frame = sky_of(birth.theory, birth.place, topocentric=request.topocentric)
    ephemeris.equatorial((birth.julian_day,), bodies, frame)
    sectors = [
        sector_of(
            body,
            birth.julian_day,
            birth.place,
            request.method,
            ephemeris,
            topocentric=request.topocentric,
            theory=birth.theory,
        )
        for body in bodies
    ]
    zones = sorted(set(request.plus_zones))
    definitions = {
        "method": request.method,
        "method_name": METHODS[request.method],
        "topocentric": request.topocentric,
        "altitude": birth.place.altitude,
        "plus_zones": zones,
    }
    reply: GauquelinSectorsReply = {"sectors": [_reply(sector, zones) for sector in sectors]}
    return Answer(reply, computed_for(birth, bodies, ephemeris, definitions), birth.lasting)


def _check_risings(points: Sequence[Point]) -> None:
    """Refuse what nobody sees rise, and what would take long; raises InvalidInput."""
    expected = "a body that is seen to rise and set, because method is 2 to 5"
    refuse_first(points, (HYPOTHETICAL | LUNAR_POINTS).__contains__, expected)
    if (count := len(set(points))) > MOST_BY_RISING:
        raise InvalidInput.of(
            "planets", f"at most {MOST_BY_RISING} with methods 2 to 5", f"{count} bodies"
        )


def _reply(sector: Sector, zones: list[int]) -> SectorReply:
    number = sector.number
    return {
        "planet": str(sector.body),
        "sector": number,
        "position": sector.position,
        "in_plus_zone": None if number is None else number in zones,
        "reason": sector.reason,
    }

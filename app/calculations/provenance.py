"""The block that tells what an answer was computed for: instant, data, definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app import __version__
from app.astrology.bodies import Celestial
from app.astrology.frame import Ayanamsa, AyanamsaName, Frame
from app.astrology.sky import Ephemeris
from app.astrology.zone_history import HISTORY_VERSION
from app.calculations.birth import Birth

ENGINE = f"nocturna {__version__}"


class EphemerisReply(TypedDict):
    library: str
    theory: str
    de_number: Annotated[
        int | None,
        Field(description="JPL development ephemeris behind the files; null with MOSHIER"),
    ]
    files: list[str]


class InstantReply(TypedDict):
    """An instant, and how it was found from what the caller wrote."""

    utc: Annotated[str, Field(description="The instant in UTC, proleptic Gregorian")]
    julian_day: Annotated[float, Field(description="The instant as Julian day in UT1")]
    delta_t: Annotated[float, Field(description="TT - UT1 in seconds")]
    timezone: str
    utc_offset: str
    fold: int | None
    local_mean_time: Annotated[
        str | None, Field(description="Whose meridian, where no standard time was kept")
    ]
    calendar: str
    tzdata: str
    zone_history: Annotated[
        str, Field(description="Release behind clocks before 1970 that tzdata merges away")
    ]


class ComputedFor(InstantReply):
    """The first instant of an answer, the data behind it, and the choices that were applied."""

    ephemeris: EphemerisReply
    engine: str
    definitions: Annotated[
        dict[str, Any], Field(description="Every disputed choice that was applied")
    ]
    others: NotRequired[
        Annotated[
            dict[str, InstantReply],
            Field(description="More instants, by the name of the field that gave each"),
        ]
    ]


def computed_for(
    birth: Birth,
    bodies: Sequence[Celestial],
    ephemeris: Ephemeris,
    definitions: Mapping[str, Any],
    others: Mapping[str, Birth] | None = None,
    *,
    stars: bool = False,
) -> ComputedFor:
    """The provenance of an answer about one birth, or several; call it after the positions.

    `stars` where fixed stars were used; those of a zodiac are known from its definition.
    """
    zodiac = definitions.get("ayanamsa")
    ayanamsa = Ayanamsa(zodiac) if isinstance(zodiac, AyanamsaName) else None
    frame = Frame(birth.theory, ayanamsa=ayanamsa)
    source = ephemeris.provenance(bodies, frame, stars=stars)
    provenance: ComputedFor = {
        **instant_reply(birth, ephemeris),  # type: ignore[typeddict-item]  # `others` may be left out
        "ephemeris": {
            "library": source.library,
            "theory": source.theory,
            "de_number": source.de_number,
            "files": list(source.files),
        },
        "engine": ENGINE,
        "definitions": {
            "universal_time": birth.universal_time,
            **definitions,
        },
    }
    if others:
        provenance["others"] = {
            name: instant_reply(other, ephemeris) for name, other in others.items()
        }
    return provenance


def instant_reply(birth: Birth, ephemeris: Ephemeris) -> InstantReply:
    """The instant of one birth as answers show it."""
    moment = birth.moment
    return {
        "utc": moment.utc_text,
        "julian_day": birth.julian_day,
        "delta_t": ephemeris.delta_t(birth.julian_day, birth.theory),
        "timezone": moment.zone,
        "utc_offset": moment.offset_text,
        "fold": moment.fold,
        "local_mean_time": moment.local_mean_time,
        "calendar": moment.calendar,
        "tzdata": moment.tzdata_version,
        "zone_history": HISTORY_VERSION,
    }

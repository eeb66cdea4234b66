"""The block that tells what an answer was computed for: instant, data, definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from app import __version__
from app.astrology.bodies import Celestial
from app.astrology.frame import Frame
from app.astrology.sky import Ephemeris
from app.astrology.zone_history import HISTORY_VERSION
from app.calculations.birth import Birth

ENGINE = f"nocturna {__version__}"


class EphemerisReply(TypedDict):
    library: str
    theory: str
    de_number: Annotated[
        int | None, Field(description="JPL development ephemeris behind the files")
    ]
    files: list[str]


class ComputedFor(TypedDict):
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
    ephemeris: EphemerisReply
    engine: str
    definitions: Annotated[
        dict[str, Any], Field(description="Every disputed choice that was applied")
    ]


def computed_for(
    birth: Birth,
    bodies: Sequence[Celestial],
    ephemeris: Ephemeris,
    definitions: Mapping[str, Any],
) -> ComputedFor:
    """The provenance of an answer about one birth; call it right after the positions."""
    moment = birth.moment
    source = ephemeris.provenance(bodies, Frame(birth.theory))
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

"""Stored charts as requests and answers show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from app.calculations.birth import UNKNOWN, Altitude, Latitude, Longitude
from app.charts.keeping import LONGEST_CURSOR
from app.charts.reading import LONGEST_NAME, LONGEST_NOTES, LONGEST_PLACE
from app.errors import InvalidInput
from app.storage.charts import ChartOrder, SavedChart
from app.web.bodies import Body
from app.web.instants import instant

MOST_ON_A_PAGE, DEFAULT_ON_A_PAGE = 100, 20
LONGEST_SEARCH, LONGEST_FIELDS = 200, 500

PlaceName = Annotated[str | None, Field(max_length=LONGEST_PLACE)]


class ConfigBody(Body):
    """What is left out, null or empty is as usual: Placidus houses, five aspects and their orbs."""

    house_system: str | None = None
    aspects: Annotated[list[str] | None, Field(max_length=32)] = None
    orbs: Annotated[dict[str, float] | None, Field(description="Degrees by aspect")] = None


class ChartBody(Body):
    """What may be told of a chart; null is as each field says, and refused where none says so."""

    name: Annotated[str | None, Field(max_length=LONGEST_NAME, description="Null: none")] = None
    notes: Annotated[str | None, Field(max_length=LONGEST_NOTES, description="Null: none")] = None
    date: Annotated[
        str | None, Field(description="YYYY-MM-DD, a full ISO date-time, or now", max_length=64)
    ] = None
    time: Annotated[
        str | None,
        Field(
            description="HH:MM or HH:MM:SS, local; unknown where nobody knows; null where `date` "
            "holds it",
            max_length=64,
        ),
    ] = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    city: Annotated[
        PlaceName,
        Field(
            description="With country in place of coordinates; beside them a name; null: no city "
            "beside the coordinates"
        ),
    ] = None
    country: Annotated[
        PlaceName, Field(description="An English name or ISO code, beside city; null: left out")
    ] = None
    region: Annotated[PlaceName, Field(description="Beside city; null: left out")] = None
    timezone: Annotated[
        str | None,
        Field(
            description="IANA zone or offset; null, or left out of a new chart: looked up",
            max_length=64,
        ),
    ] = None
    altitude: Annotated[Altitude | None, Field(description="Metres; null: 0")] = None
    fold: Annotated[
        int | None,
        Field(ge=0, le=1, description="Which of two equal local times was meant; null: not told"),
    ] = None
    calendar: Annotated[str | None, Field(description="Null: AUTO")] = None
    local_mean_time: Annotated[str | None, Field(description="Null: BIRTHPLACE")] = None
    universal_time: Annotated[str | None, Field(description="Null: UTC_AS_UT1")] = None
    ephemeris: Annotated[str | None, Field(description="Null: SWISS")] = None
    house_system: Annotated[
        str | None, Field(description="The same as in `config`, which counts if both are given")
    ] = None
    config: Annotated[ConfigBody | None, Field(description="Null: all as usual")] = None


class NewChart(ChartBody):
    """A birth with coordinates, or with city and country; the zone may be left out."""

    date: Annotated[
        str, Field(description="YYYY-MM-DD, a full ISO date-time, or now", max_length=64)
    ]


class ChartChange(ChartBody):
    """What is left out stays as it is; latitude and longitude are changed together."""

    version: Annotated[
        int | None,
        Field(
            ge=1, description="The chart is only changed if it has this version; null: whichever"
        ),
    ] = None


class ChartPlace(TypedDict, total=False):
    """The city that a chart was made with."""

    city: str | None
    country: str | None
    country_code: str
    region: str | None
    geonames_id: int


class ChartConfig(TypedDict):
    house_system: str
    aspects: list[str]
    orbs: dict[str, float]


class ChartAnswer(TypedDict):
    """A stored chart; of a list with `fields` only those members."""

    id: str
    name: str | None
    notes: str | None
    date: Annotated[str, Field(description="Local, in `calendar`")]
    time: Annotated[str | None, Field(description="Local; unknown where nobody knows")]
    time_known: Annotated[
        bool, Field(description="False where nobody knows the time; `utc` is then only a noon")
    ]
    timezone: str
    timezone_source: Annotated[str, Field(description="given, city, coordinates or default")]
    latitude: float
    longitude: float
    altitude: float
    fold: int | None
    calendar: str
    local_mean_time: str
    universal_time: str
    ephemeris: str
    config: ChartConfig
    place: ChartPlace | None
    utc: Annotated[
        str, Field(description="Of the local noon of the day where `time_known` is false")
    ]
    julian_day: Annotated[float, Field(description="UT, as `utc`")]
    version: Annotated[int, Field(description="Counts the changes, from 1; also the ETag")]
    created_at: str
    updated_at: str


class ChartsPage(TypedDict):
    """A page of charts; `next_cursor` is null on the last one."""

    charts: list[ChartAnswer]
    next_cursor: str | None


class FieldsQuery(Body):
    fields: str | None = Field(
        None, max_length=LONGEST_FIELDS, description="Members to tell, separated by commas"
    )


class ChartsQuery(FieldsQuery):
    limit: int = Field(DEFAULT_ON_A_PAGE, ge=1, le=MOST_ON_A_PAGE)
    cursor: str | None = Field(None, max_length=LONGEST_CURSOR)
    sort: ChartOrder = ChartOrder.NEWEST
    search: str | None = Field(
        None,
        max_length=LONGEST_SEARCH,
        description="Words, each the beginning of a word of the name, the notes or the place",
    )


def members_in(fields: str | None) -> frozenset[str] | None:
    """The members that are asked for, None for all; raises InvalidInput."""
    if fields is None:
        return None
    names = [name.strip() for name in fields.split(",") if name.strip()]
    unknown = next((name for name in names if name not in _MEMBERS), None)
    if unknown is not None or not names:
        expected = f"some of {','.join(_MEMBERS)}, separated by commas"
        raise InvalidInput.of("query.fields", expected, unknown or fields)
    return frozenset(names)


def shown(
    request: web.Request, chart: SavedChart, members: frozenset[str] | None = None
) -> Mapping[str, Any]:
    """A chart as answers show it, or some members of it."""
    told = {
        "id": str(chart.id),
        "name": chart.name,
        "notes": chart.notes,
        **chart.birth,
        "time_known": chart.birth["time"] != UNKNOWN,
        "timezone_source": chart.timezone_source,
        "config": {name: chart.config[name] for name in ChartConfig.__annotations__},
        "place": chart.place,
        "utc": chart.utc,
        "julian_day": chart.julian_day,
        "version": chart.version,
        "created_at": instant(request, chart.created_at),
        "updated_at": instant(request, chart.updated_at),
    }
    # In the order of the description: jsonb keeps none.
    return {name: told[name] for name in _MEMBERS if members is None or name in members}


_MEMBERS = tuple(ChartAnswer.__annotations__)

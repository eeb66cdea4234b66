"""Cities by what somebody types."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from app.errors import InvalidInput
from app.places.apart import looked_up
from app.places.files import ATTRIBUTION
from app.places.search import MOST_PLACES, search, similar
from app.places.table import Place
from app.security.tokens import Scope
from app.web.answers import told
from app.web.bodies import Body, query_of
from app.web.routing import Route, RouteClass

_FIELDS = {"query": "query.q", "country": "query.country"}


class PlacesQuery(Body):
    """What is looked for."""

    q: Annotated[
        str,
        Field(description="The beginning of a city's name; region and country behind commas"),
    ]
    country: Annotated[str | None, Field(description="An English name or ISO code")] = None
    limit: Annotated[int, Field(ge=1, le=MOST_PLACES)] = 10


class PlacesAnswer(TypedDict):
    """The places found, exact names first, then by population."""

    places: list[Place]
    similar: Annotated[list[str], Field(description="Names spelt alike, where nothing was found")]
    attribution: str


async def places(request: web.Request) -> web.Response:
    """GET /api/v1/places?q&country&limit -> 200, 422, 503 where too many look."""
    asked = query_of(request, PlacesQuery)
    try:
        return told(request, await looked_up(_look_up, asked))
    except InvalidInput as error:
        raise error.renamed(_FIELDS) from None


def _look_up(asked: PlacesQuery) -> PlacesAnswer:
    found = search(asked.q, country=asked.country, limit=asked.limit)
    near = [] if found else similar(asked.q, country=asked.country)
    return PlacesAnswer(places=found, similar=near, attribution=ATTRIBUTION)


def routes() -> tuple[Route, ...]:
    return (
        Route(
            "GET",
            "/api/v1/places",
            places,
            Scope.CALCULATIONS,
            "Cities by the beginning of a name, with their coordinates and time zone",
            counted=RouteClass.STORED,
            query=PlacesQuery,
            gives=PlacesAnswer,
        ),
    )

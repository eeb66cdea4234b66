"""Cities over the network."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from app.places.files import ATTRIBUTION
from tests.server import LONG_ENOUGH, RunningServer, token

PATH = "/api/v1/places"


def asked(server: RunningServer, **query: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token()}"}
    return requests.get(server.url + PATH, params=query, headers=headers, timeout=LONG_ENOUGH)


def data(reply: requests.Response) -> Any:
    assert reply.status_code == 200, reply.text
    return reply.json()["data"]


def test_city_is_found_with_all_that_a_chart_needs(server: RunningServer) -> None:
    found = data(asked(server, q="münchen", limit="1"))
    assert found == {
        "places": [
            {
                "name": "Munich",
                "country": "Germany",
                "country_code": "DE",
                "region": "Bavaria",
                "latitude": 48.13743,
                "longitude": 11.57549,
                "timezone": "Europe/Berlin",
                "population": 1505005,
                "geonames_id": 2867714,
            }
        ],
        "similar": [],
        "attribution": ATTRIBUTION,
    }


def test_country_and_limit_narrow_the_answer(server: RunningServer) -> None:
    found = data(asked(server, q="san", country="Italy", limit="3"))["places"]
    assert [place["country_code"] for place in found] == ["IT", "IT", "IT"]


def test_unknown_city_has_a_suggestion(server: RunningServer) -> None:
    found = data(asked(server, q="Berlni"))
    assert found["places"] == []
    assert found["similar"][0] == "Berlin"


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ({}, "query.q must be given"),
        ({"query": "paris"}, "query.q must be given; 'query' is not a field of this request"),
        ({"q": " "}, "query.q must be the beginning of a city's name, such as Par"),
        ({"q": "a" * 101}, "query.q must be at most 100 characters"),
        ({"q": "Paris", "country": "Frnace"}, "did you mean France?"),
        ({"q": "Paris", "limit": "51"}, "query.limit must be"),
        ({"q": "Paris", "limit": "many"}, "query.limit must be"),
    ],
)
def test_query_that_asks_nothing_is_refused(
    server: RunningServer, query: dict[str, str], advice: str
) -> None:
    reply = asked(server, **query)
    assert reply.status_code == 422
    assert advice in reply.json()["error"]["message"]


def test_places_need_a_token(server: RunningServer) -> None:
    reply = requests.get(server.url + PATH, params={"q": "Paris"}, timeout=LONG_ENOUGH)
    assert reply.status_code == 401

"""What known clients demand beyond names and types: values, orders, and where they look."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import jwt
import pytest

from app.security.tokens import LONGEST_TOKEN
from app.settings import Settings
from tests.contract.account_rows import ACCOUNT, TOKENS
from tests.contract.births import NEW_YORK
from tests.contract.rows import Ask, Caller, Row, Wrap
from tests.contract.table import ROWS
from tests.contract.test_success import sent
from tests.contract.world import BIRTH, World
from tests.server import SECRET

POSITIONS = "/api/calculations/planetary-positions"
SPECIAL = "/api/stateless/special-points"


def test_every_request_has_an_id_of_its_own(world: World) -> None:
    told = {
        world.send("GET", "/health", Ask(), Caller.NOBODY).headers["X-Request-ID"] for _ in range(2)
    }
    assert len(told) == 2
    assert all(UUID(one).version == 4 for one in told)


def answered(world: World, path: str, body: Any, caller: Caller = Caller.USER) -> Any:
    reply = world.send("POST", path, Ask(json=body), caller)
    assert reply.status_code == 200, reply.text
    return reply.json()


def unwrapped(body: Any) -> Any:
    """As a bot that is in use does it: `data` of a success, else the whole body."""
    return body["data"] if body.get("success") is True and "data" in body else body


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.wrap is Wrap.BOTH], ids=lambda r: r.name
)
def test_readers_of_the_top_and_of_the_data_find_the_same(world: World, row: Row) -> None:
    for path in row.paths:
        body = sent(world, row, path, row.successes[0]).json()
        assert body["success"] is True
        assert unwrapped(body) == body["data"]
        assert all(body[name] == inner for name, inner in body["data"].items())
        assert {"error", "meta"} <= set(body)


def test_the_python_client_finds_lists_at_the_top(world: World) -> None:
    for operation in ("planetary-positions", "aspects", "houses"):
        body = answered(world, f"/api/calculations/{operation}", NEW_YORK)
        assert body[operation.rpartition("-")[2]]


def test_the_backends_of_the_guide_find_data_under_our_own_address(world: World) -> None:
    for operation in ("planetary-positions", "aspects"):
        body = answered(world, f"/api/v1/calculations/{operation}", NEW_YORK, Caller.SERVICE)
        assert body["success"] is True
        assert body["data"][operation.rpartition("-")[2]]


def test_metrics_are_told(world: World) -> None:
    reply = world.send("GET", "/metrics", Ask(), Caller.NOBODY)
    assert reply.status_code == 200
    for name in ("http_requests_total", "http_request_duration_seconds"):
        assert name in reply.text


def test_positions_come_in_the_order_that_was_asked_for(world: World) -> None:
    body = answered(world, POSITIONS, {**NEW_YORK, "planets": ["MARS", "SUN", "MOON"]})
    assert [row["planet"] for row in body["positions"]] == ["MARS", "SUN", "MOON"]


def test_ten_planets_are_the_default(world: World) -> None:
    for asked in (NEW_YORK, {**NEW_YORK, "planets": []}):
        body = answered(world, POSITIONS, asked)
        assert [row["planet"] for row in body["positions"]] == [
            *("SUN", "MOON", "MERCURY", "VENUS", "MARS"),
            *("JUPITER", "SATURN", "URANUS", "NEPTUNE", "PLUTO"),
        ]


def test_a_planet_is_retrograde_that_goes_backwards(world: World) -> None:
    rows = answered(world, POSITIONS, NEW_YORK)["positions"]
    assert all(row["is_retrograde"] == (row["speed"] < 0.0) for row in rows)


@pytest.mark.parametrize("true_node", [True, False])
def test_the_south_node_is_opposite_the_north_node(world: World, true_node: bool) -> None:  # noqa: FBT001 - a value of the table
    asked = {"chart_data": NEW_YORK, "use_true_node": true_node}
    found = answered(world, SPECIAL, asked)["data"]
    opposite = (found["north_node"]["longitude"] + 180.0) % 360.0
    assert found["south_node"]["longitude"] == pytest.approx(opposite, abs=0.01)
    assert found["north_node"]["speed"] != 0.0


def test_selena_does_not_depend_on_lilith(world: World) -> None:
    with_lilith, without = (
        answered(world, SPECIAL, {"chart_data": NEW_YORK, "include_lilith": flag})["data"]
        for flag in (True, False)
    )
    assert with_lilith["selena"] == without["selena"]


def test_contra_antiscia_are_another_place(world: World) -> None:
    found = answered(world, "/api/stateless/antiscia", {"chart_data": NEW_YORK})["data"]
    for image in found.values():
        other = (image["longitude"] + 180.0) % 360.0
        assert image["contra_antiscion"]["longitude"] == pytest.approx(other, abs=1e-6)


def test_every_point_of_the_first_chart_has_its_list_of_aspects(world: World) -> None:
    body = {"natal_chart": NEW_YORK, "transit_date": "2026-01-11", "transit_time": "12:00:00"}
    found = answered(world, "/api/stateless/transits", body)["data"]
    told = {(row["planet1"], f"{row['aspect_type']}_{row['planet2']}") for row in found["aspects"]}
    listed = {
        (point, aspect) for point, aspects in found["planet_aspects"].items() for aspect in aspects
    }
    assert listed == told
    for row in found["aspects"]:
        assert (row["natal_planet"], row["transit_planet"]) == (row["planet1"], row["planet2"])


# Stored charts


def kept(world: World, chart: str) -> Any:
    reply = world.send("GET", f"/api/charts/{chart}", Ask(), Caller.USER)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_a_natal_chart_is_stored_with_the_default_config(world: World) -> None:
    chart = kept(world, answered(world, "/api/charts/natal", NEW_YORK)["chart_id"])
    assert chart["date"] == "1990-01-15T14:30:00"
    assert chart["config"] == {
        "house_system": "PLACIDUS",
        "aspects": ["CONJUNCTION", "OPPOSITION", "TRINE", "SQUARE", "SEXTILE"],
        "orbs": {"conjunction": 10, "opposition": 10, "trine": 8, "square": 8, "sextile": 6},
    }


@pytest.mark.parametrize(
    "written",
    [
        {"date": "1990-01-15T14:30:00"},
        {"date": "1990-01-15T14:30:00-05:00"},
        {"date": "1990-01-15T19:30:00Z"},
        {"date": "1990-01-15T22:30:00+03:00"},
        {"date": "1990-01-15", "time": "14:30:00"},
        {"date": "1990-01-15", "time": "14:30"},
    ],
    ids=lambda written: " ".join(written.values()),
)
def test_every_way_to_write_a_moment_is_the_same_chart(
    world: World, written: dict[str, str]
) -> None:
    """Local time of the chart's zone without an offset, else an instant."""
    chart = world.new_chart(Caller.USER, {**BIRTH, **written})
    assert kept(world, chart)["date"] == "1990-01-15T14:30:00"
    path = f"/api/calculations/charts/{chart}/positions"
    found = answered(world, path, {})["positions"]
    expected = answered(world, POSITIONS, {**NEW_YORK, "house_system": "PLACIDUS"})["positions"]
    assert [row["longitude"] for row in found[:10]] == [row["longitude"] for row in expected]


def test_a_changed_date_and_place_are_kept_and_computed_with(world: World) -> None:
    chart = world.fresh_chart
    path = f"/api/charts/{chart}/positions"
    before = answered(world, path, {})["positions"]
    change = {"date": "1991-02-16T03:15:00", "latitude": 51.5, "longitude": -0.1}
    reply = world.send("PUT", f"/api/charts/{chart}", Ask(json=change), Caller.USER)
    assert reply.status_code == 200
    assert kept(world, chart) == reply.json()
    assert change.items() <= reply.json().items()
    assert answered(world, path, {})["positions"] != before


def test_a_config_is_obeyed(world: World) -> None:
    chart = world.new_chart(Caller.USER, {**BIRTH, "config": {"house_system": "whole_sign"}})
    houses = answered(world, f"/api/charts/{chart}/houses", {})["houses"]
    assert all(row["degree"] == 0 for row in houses)
    assert kept(world, chart)["config"]["house_system"] == "WHOLE_SIGN"


def test_a_deleted_chart_is_gone(world: World) -> None:
    path = f"/api/charts/{world.fresh_chart}"
    assert [
        world.send(method, path, Ask(), Caller.USER).status_code
        for method in ("DELETE", "GET", "DELETE")
    ] == [204, 404, 404]


def test_pages_of_charts_lead_through_all_of_them(world: World) -> None:
    def page(**query: str) -> list[str]:
        reply = world.send("GET", "/api/charts", Ask(query=query), Caller.OTHER)
        return [chart["id"] for chart in reply.json()]

    made = {world.new_chart(Caller.OTHER, BIRTH) for _ in range(3)}
    whole = page(limit="1000")
    assert made <= set(whole)
    assert [one for skip in range(len(whole)) for one in page(skip=str(skip), limit="1")] == whole


@pytest.mark.parametrize(
    "row", [row for row in ROWS if len(row.paths) > 1], ids=lambda row: row.name
)
def test_both_families_of_paths_answer_the_same(world: World, row: Row) -> None:
    answers = [sent(world, row, path, row.successes[0]).json()["data"] for path in row.paths]
    assert answers[0] == answers[1]


# Health


@pytest.mark.parametrize("caller", [Caller.NOBODY, Caller.SERVICE])
def test_health_is_told_to_everybody(world: World, caller: Caller) -> None:
    assert world.send("GET", "/health", Ask(), caller).json() == {"status": "healthy"}


def test_no_page_describes_a_socket_among_the_calculations(world: World) -> None:
    paths = world.send("GET", "/openapi.json", Ask(), Caller.NOBODY).json()["paths"]
    assert "/api/calculations/ws" not in paths


# Accounts


def claims_of(secret: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(secret, SECRET, algorithms=["HS256"])
    return claims


def test_only_the_domain_of_an_address_is_put_in_small_letters(world: World) -> None:
    name = world.fresh_name
    body = {**ACCOUNT, "email": f"Ada.{name}@EXAMPLE.Com"}
    told = answered(world, "/api/auth/register", body, Caller.NOBODY)
    assert told["email"] == f"Ada.{name}@example.com"


def test_many_may_register_from_one_address_in_a_minute() -> None:
    assert Settings(_env_file=None).rate_limit_auth >= 45


def test_a_refresh_token_stays_the_same(world: World) -> None:
    token = world.fresh_refresh_token
    for _ in range(2):
        query = {"refresh_token": token}
        reply = world.send("POST", "/api/auth/refresh", Ask(query=query), Caller.NOBODY)
        assert reply.json()["refresh_token"] == token


def test_a_logout_ends_that_refresh_token(world: World) -> None:
    gone, other = ({"refresh_token": world.fresh_refresh_token} for _ in range(2))
    world.send("POST", "/api/auth/logout", Ask(query=gone), Caller.NOBODY)
    for query, status in ((gone, 401), (other, 200)):
        reply = world.send("POST", "/api/auth/refresh", Ask(query=query), Caller.NOBODY)
        assert reply.status_code == status


def test_an_administrator_is_told_his_own_name(world: World) -> None:
    told = world.send("GET", "/api/auth/admin/verify", Ask(), Caller.ADMIN).json()
    assert told == {
        "is_admin": True,
        "user_id": world.admin.id,
        "email": world.admin.email,
        "username": world.admin.username,
    }


def test_a_service_token_says_what_it_is(world: World) -> None:
    made = world.new_service_token(days=30, scope="calculations,admin")
    claims = claims_of(made["service_token"])
    assert claims["type"] == "service"
    assert set(claims["scope"].split(",")) == {"calculations", "admin"}
    assert claims["token_id"] == made["token_id"]
    assert {"exp", "iat", "jti", "sub"} <= set(claims)
    assert made["expires_in_days"] == 30


def test_an_eternal_token_has_no_end(closed: World) -> None:
    made = closed.new_service_token(eternal=True, days=5)
    assert made["expires_in_days"] == 36500
    assert "exp" not in claims_of(made["service_token"])
    listed = closed.send("GET", TOKENS, Ask(), Caller.ADMIN).json()
    assert listed[0]["days_until_expiry"] > 36000
    assert listed[0]["is_expired"] is False


def test_the_newest_service_token_is_first(world: World) -> None:
    made = [world.new_service_token()["token_id"] for _ in range(2)]
    listed = world.send("GET", TOKENS, Ask(), Caller.ADMIN).json()
    assert [row["id"] for row in listed[:2]] == made[::-1]


def test_a_revocation_tells_the_id(world: World) -> None:
    token_id = world.fresh_token_id
    reply = world.send("DELETE", f"{TOKENS}/{token_id}", Ask(), Caller.ADMIN)
    assert token_id in reply.json()["message"]


def test_a_backend_gets_an_access_token_of_its_scope(world: World) -> None:
    path = "/api/auth/service-token/refresh"
    told = world.send("POST", path, Ask(), Caller.SERVICE).json()
    assert told["refresh_token"] == world.service_token
    assert len(told["access_token"]) < LONGEST_TOKEN
    claims = claims_of(told["access_token"])
    assert (claims["type"], claims["scope"]) == ("access", "calculations")

"""What people do with their own accounts, over HTTP."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app.storage.erasure import MOST_BYTES
from app.storage.postgres import connect_options, dedicated
from tests.faults.processes import eventually
from tests.server import LONG_ENOUGH, RunningServer, token
from tests.web.people import PASSWORD, call, data, log_in, logged_in, person, refusal

ME = "/api/v1/users/me"
NEW = "another good password"


@pytest.mark.parametrize("path", [ME, f"{ME}/profile", "/api/v1/users/{id}/profile"])
def test_an_account_is_told_to_its_owner(server: RunningServer, path: str) -> None:
    ada = person(server, first_name="Ada")
    told = data(ada.call("GET", path.format(id=ada.id)))
    assert (told["id"], told["email"], told["username"]) == (ada.id, ada.email, ada.username)
    assert (told["first_name"], told["last_name"], told["tier"]) == ("Ada", None, "free")
    assert (told["roles"], told["scopes"]) == (["user"], ["calculations"])
    assert told["created_at"].endswith("Z")
    assert "password_hash" not in told


def test_a_token_is_told_what_it_may_do_itself_beside_what_its_owner_may(
    server: RunningServer,
) -> None:
    ada = person(server)
    data(call(server, "PATCH", f"/api/v1/admin/users/{ada.id}", {"is_superuser": True}))
    ada = replace(ada, access_token=logged_in(server, ada.username))
    made = data(ada.call("POST", "/api/v1/auth/admin/service-tokens", {}))
    for path in (ME, "/api/v1/auth/me", f"/api/v1/users/{ada.id}/profile"):
        told = data(call(server, "GET", path, presented=made["service_token"]))
        assert told["scopes"] == ["calculations"]
        assert told["role_scopes"] == ["calculations", "admin"]
        assert data(ada.call("GET", path))["scopes"] == ["calculations", "admin"]


def test_the_profile_of_another_is_as_unknown_as_that_of_nobody(server: RunningServer) -> None:
    ada, berta = person(server), person(server)
    path = "/api/v1/users/{}/profile"
    nobody = "00000000-0000-4000-8000-000000000000"
    foreign = refusal(ada.call("GET", path.format(berta.id)), 404)
    assert foreign.replace(berta.id, nobody) == refusal(ada.call("GET", path.format(nobody)), 404)
    refusal(ada.call("GET", path.format("7")), 404)
    assert data(call(server, "GET", path.format(berta.id)))["id"] == berta.id


def test_names_are_changed(server: RunningServer) -> None:
    ada = person(server, first_name="Ada", last_name="King")
    changes = {"first_name": "Augusta", "last_name": None, "username": f"{ada.username}-2"}
    told = data(ada.call("PATCH", ME, changes))
    assert {name: told[name] for name in changes} == changes
    assert data(ada.call("PATCH", ME, {}))["first_name"] == "Augusta"


def test_the_address_is_changed_with_the_password(server: RunningServer) -> None:
    ada = person(server)
    email = f"new.{ada.email}"
    assert "current_password" in refusal(ada.call("PATCH", ME, {"email": email}), 422)
    wrong = {"email": email, "current_password": "wrong-secret"}
    assert "wrong-secret" not in refusal(ada.call("PATCH", ME, wrong), 422)
    right = {"email": email.upper(), "current_password": PASSWORD}
    assert data(ada.call("PATCH", ME, right))["email"].endswith("@people.example.com")
    logged_in(server, email)


def test_what_another_account_has_is_a_conflict(server: RunningServer) -> None:
    ada, berta = person(server), person(server)
    taken = {"username": berta.username.upper()}
    assert "this user name is taken" in refusal(ada.call("PATCH", ME, taken), 409)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "a@b"}, "username"),
        ({"username": ""}, "username"),
        ({"email": "nonsense", "current_password": PASSWORD}, "email"),
        ({"email": 7}, "email"),
        ({"first_name": "a\nb"}, "first_name"),
        ({"last_name": "x" * 101}, "last_name"),
        ([], "body"),
    ],
)
def test_what_cannot_stand_is_refused_by_its_field(
    server: RunningServer, changes: Any, field: str
) -> None:
    ada = person(server)
    assert refusal(ada.call("PATCH", ME, changes), 422).startswith(field)


def test_nobody_makes_themselves_an_administrator(server: RunningServer) -> None:
    ada = person(server)
    wanted = {
        "is_superuser": True,
        "tier": "pro",
        "roles": ["admin"],
        "scopes": ["admin"],
        "is_approved": True,
        "id": "00000000-0000-4000-8000-000000000000",
    }
    told = data(ada.call("PATCH", ME, wanted))
    assert (told["id"], told["is_superuser"], told["tier"]) == (ada.id, False, "free")
    assert told["scopes"] == ["calculations"]


def test_preferences_are_kept_replaced_and_merged(server: RunningServer) -> None:
    ada = person(server)
    path = f"{ME}/preferences"
    assert data(ada.call("GET", path)) == {}
    assert data(ada.call("PUT", path, {"a": {"b": 1}, "c": True})) == {"a": {"b": 1}, "c": True}
    assert data(ada.call("PATCH", path, {"c": None, "d": []})) == {"a": {"b": 1}, "d": []}
    assert data(ada.call("GET", path)) == {"a": {"b": 1}, "d": []}
    assert "16384 bytes" in refusal(ada.call("PUT", path, {"a": "x" * 20_000}), 422)
    assert "a JSON object" in refusal(ada.call("PATCH", path, [1]), 422)


def test_a_new_password_ends_every_other_login(server: RunningServer) -> None:
    ada = person(server)
    other = logged_in(server, ada.username)
    wanted = {"current_password": PASSWORD, "new_password": NEW}
    assert data(ada.call("POST", f"{ME}/password", wanted)) == {"sessions_ended": 1}
    assert eventually(lambda: call(server, "GET", ME, presented=other).status_code == 401)
    assert ada.call("GET", ME).status_code == 200
    assert log_in(server, ada.username).status_code == 401
    logged_in(server, ada.username, NEW)


def test_a_wrong_password_is_refused_and_too_many_are_throttled(server: RunningServer) -> None:
    ada = person(server)
    wanted = {"current_password": "wrong-secret", "new_password": NEW}
    for _ in range(5):
        assert "wrong-secret" not in refusal(ada.call("POST", f"{ME}/password", wanted), 422)
    reply = ada.call("POST", f"{ME}/password", {**wanted, "current_password": PASSWORD})
    assert reply.status_code == 429
    assert int(reply.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", ME, {"first_name": "Thief"}),
        ("DELETE", ME, {"password": PASSWORD}),
        ("GET", f"{ME}/export", None),
        ("POST", f"{ME}/password", {"current_password": PASSWORD, "new_password": NEW}),
    ],
)
def test_a_service_token_is_not_a_person(
    server: RunningServer, method: str, path: str, body: Any
) -> None:
    refusal(call(server, method, path, body, token("calculations", "admin")), 403)
    refusal(call(server, method, path, body, ""), 401)


def test_no_reset_token_opens_nothing(server: RunningServer) -> None:
    path = "/api/v1/auth/password-reset"
    wanted = {"token": "unknown-secret", "new_password": NEW}
    assert "unknown-secret" not in refusal(call(server, "POST", path, wanted, ""), 400)
    longest = {"token": "unknown-secret" * 1000, "new_password": NEW}
    assert "unknown-secret" not in refusal(call(server, "POST", path, longest, ""), 400)
    short = {"token": "unknown-secret", "new_password": "pw"}
    assert "new_password" in refusal(call(server, "POST", path, short, ""), 422)


def test_the_export_is_one_document_without_secrets(server: RunningServer) -> None:
    ada = person(server)
    ada.call("PUT", f"{ME}/preferences", {"theme": "dark"})
    reply = ada.call("GET", f"{ME}/export")
    tables = data(reply)["tables"]
    assert reply.headers["Content-Encoding"] == "gzip"
    (user,) = tables["users"]["rows"]
    assert (user["id"], user["email"], user["preferences"]) == (
        ada.id,
        ada.email,
        {"theme": "dark"},
    )
    assert tables["users"]["left_out"] == ["password_hash"]
    assert not tables["sessions"]["truncated"]
    assert tables["sessions"]["next"] is None
    assert len(tables["sessions"]["rows"]) == 1
    for secret in ("argon2", 'token_digest":', ada.access_token):
        assert secret not in reply.text
    (only,) = data(ada.call("GET", f"{ME}/export?table=users&skip=1"))["tables"].values()
    assert only["rows"] == []
    assert "query.table" in refusal(ada.call("GET", f"{ME}/export?table=roles"), 422)
    assert "query.skip" in refusal(ada.call("GET", f"{ME}/export?skip=-1"), 422)


async def test_a_long_export_comes_whole_in_parts(server: RunningServer) -> None:
    ada = person(server)
    async with (
        server.database() as dsn,
        dedicated(dsn, connect_options(LONG_ENOUGH, LONG_ENOUGH)) as raw,
    ):
        await raw.execute(
            """
            INSERT INTO charts (id, user_id, birth, config, julian_day, utc, notes)
            SELECT gen_random_uuid(), $1, '{}', '{}', 2447907.3125, '1990-01-15T19:30:00Z',
                repeat('x', 4000)
            FROM generate_series(1, 5000)
            """,
            ada.id,
        )
    path: str | None = f"{ME}/export"
    found, lengths = set(), []
    while path is not None:
        reply = ada.call("GET", path)
        lengths.append(int(reply.headers["Content-Length"]))
        charts = data(reply)["tables"]["charts"]
        assert charts["truncated"] is (charts["next"] is not None)
        found |= {row["id"] for row in charts["rows"] if len(row["notes"]) == 4000}
        path = charts["next"]
    assert len(found) == 5000
    assert len(lengths) == 2
    assert max(lengths) < MOST_BYTES + 100_000


async def test_erasure_leaves_nothing_in_any_table(server: RunningServer) -> None:
    ada = person(server)
    assert "password" in refusal(ada.call("DELETE", ME, {"password": "wrong"}), 422)
    needed = "password must be given: the present one of this account"
    assert refusal(ada.call("DELETE", ME), 422) == needed
    assert refusal(ada.call("DELETE", ME, {}), 422) == needed
    exported = data(ada.call("GET", f"{ME}/export"))["tables"]
    reply = ada.call("DELETE", ME, {"password": PASSWORD})
    assert (reply.status_code, reply.content) == (204, b"")
    assert eventually(lambda: ada.call("GET", ME).status_code == 401)
    assert log_in(server, ada.username).status_code == 401
    async with (
        server.database() as dsn,
        dedicated(dsn, connect_options(LONG_ENOUGH, LONG_ENOUGH)) as raw,
    ):
        for table in exported.keys() - {"users"}:
            query = f"SELECT count(*) FROM {table} WHERE user_id = $1"  # noqa: S608
            assert await raw.fetchval(query, ada.id) == 0, table


def test_no_log_line_holds_a_password_or_an_address(server: RunningServer) -> None:
    ada = person(server)
    wanted = {"current_password": PASSWORD, "new_password": "a-password-not-to-be-logged"}
    data(ada.call("POST", f"{ME}/password", wanted))
    lines = json.dumps(server.lines)
    for secret in (PASSWORD, "a-password-not-to-be-logged", ada.email, ada.access_token):
        assert secret not in lines

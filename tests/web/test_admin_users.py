"""Accounts and roles for administrators, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.processes import eventually
from tests.server import RunningServer, token
from tests.web.people import PASSWORD, call, data, log_in, person, refusal

ME = "/api/v1/users/me"
USERS, ROLES = "/api/v1/admin/users", "/api/v1/admin/roles"
NOBODY = f"{USERS}/00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", USERS),
        ("POST", USERS),
        ("GET", NOBODY),
        ("PATCH", NOBODY),
        ("DELETE", NOBODY),
        ("GET", ROLES),
        ("GET", f"{ROLES}/user"),
        ("PUT", f"{ROLES}/reader"),
        ("DELETE", f"{ROLES}/user"),
    ],
)
def test_nobody_else_administers(server: RunningServer, method: str, path: str) -> None:
    refusal(call(server, method, path, {}, token("calculations")), 403)
    refusal(call(server, method, path, {}, ""), 401)


def test_a_list_is_read_page_by_page(server: RunningServer) -> None:
    made = [person(server, username=f"paged-{number}").id for number in range(3)]
    found: list[str] = []
    cursor = ""
    page: dict[str, Any] = {}
    for _ in range(3):
        page = data(call(server, "GET", f"{USERS}?search=PAGED-&limit=1{cursor}"))
        found += [user["id"] for user in page["users"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert found == made[::-1]


def test_a_list_is_filtered(server: RunningServer) -> None:
    waiting = person(server, username="filtered-1", tier="basic").id
    data(call(server, "PATCH", f"{USERS}/{waiting}", {"is_approved": False}))
    person(server, username="filtered-2")
    for query in ("is_approved=false", "tier=basic", "is_approved=false&is_active=true"):
        page = data(call(server, "GET", f"{USERS}?search=filtered-&{query}"))
        assert [user["id"] for user in page["users"]] == [waiting], query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "query.limit"),
        ("limit=101", "query.limit"),
        ("cursor=x", "query.cursor"),
        ("is_active=perhaps", "query.is_active"),
        ("tier=gold", "query.tier"),
        ("search=", "query.search"),
        ("search=%00", "query.search"),
        ("search=a%00b", "query.search"),
        ("search=a%0Ab", "query.search"),
    ],
)
def test_a_wrong_query_is_refused_by_its_field(
    server: RunningServer, query: str, field: str
) -> None:
    assert refusal(call(server, "GET", f"{USERS}?{query}"), 422).startswith(field)


@pytest.mark.parametrize("search", ["' OR 1=1 --", "%25", "\\", "_", "𐍈"])
def test_a_search_is_a_text_and_nothing_else(server: RunningServer, search: str) -> None:
    assert data(call(server, "GET", f"{USERS}?search={search}"))["users"] == []


def test_an_account_is_made_and_told_of(server: RunningServer) -> None:
    new = {
        "email": "made@people.example.com",
        "username": "made-by-hand",
        "tier": "pro",
        "roles": ["user", "admin"],
    }
    made = data(call(server, "POST", USERS, new), 201)
    assert {name: made[name] for name in ("email", "username", "tier")} == {
        name: new[name] for name in ("email", "username", "tier")
    }
    assert made["roles"] == ["admin", "user"]
    assert data(call(server, "GET", f"{USERS}/{made['id']}")) == made
    assert log_in(server, "made-by-hand", "").status_code == 401
    assert "already registered" in refusal(call(server, "POST", USERS, new), 409)


def test_a_name_that_only_looks_another_way_is_taken_and_logs_in(server: RunningServer) -> None:
    person(server, username="alike-ada", email="alike-ada@people.example.com")
    wide = "\uff41\uff4c\uff49\uff4b\uff45\uff0d\uff41\uff44\uff41"
    new = {"email": "alike-eve@people.example.com", "username": wide.upper()}
    assert "user name is taken" in refusal(call(server, "POST", USERS, new), 409)
    new = {"email": f"{wide}@people.example.com", "username": "alike-eve"}
    assert "already registered" in refusal(call(server, "POST", USERS, new), 409)
    assert log_in(server, wide, PASSWORD).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nonsense"}, "email"),
        ({"username": "a@b"}, "username"),
        ({"password": "short"}, "password"),
        ({"tier": "gold"}, "tier"),
        ({"roles": ["nobody"]}, "roles"),
        ({"roles": ["' --"]}, "roles.0"),
        ({"roles": ["user"] * 21}, "roles"),
        ({"is_superuser": "yes"}, "is_superuser"),
    ],
)
def test_an_account_that_cannot_be_is_not_made(
    server: RunningServer, changes: dict[str, Any], field: str
) -> None:
    new = {"email": "never@people.example.com", "username": "never-made", "password": PASSWORD}
    assert refusal(call(server, "POST", USERS, {**new, **changes}), 422).startswith(field)


def test_an_account_is_changed_in_what_it_may_do_alone(server: RunningServer) -> None:
    ada = person(server)
    wanted = {"tier": "pro", "roles": ["user", "admin"], "email": "stolen@people.example.com"}
    told = data(call(server, "PATCH", f"{USERS}/{ada.id}", wanted))
    assert (told["tier"], told["roles"], told["email"]) == ("pro", ["admin", "user"], ada.email)
    assert told["scopes"] == told["role_scopes"] == ["calculations", "admin"]
    refusal(call(server, "PATCH", NOBODY, {"tier": "pro"}), 404)


def test_a_new_role_is_felt_at_once(server: RunningServer) -> None:
    ada = person(server)
    refusal(ada.call("GET", ROLES), 403)
    data(call(server, "PATCH", f"{USERS}/{ada.id}", {"roles": []}))
    assert eventually(lambda: ada.call("GET", ME).status_code == 403)
    data(call(server, "PATCH", f"{USERS}/{ada.id}", {"roles": ["user"]}))
    assert eventually(lambda: ada.call("GET", ME).status_code == 200)


def test_whoever_is_disabled_is_out_at_once_and_for_good(server: RunningServer) -> None:
    ada = person(server)
    for is_active in (False, True):
        data(call(server, "PATCH", f"{USERS}/{ada.id}", {"is_active": is_active}))
        assert eventually(lambda: ada.call("GET", ME).status_code == 401)
    assert log_in(server, ada.username).status_code == 200


def test_a_deleted_account_is_gone(server: RunningServer) -> None:
    ada = person(server)
    reply = call(server, "DELETE", f"{USERS}/{ada.id}")
    assert (reply.status_code, reply.content) == (204, b"")
    assert eventually(lambda: ada.call("GET", ME).status_code == 401)
    refusal(call(server, "DELETE", f"{USERS}/{ada.id}"), 404)
    refusal(call(server, "GET", f"{USERS}/nonsense"), 404)


def test_roles_are_made_changed_and_deleted(server: RunningServer) -> None:
    path = f"{ROLES}/test-reader"
    made = {"name": "test-reader", "scopes": ["calculations"], "built_in": False}
    assert data(call(server, "PUT", path, {"scopes": ["calculations"]}), 201) == made
    assert data(call(server, "PUT", path, {"scopes": []}))["scopes"] == []
    assert data(call(server, "GET", path))["name"] == "test-reader"
    assert "test-reader" in [role["name"] for role in data(call(server, "GET", ROLES))]
    assert call(server, "DELETE", path).status_code == 204
    refusal(call(server, "GET", path), 404)
    refusal(call(server, "DELETE", path), 404)


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [
        ("user", {"scopes": ["admin"]}, 409, "built in"),
        ("reader", {"scopes": ["everything"]}, 422, "one of calculations, admin"),
        ("reader", {"scopes": "admin"}, 422, "scopes"),
        ("reader", {}, 422, "scopes"),
        ("Reader", {"scopes": []}, 422, "path.name"),
        ("x" * 65, {"scopes": []}, 422, "path.name"),
    ],
)
def test_a_role_that_cannot_be_is_refused(
    server: RunningServer, name: str, body: Any, status: int, words: str
) -> None:
    assert words in refusal(call(server, "PUT", f"{ROLES}/{name}", body), status)

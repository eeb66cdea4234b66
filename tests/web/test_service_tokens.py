"""Service tokens over HTTP, in the public shape under /api and in our own under /api/v1."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
import requests

from app.calculations.birth import EXAMPLE
from app.security.secrets import SigningKeys
from app.security.tokens import Claims, Kind, issue
from tests.server import (
    ACCESS_SECONDS,
    LONG_ENOUGH,
    NOBODY_HAS_IT,
    SECRET,
    SERVICE_USER,
    RunningServer,
    token,
)
from tests.web.raw import OWN

PREFIXES = ("/api/auth", "/api/v1/auth")
TOKENS = "/admin/service-tokens"
DAY = 86_400


def call(
    server: RunningServer,
    method: str,
    path: str,
    body: Any = None,
    *,
    presented: str | None = None,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    """Any request, as an administrator unless another token is presented; '' for none."""
    secret = token("calculations", "admin") if presented is None else presented
    mine = {"Authorization": f"Bearer {secret}"} if secret else {}
    return requests.request(
        method,
        server.url + path,
        json=body,
        headers={**mine, **(headers or {})},
        timeout=LONG_ENOUGH,
    )


def data(reply: requests.Response) -> Any:
    """What a success tells, in an envelope or bare."""
    assert reply.status_code == 200, reply.text
    told = reply.json()
    if "/api/v1/" in str(reply.url):
        assert told["success"] is True
        return told["data"]
    return told


def created(server: RunningServer, prefix: str = PREFIXES[0], **body: Any) -> dict[str, Any]:
    made: dict[str, Any] = data(call(server, "POST", prefix + TOKENS, body))
    return made


def claims_of(secret: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(secret, options={"verify_signature": False})
    return claims


def listed(server: RunningServer, prefix: str = PREFIXES[0]) -> list[dict[str, Any]]:
    found = data(call(server, "GET", prefix + TOKENS))
    rows: list[dict[str, Any]] = found if prefix == PREFIXES[0] else found["service_tokens"]
    return rows


def accepted(server: RunningServer, secret: str) -> int:
    return call(server, "POST", OWN, EXAMPLE, presented=secret).status_code


@pytest.fixture(scope="module")
def generous(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that makes eternal tokens."""
    allowed = {"NOCTURNA_ALLOW_ETERNAL_TOKENS": "true"}
    with RunningServer(tmp_path_factory.mktemp("generous"), allowed) as running:
        yield running


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_empty_body_makes_a_month_of_calculations(server: RunningServer, prefix: str) -> None:
    made = created(server, prefix)
    assert set(made) >= {
        *("service_token", "expires_at", "expires_in_days", "scope", "token_id"),
    }
    claims = claims_of(made["service_token"])
    assert (claims["type"], claims["scope"]) == ("service", "calculations")
    assert claims["sub"] == SERVICE_USER
    assert claims["token_id"] == claims["jti"] == made["token_id"] == str(UUID(made["token_id"]))
    assert made["expires_in_days"] == 30
    assert claims["exp"] - claims["iat"] == 30 * DAY
    ends = datetime.fromisoformat(made["expires_at"].removesuffix("Z") + "+00:00")
    assert ends.timestamp() == claims["exp"]
    assert made["expires_at"].endswith("Z") is (prefix == PREFIXES[1])
    assert accepted(server, made["service_token"]) == 200


@pytest.mark.parametrize("name", ["days", "expires_in_days"])
def test_days_has_two_names(server: RunningServer, name: str) -> None:
    made = data(call(server, "POST", PREFIXES[0] + TOKENS, {"name": "nightly", name: 7}))
    assert (made["expires_in_days"], made["name"]) == (7, "nightly")


@pytest.mark.parametrize("scope", ["calculations,admin", "admin calculations"])
def test_a_token_gets_the_scopes_that_were_asked_for(server: RunningServer, scope: str) -> None:
    made = created(server, scope=scope)
    assert made["scope"] == "calculations,admin"
    verify = call(server, "GET", PREFIXES[0] + TOKENS, presented=made["service_token"])
    assert verify.status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": -1}, "days"),
        ({"days": 3651}, "days"),
        ({"days": None}, "days"),
        ({"days": True}, "days"),
        ({"days": 1.5}, "days"),
        ({"days": 30.0}, "days"),
        ({"days": "30"}, "days"),
        ({"days": 10**30}, "days"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"scope": ""}, "scope"),
        ({"scope": "root"}, "scope"),
        ({"scope": "calculations,root"}, "scope"),
        ({"scope": None}, "scope"),
        ({"scope": ["admin"]}, "scope"),
        ({"scope": "x" * 10_000}, "scope"),
        ({"eternal": "yes"}, "eternal"),
        ({"eternal": 1}, "eternal"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": 7}, "name"),
        ([], "body"),
        ("text", "body"),
        (7, "body"),
    ],
)
def test_a_body_that_is_wrong_is_422_with_its_field(
    server: RunningServer, body: Any, field: str
) -> None:
    before = len(listed(server))
    refused = call(server, "POST", PREFIXES[0] + TOKENS, body)
    assert refused.status_code == 422, refused.text
    assert refused.json()["error"]["details"]["field"] == field
    assert len(listed(server)) == before


def test_a_body_is_required(server: RunningServer) -> None:
    assert server.post(PREFIXES[0] + TOKENS, data=b"", scopes=("admin",)).status_code == 422


def test_fields_that_nobody_reads_are_ignored(server: RunningServer) -> None:
    made = created(server, user_id=str(uuid4()), is_superuser=True, token_id=str(uuid4()))
    assert claims_of(made["service_token"])["sub"] == SERVICE_USER


def test_nobody_gives_a_scope_that_he_has_not(server: RunningServer) -> None:
    path = PREFIXES[0] + TOKENS
    refused = call(server, "POST", path, {"scope": "calculations"}, presented=token("admin"))
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "PERMISSION_DENIED"
    assert call(server, "POST", path, {"scope": "admin"}, presented=token("admin")).ok


def test_an_eternal_token_needs_the_setting(server: RunningServer) -> None:
    refused = call(server, "POST", PREFIXES[0] + TOKENS, {"eternal": True})
    assert refused.status_code == 403
    assert "NOCTURNA_ALLOW_ETERNAL_TOKENS" in refused.json()["detail"]


def test_an_eternal_token_never_ends(generous: RunningServer) -> None:
    made = created(generous, eternal=True, days=5)
    assert made["expires_in_days"] == 36_500
    assert "exp" not in claims_of(made["service_token"])
    assert datetime.fromisoformat(made["expires_at"]).year > 2100
    assert accepted(generous, made["service_token"]) == 200
    row = next(row for row in listed(generous) if row["id"] == made["token_id"])
    assert (row["is_expired"], row["is_active"], row["state"]) == (False, True, "unknown")
    assert row["days_until_expiry"] == 36_500
    own = created(generous, PREFIXES[1], eternal=True)
    assert own["expires_at"] is None
    row = next(row for row in listed(generous, PREFIXES[1]) if row["id"] == own["token_id"])
    assert (row["expires_at"], row["days_until_expiry"]) == (None, None)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", TOKENS), ("GET", TOKENS), ("DELETE", f"{TOKENS}/{NOBODY_HAS_IT}")],
)
def test_only_an_administrator_may(
    server: RunningServer, prefix: str, method: str, path: str
) -> None:
    refused = call(server, method, prefix + path, {}, presented=token("calculations"))
    assert refused.status_code == 403
    assert "Admin privileges required" in refused.json()["detail"]
    for nobody in ("", "nonsense"):
        refused = call(server, method, prefix + path, {"days": 0}, presented=nobody)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_the_list_has_what_clients_of_the_public_api_read(server: RunningServer) -> None:
    made = created(server, days=5, name="backend")
    newest = listed(server)[0]
    assert newest["id"] == made["token_id"]
    assert newest["user_id"] == SERVICE_USER
    assert (newest["name"], newest["scope"]) == ("backend", "calculations")
    assert newest["last_used_at"] is None
    assert newest["is_expired"] is False
    assert newest["days_until_expiry"] == 4
    assert newest["is_active"] is True
    assert newest["state"] == "expiring_soon"
    created_at = datetime.fromisoformat(newest["created_at"])
    assert created_at.tzinfo is None
    assert timedelta(4) < datetime.fromisoformat(newest["expires_at"]) - created_at
    assert "service_token" not in newest
    assert "token_digest" not in newest


def test_pages_lead_through_all_tokens(server: RunningServer) -> None:
    made = [created(server)["token_id"] for _ in range(3)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = data(call(server, "GET", f"{PREFIXES[1]}{TOKENS}?limit=2{cursor}"))
        assert 1 <= len(page["service_tokens"]) <= 2
        seen += [row["id"] for row in page["service_tokens"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor'].rstrip('=')}"
    assert seen[:3] == made[::-1]
    assert len(seen) == len(set(seen))


def cursor_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=x",
        "cursor=",
        "cursor=%00",
        "cursor=é",
        f"cursor={'A' * 300}",
        f"cursor={cursor_of('1 2')}",
        f"cursor={cursor_of(f'0001-01-01T00:00:00+14:00 {NOBODY_HAS_IT}')}",
        f"cursor={cursor_of(f'now {NOBODY_HAS_IT}')}",
    ],
)
def test_a_page_that_is_none_is_422(server: RunningServer, query: str) -> None:
    refused = call(server, "GET", f"{PREFIXES[1]}{TOKENS}?{query}")
    assert refused.status_code == 422
    assert refused.json()["error"]["details"]["field"] == f"query.{query.partition('=')[0]}"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_revoked_token_is_refused_at_once(server: RunningServer, prefix: str) -> None:
    made = created(server, prefix)
    secret, path = made["service_token"], f"{prefix}{TOKENS}/{made['token_id']}"
    access = data(call(server, "POST", f"{prefix}/service-token/refresh", presented=secret))
    assert accepted(server, secret) == accepted(server, access["access_token"]) == 200
    revoked = data(call(server, "DELETE", path))
    assert revoked["success"] is True
    assert made["token_id"] in revoked["message"]
    assert accepted(server, secret) == accepted(server, access["access_token"]) == 401
    again = call(server, "POST", f"{prefix}/service-token/refresh", presented=secret)
    assert again.status_code == 401
    gone = call(server, "DELETE", path)
    assert gone.status_code == 404
    assert "not found" in gone.json()["detail"]


def test_a_revoked_token_stays_in_our_own_list_only(server: RunningServer) -> None:
    token_id = created(server)["token_id"]
    call(server, "DELETE", f"{PREFIXES[0]}{TOKENS}/{token_id}")
    assert token_id not in {row["id"] for row in listed(server)}
    row = next(row for row in listed(server, PREFIXES[1]) if row["id"] == token_id)
    assert (row["state"], row["is_active"], row["is_expired"]) == ("revoked", False, False)


@pytest.mark.parametrize(
    "token_id", ["x", "0", str(UUID(int=0)), "%00", "'%20OR%20true--", "é" * 500, "-" * 36]
)
def test_what_is_no_token_is_404(server: RunningServer, token_id: str) -> None:
    for method, path in (("DELETE", ""), ("POST", "/rotate")):
        refused = call(server, method, f"{PREFIXES[1]}{TOKENS}/{token_id}{path}")
        assert refused.status_code == 404
        assert "not found" in refused.json()["detail"]
        assert len(refused.json()["detail"]) < 200


def test_a_rotated_token_goes_on_beside_its_successor(server: RunningServer) -> None:
    old = created(server, scope="calculations,admin", days=90, name="backend")
    path = f"{PREFIXES[1]}{TOKENS}/{old['token_id']}/rotate"
    new = data(call(server, "POST", path))
    assert new["replaces"] == old["token_id"]
    assert (new["scope"], new["name"], new["expires_in_days"]) == (
        *("calculations,admin", "backend"),
        90,
    )
    assert accepted(server, old["service_token"]) == accepted(server, new["service_token"]) == 200
    row = next(row for row in listed(server, PREFIXES[1]) if row["id"] == old["token_id"])
    assert row["expires_at"] == new["replaced_ends_at"]
    assert row["days_until_expiry"] == 0
    again = call(server, "POST", path)
    assert again.status_code == 409
    assert new["token_id"] in again.json()["detail"]


def test_rotation_gives_no_scope_that_the_caller_lacks(server: RunningServer) -> None:
    old = created(server, scope="calculations,admin")
    path = f"{PREFIXES[1]}{TOKENS}/{old['token_id']}/rotate"
    assert call(server, "POST", path, presented=token("admin")).status_code == 403


def test_a_token_can_rotate_itself(server: RunningServer) -> None:
    old = created(server, scope="admin")
    path = f"{PREFIXES[1]}{TOKENS}/{old['token_id']}/rotate"
    assert data(call(server, "POST", path, presented=old["service_token"]))["service_token"]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("scope", ["calculations", "admin", "calculations,admin"])
def test_a_service_token_gets_an_access_token(
    server: RunningServer, prefix: str, scope: str
) -> None:
    secret = created(server, scope=scope)["service_token"]
    told = data(call(server, "POST", f"{prefix}/service-token/refresh", presented=secret))
    assert set(told) == {"access_token", "refresh_token", "expires_in", "token_type"}
    assert told["refresh_token"] == secret
    assert (told["expires_in"], told["token_type"]) == (ACCESS_SECONDS, "bearer")
    claims = claims_of(told["access_token"])
    assert (claims["type"], claims["scope"]) == ("access", scope)


def test_a_refresh_is_seen_at_once_as_the_last_use(server: RunningServer) -> None:
    made = created(server)
    path = f"{PREFIXES[0]}/service-token/refresh"
    data(call(server, "POST", path, presented=made["service_token"]))
    row = next(row for row in listed(server) if row["id"] == made["token_id"])
    assert row["last_used_at"] >= row["created_at"]


def forged(**claims: Any) -> str:
    values: dict[str, Any] = {
        "subject": SERVICE_USER,
        "kind": Kind.SERVICE,
        "scopes": frozenset({"calculations"}),
        "token_id": str(uuid4()),
        "session_id": None,
        "issued_at": 1_700_000_000.0,
        "expires_at": 4_000_000_000.0,
        **claims,
    }
    return issue(SigningKeys(SECRET, (SECRET,)), Claims(**values))


@pytest.mark.parametrize(
    "presented",
    [
        "",
        "nonsense",
        str(uuid4()),
        forged(),
        forged(token_id=None),
        forged(kind=Kind.ACCESS),
        forged(kind=Kind.ACCESS, token_id=None),
        forged(expires_at=1_700_000_001.0),
        token("calculations", now=1_700_000_000.0, days=1),
    ],
    ids=[
        *("none", "no token", "opaque", "no row", "no id", "access without row", "of a user"),
        *("expired without row", "expired"),
    ],
)
def test_anything_else_gets_no_access_token(server: RunningServer, presented: str) -> None:
    for prefix in PREFIXES:
        path = f"{prefix}/service-token/refresh"
        refused = call(server, "POST", path, presented=presented)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert isinstance(refused.json()["detail"], str)


def test_a_derived_access_token_gets_no_other_one(server: RunningServer) -> None:
    path = f"{PREFIXES[0]}/service-token/refresh"
    secret = created(server)["service_token"]
    access = data(call(server, "POST", path, presented=secret))["access_token"]
    assert call(server, "POST", path, presented=access).status_code == 401


def test_an_expired_token_is_told_that_it_has_expired(server: RunningServer) -> None:
    old = token("calculations", now=1_700_000_000.0, days=1)
    refused = call(server, "POST", f"{PREFIXES[0]}/service-token/refresh", presented=old)
    assert refused.json()["error"]["code"] == "TOKEN_EXPIRED"
    assert "expired" in refused.json()["detail"]


def test_no_log_line_holds_a_secret(server: RunningServer) -> None:
    made = created(server)
    secret = made["service_token"]
    access = data(call(server, "POST", f"{PREFIXES[0]}/service-token/refresh", presented=secret))
    call(server, "DELETE", f"{PREFIXES[0]}{TOKENS}/{made['token_id']}")
    call(server, "DELETE", f"{PREFIXES[0]}{TOKENS}/{secret}")
    lines = str(server.lines)
    assert secret not in lines
    assert access["access_token"] not in lines

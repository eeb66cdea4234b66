"""Tokens that are forged, stolen, over, or of the wrong kind: none opens anything."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
import requests

from tests.security.attacks import (
    ADMIN,
    DAY,
    DIGESTS,
    LEGACY,
    OURS,
    PREFIXES,
    assert_refused,
    bearer,
    claims,
    forged,
    logged_in,
    packed_bytes,
    query,
    send,
    unsigned,
)
from tests.server import LONG_ENOUGH, SECRET, RunningServer, token
from tests.web.people import PASSWORD, Person, call, data, person

DOORS = (
    ("GET", f"{LEGACY}/me"),
    ("GET", "/api/v1/users/me/preferences"),
)
"""What an access token for calculations opens."""
ANOTHER_KEY = "another-key-of-more-than-thirty-two-characters"
PUBLIC_TEXT = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----
"""
TRIES = 10
"""Times that a revocation must win the race against the next request."""


def knock(server: RunningServer, presented: str) -> list[requests.Response]:
    return [call(server, method, path, presented=presented) for method, path in DOORS]


def assert_opens_nothing(server: RunningServer, presented: str) -> None:
    for reply in knock(server, presented):
        assert_refused(reply)
    for prefix in PREFIXES:
        assert_refused(call(server, "POST", f"{prefix}/service-token/refresh", None, presented))


def assert_opens(server: RunningServer, presented: str) -> None:
    assert [reply.status_code for reply in knock(server, presented)] == [200] * len(DOORS)


def test_the_token_that_forgeries_are_made_of_is_good(attacked: RunningServer) -> None:
    assert_opens(attacked, forged())


NONE_HEADERS: tuple[dict[str, Any], ...] = (
    {"alg": "none", "typ": "JWT"},
    {"alg": "None"},
    {"alg": "NONE"},
    {"alg": "nOnE"},
    {"alg": "none "},
    {"alg": "none\0"},
    {"alg": ""},
    {"alg": None},
    {"alg": False},
    {"alg": 0},
    {"alg": []},
    {"alg": ["none"]},
    {"alg": ["HS256"]},
    {"alg": {"HS256": "none"}},
    {"typ": "JWT"},
    {"alg": "HS256"},
    {"ALG": "HS256"},
    {"alg": "HS256", "Alg": "none"},
    {},
)


@pytest.mark.parametrize("header", NONE_HEADERS, ids=repr)
@pytest.mark.parametrize("signature", ["", "AA", "x" * 43, "=", "."])
def test_a_token_without_a_signature_opens_nothing(
    attacked: RunningServer, header: dict[str, Any], signature: str
) -> None:
    assert_refused(call(attacked, "GET", f"{OURS}/me", None, unsigned(header, signature)))


def test_a_token_without_its_last_part_opens_nothing(attacked: RunningServer) -> None:
    head, content, signature = forged().split(".")
    for text in (
        f"{head}.{content}",
        f"{head}.{content}.",
        f"{head}..{signature}",
        f".{content}.{signature}",
        f"{head}.{content}.{signature[:-4]}",
        f"{head}.{content}.{signature}.{signature}",
        f"{head}.{content}.{signature}.",
        content,
        "..",
        ".",
        "",
    ):
        reply = attacked.get(f"{OURS}/me", headers=bearer(text), scopes=())
        assert_refused(reply)


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "None"}, {"alg": None}, {}], ids=repr)
def test_even_the_right_signature_does_not_help_another_algorithm(
    attacked: RunningServer, header: dict[str, Any]
) -> None:
    assert_opens_nothing(attacked, forged(header))


@pytest.mark.parametrize(
    "key", [ANOTHER_KEY, "", " ", SECRET[:-1], f"{SECRET}\n", SECRET.upper(), "secret", "\0"]
)
def test_a_token_of_another_key_opens_nothing(attacked: RunningServer, key: str) -> None:
    assert_opens_nothing(attacked, forged(key=key))


def test_a_token_that_was_changed_opens_nothing(attacked: RunningServer) -> None:
    head, content, signature = forged().split(".")
    for changed in (
        forged(content=claims(scope="calculations,admin")).split(".")[1],
        forged(content=claims(exp=None)).split(".")[1],
        f"{content[:-2]}AA",
    ):
        assert_opens_nothing(attacked, f"{head}.{changed}.{signature}")
    other = forged({"typ": "JWT", "alg": "HS256"}).split(".")[0]
    assert_opens_nothing(attacked, f"{other}.{content}.{signature}")


@pytest.mark.parametrize(
    "algorithm", ["RS256", "RS512", "PS256", "ES256", "EdDSA", "hs256", "HMAC"]
)
@pytest.mark.parametrize("key", [SECRET, PUBLIC_TEXT], ids=["our key", "a public key"])
def test_hmac_under_the_name_of_another_algorithm_opens_nothing(
    attacked: RunningServer, algorithm: str, key: str
) -> None:
    assert_opens_nothing(attacked, forged({"alg": algorithm, "typ": "JWT"}, key=key))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_our_key_with_another_digest_opens_nothing(attacked: RunningServer, algorithm: str) -> None:
    assert_opens_nothing(attacked, forged({"alg": algorithm}, digest=DIGESTS[algorithm]))


@pytest.mark.parametrize(("algorithm", "length"), [("RS256", 256), ("PS256", 256), ("ES256", 64)])
def test_a_signature_that_only_a_strange_key_could_check_opens_nothing(
    attacked: RunningServer, algorithm: str, length: int
) -> None:
    for header in ({"alg": algorithm}, {"alg": algorithm, "kid": PUBLIC_TEXT}):
        presented = unsigned(header, packed_bytes(b"\x5a" * length))
        assert_opens_nothing(attacked, presented)


def test_the_text_of_a_public_key_is_no_key(attacked: RunningServer) -> None:
    for key in (PUBLIC_TEXT, PUBLIC_TEXT.strip(), PUBLIC_TEXT.replace("\n", "")):
        assert_opens_nothing(attacked, forged(key=key))


KEY_HEADERS: tuple[dict[str, Any], ...] = (
    {"kid": "../../../../dev/null"},
    {"kid": "' UNION SELECT 'x' --"},
    {"kid": "secret_key"},
    {"kid": {"$ne": None}},
    {"kid": 0},
    {"jku": "http://127.0.0.1:1/keys.json"},
    {"x5u": "http://127.0.0.1:1/certificate.pem"},
    {"jwk": {"kty": "oct", "alg": "HS256", "k": packed_bytes(ANOTHER_KEY.encode())}},
    {"x5c": [base64.b64encode(b"certificate").decode()]},
    {"crit": ["exp"]},
    {"crit": []},
    {"b64": False},
    {"zip": "DEF"},
    {"cty": "JWT"},
)


@pytest.mark.parametrize("more", KEY_HEADERS, ids=repr)
@pytest.mark.parametrize("key", [ANOTHER_KEY, "", "\0"], ids=repr)
def test_no_header_brings_its_own_key(
    attacked: RunningServer, more: dict[str, Any], key: str
) -> None:
    header = {"alg": "HS256", "typ": "JWT", **more}
    assert_refused(call(attacked, "GET", f"{OURS}/me", None, forged(header, key=key)))


@pytest.mark.parametrize(
    "more", [{"crit": ["unknown"]}, {"crit": ["b64"], "b64": False}, {"b64": False}], ids=repr
)
def test_what_must_be_understood_and_is_not_is_refused(
    attacked: RunningServer, more: dict[str, Any]
) -> None:
    assert_opens_nothing(attacked, forged({"alg": "HS256", **more}))


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "refresh"},
        {"type": "service"},
        {"type": None},
        {"type": ["access"]},
        {"sub": None},
        {"sub": 5},
        {"sub": "' OR 1=1 --"},
        {"sub": "deadbeef-0000-4000-8000-000000000000"},
        {"scope": None},
        {"scope": ["admin"]},
        {"token_id": "'; --"},
        {"token_id": "deadbeef-0000-4000-8000-000000000000"},
        {"sid": "deadbeef-0000-4000-8000-000000000000", "token_id": None},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": -1},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"exp": True},
        {"aud": "another-service"},
    ],
    ids=repr,
)
def test_even_signed_claims_are_checked(attacked: RunningServer, changes: dict[str, Any]) -> None:
    assert_refused(call(attacked, "GET", f"{OURS}/me", None, forged(content=claims(**changes))))


@pytest.mark.parametrize("scope", ["admin", "calculations,admin", "calculations admin superuser"])
def test_a_claimed_scope_is_no_more_than_the_stored_one(
    attacked: RunningServer, scope: str
) -> None:
    presented = forged(content=claims(scope=scope))
    reply = call(attacked, "GET", f"{OURS}/admin/verify", None, presented)
    assert reply.status_code == 403, reply.text


@pytest.mark.parametrize("ago", [1, 60, DAY, 400 * DAY])
def test_an_expired_token_opens_nothing_and_hears_that_it_has_expired(
    attacked: RunningServer, ago: int
) -> None:
    now = int(time.time())
    old = token("calculations", days=1, now=now - DAY - ago)
    for presented in (old, forged(content=claims(iat=now - DAY * 401, exp=now - ago))):
        for reply in knock(attacked, presented):
            assert_refused(reply)
            assert "expired" in reply.json()["detail"]
            assert "expired" in reply.json()["error"]["message"]
            assert reply.json()["error"]["code"] == "TOKEN_EXPIRED"
        assert_opens_nothing(attacked, presented)


def test_a_service_token_whose_row_is_over_has_expired_too(attacked: RunningServer) -> None:
    made = service_token(attacked)
    query(
        attacked,
        "UPDATE service_tokens SET expires_at = now() - interval '1 second' WHERE id = $1",
        made["token_id"],
    )
    for reply in knock(attacked, made["service_token"]):
        assert_refused(reply)


@pytest.mark.parametrize("ahead", [30, 3600, 10 * DAY])
def test_a_token_that_is_not_valid_yet_opens_nothing(attacked: RunningServer, ahead: int) -> None:
    now = int(time.time())
    assert_opens(attacked, forged(content=claims(nbf=now - 1)))
    early = claims(nbf=now + ahead, exp=now + ahead + 900)
    assert_opens_nothing(attacked, forged(content=early))


@pytest.mark.parametrize("not_before", ["soon", [], {}, True, float("nan"), -5, 1e300], ids=repr)
def test_a_beginning_that_is_no_time_opens_nothing(
    attacked: RunningServer, not_before: Any
) -> None:
    assert_opens_nothing(attacked, forged(content=claims(nbf=not_before)))


def service_token(server: RunningServer, scope: str = "calculations") -> dict[str, Any]:
    body = {"days": 7, "scope": scope, "name": "of an attack"}
    made: dict[str, Any] = data(call(server, "POST", f"{OURS}/admin/service-tokens", body))
    return made


def derived(server: RunningServer, secret: str) -> str:
    reply = call(server, "POST", f"{OURS}/service-token/refresh", None, secret)
    access: str = data(reply)["access_token"]
    return access


def test_a_revoked_service_token_opens_nothing_from_that_moment_on(
    attacked: RunningServer,
) -> None:
    for _ in range(TRIES):
        made = service_token(attacked)
        secret = made["service_token"]
        access = derived(attacked, secret)
        assert call(attacked, "GET", f"{OURS}/me", None, access).status_code == 200
        assert call(attacked, "GET", f"{OURS}/me", None, secret).status_code == 200
        path = f"{OURS}/admin/service-tokens/{made['token_id']}"
        assert call(attacked, "DELETE", path).status_code == 200
        assert_refused(call(attacked, "GET", f"{OURS}/me", None, secret))
        assert_refused(call(attacked, "GET", f"{OURS}/me", None, access))
        assert_refused(call(attacked, "POST", f"{OURS}/service-token/refresh", None, secret))


def test_a_revocation_is_in_force_once_it_is_answered_whoever_asks_meanwhile(
    attacked: RunningServer,
) -> None:
    made, revoked = service_token(attacked), threading.Event()

    def keep_asking(_: int) -> list[int]:
        """What is answered to requests that were sent after the revocation."""
        late: list[int] = []
        with requests.Session() as session:
            while len(late) < TRIES:
                was_revoked = revoked.is_set()
                headers = bearer(made["service_token"])
                reply = send(attacked, session, "GET", f"{OURS}/me", headers=headers)
                late += [reply.status_code] if was_revoked else []
        return late

    with ThreadPoolExecutor(4) as crowd:
        found = crowd.map(keep_asking, range(4))
        path = f"{OURS}/admin/service-tokens/{made['token_id']}"
        status = call(attacked, "DELETE", path).status_code
        revoked.set()
    assert status == 200
    assert {status for late in found for status in late} == {401}


def _log_out(mine: Person, tokens: dict[str, Any]) -> None:
    path = f"{OURS}/logout?refresh_token={tokens['refresh_token']}"
    assert call(mine.server, "POST", path, presented="").status_code == 200


def _log_out_legacy(mine: Person, tokens: dict[str, Any]) -> None:
    path = f"{LEGACY}/logout?refresh_token={tokens['refresh_token']}"
    assert call(mine.server, "POST", path, presented="").status_code == 200


def _log_out_everywhere(mine: Person, _: dict[str, Any]) -> None:
    assert mine.call("POST", f"{OURS}/logout-everywhere").status_code == 200


def _end_session(mine: Person, tokens: dict[str, Any]) -> None:
    session = jwt.decode(tokens["access_token"], options={"verify_signature": False})["sid"]
    assert mine.call("DELETE", f"{OURS}/sessions/{session}").status_code == 204


def _change_password(mine: Person, _: dict[str, Any]) -> None:
    body = {"current_password": PASSWORD, "new_password": "a new and longer one"}
    assert mine.call("POST", "/api/v1/users/me/password", body).status_code == 200


def _disable(mine: Person, _: dict[str, Any]) -> None:
    path = f"/api/v1/admin/users/{mine.id}"
    assert call(mine.server, "PATCH", path, {"is_active": False}).status_code == 200


def _withdraw_approval(mine: Person, _: dict[str, Any]) -> None:
    path = f"/api/v1/admin/users/{mine.id}"
    assert call(mine.server, "PATCH", path, {"is_approved": False}).status_code == 200


def _delete(mine: Person, _: dict[str, Any]) -> None:
    assert call(mine.server, "DELETE", f"/api/v1/admin/users/{mine.id}").status_code == 204


def _erase(mine: Person, _: dict[str, Any]) -> None:
    assert mine.call("DELETE", "/api/v1/users/me", {"password": PASSWORD}).status_code == 204


@pytest.mark.parametrize(
    "end",
    [
        _log_out,
        _log_out_legacy,
        _log_out_everywhere,
        _end_session,
        _change_password,
        _disable,
        _withdraw_approval,
        _delete,
        _erase,
    ],
)
def test_a_login_that_has_ended_opens_nothing_from_that_moment_on(
    attacked: RunningServer, end: Callable[[Person, dict[str, Any]], None]
) -> None:
    for _ in range(2):
        mine = person(attacked)
        tokens = logged_in(attacked, mine.username)
        assert_opens(attacked, tokens["access_token"])
        end(mine, tokens)
        assert_refused(call(attacked, "GET", f"{OURS}/me", None, tokens["access_token"]))
        assert_opens_nothing(attacked, tokens["access_token"])
        for prefix in PREFIXES:
            path = f"{prefix}/refresh?refresh_token={tokens['refresh_token']}"
            assert_refused(call(attacked, "POST", path, presented=""))


def test_rights_that_were_taken_away_are_gone_at_once(attacked: RunningServer) -> None:
    person(attacked, is_superuser=True)  # the last one could not lose it
    for _ in range(5):
        mine = person(attacked, is_superuser=True)
        assert mine.call("GET", f"{OURS}/admin/verify").status_code == 200
        path = f"/api/v1/admin/users/{mine.id}"
        assert call(attacked, "PATCH", path, {"is_superuser": False}).status_code == 200
        assert mine.call("GET", f"{OURS}/admin/verify").status_code == 403


def test_a_service_token_ends_with_the_rights_and_the_account_of_its_owner(
    attacked: RunningServer,
) -> None:
    person(attacked, is_superuser=True)  # the last one could not lose it
    owner = person(attacked, is_superuser=True)
    body = {"days": 7, "scope": "calculations,admin"}
    secret = data(owner.call("POST", f"{OURS}/admin/service-tokens", body))["service_token"]
    access = derived(attacked, secret)
    path = f"/api/v1/admin/users/{owner.id}"
    for change, status in (({"is_superuser": False}, 403), ({"is_active": False}, 401)):
        for presented in (secret, access):
            assert call(attacked, "GET", f"{LEGACY}/me", None, presented).status_code == 200
        assert call(attacked, "PATCH", path, change).status_code == 200
        for presented in (secret, access):
            reply = call(attacked, "GET", f"{OURS}/admin/verify", None, presented)
            assert reply.status_code == status
    assert_opens_nothing(attacked, secret)
    assert_opens_nothing(attacked, access)


def refresh_with(server: RunningServer, prefix: str, presented: str) -> list[requests.Response]:
    """The answers to a token at /refresh, in the query and in the body."""
    url = f"{server.url}{prefix}/refresh"
    return [
        requests.post(url, params={"refresh_token": presented}, timeout=LONG_ENOUGH),
        requests.post(url, json={"refresh_token": presented}, timeout=LONG_ENOUGH),
    ]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_service_token_is_no_refresh_token(attacked: RunningServer, prefix: str) -> None:
    for scopes in (("calculations",), ADMIN):
        for reply in refresh_with(attacked, prefix, token(*scopes)):
            assert_refused(reply)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_access_token_is_no_refresh_token(attacked: RunningServer, prefix: str) -> None:
    tokens = logged_in(attacked, person(attacked).username)
    for presented in (tokens["access_token"], derived(attacked, token("calculations"))):
        for reply in refresh_with(attacked, prefix, presented):
            assert_refused(reply)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_refresh_token_is_no_bearer_token(attacked: RunningServer, prefix: str) -> None:
    tokens = logged_in(attacked, person(attacked).username, prefix)
    assert_opens_nothing(attacked, tokens["refresh_token"])


@pytest.mark.parametrize("prefix", PREFIXES)
def test_only_a_service_token_makes_access_tokens_without_a_login(
    attacked: RunningServer, prefix: str
) -> None:
    tokens = logged_in(attacked, person(attacked).username)
    for presented in (
        derived(attacked, token("calculations")),
        tokens["access_token"],
        tokens["refresh_token"],
        "",
    ):
        reply = call(attacked, "POST", f"{prefix}/service-token/refresh", None, presented)
        assert_refused(reply)


def test_an_access_token_may_do_no_more_than_what_it_was_derived_from(
    attacked: RunningServer,
) -> None:
    access = derived(attacked, service_token(attacked)["service_token"])
    assert call(attacked, "GET", f"{OURS}/admin/verify", None, access).status_code == 403


def test_a_refresh_token_that_is_used_twice_ends_its_whole_family(
    attacked: RunningServer,
) -> None:
    mine = person(attacked)
    first = logged_in(attacked, mine.username)
    path = f"{OURS}/refresh"
    second = data(
        call(attacked, "POST", path, {"refresh_token": first["refresh_token"]}, presented="")
    )
    assert second["refresh_token"] != first["refresh_token"]
    assert_opens(attacked, second["access_token"])
    for _ in range(2):
        for stolen in (first, second):
            body = {"refresh_token": stolen["refresh_token"]}
            assert_refused(call(attacked, "POST", path, body, presented=""))
    for tokens in (first, second):
        assert_opens_nothing(attacked, tokens["access_token"])
    assert mine.call("GET", f"{OURS}/me").status_code == 200, "another login of theirs goes on"

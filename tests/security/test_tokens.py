"""Service tokens: what they claim, and everything that must not pass for one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from typing import Any

import jwt
import pytest

from app.errors import InvalidInput, TokenExpired, Unauthenticated
from app.security.secrets import SigningKeys
from app.security.tokens import (
    LONGEST_TOKEN,
    MOST_DAYS,
    Scope,
    TokenVerifier,
    create_service_token,
    principal_of,
)

KEY = "k" * 48
OLD_KEY = "o" * 48
KEYS = SigningKeys(KEY, (KEY,))
NOW = 1_800_000_000.0
DAY = 86_400
CLAIMS: dict[str, Any] = {
    "sub": "service",
    "type": "service",
    "scope": "calculations",
    "token_id": "1",
    "jti": "1",
    "iat": NOW,
    "exp": NOW + DAY,
}


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def signed(payload: str, key: str = KEY, header: str = '{"alg":"HS256","typ":"JWT"}') -> str:
    """A token of any text as payload and header, signed with HMAC and SHA-256."""
    unsigned = f"{encoded(header.encode())}.{encoded(payload.encode())}"
    mac = hmac.new(key.encode(), unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{encoded(mac)}"


def claiming(**changes: Any) -> str:
    return signed(json.dumps({**CLAIMS, **changes}))


def without(claim: str) -> str:
    return signed(json.dumps({name: value for name, value in CLAIMS.items() if name != claim}))


def with_literal(claim: str, text: str) -> str:
    """A token whose claim is written just so, as no JSON library would."""
    rest = json.dumps({name: value for name, value in CLAIMS.items() if name != claim})
    return signed(f'{rest[:-1]}, "{claim}": {text}}}')


def claims_of(token: str) -> Mapping[str, Any]:
    claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_a_service_token_has_the_claims_of_the_public_api_and_those_it_lacked() -> None:
    token = create_service_token(KEYS, days=30, scopes=("calculations",), now=NOW + 0.9)
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    claims = claims_of(token)
    assert set(claims) == {"sub", "type", "scope", "token_id", "jti", "iat", "exp"}
    assert claims["type"] == "service"
    assert claims["scope"] == "calculations"
    assert claims["iat"] == NOW
    assert claims["exp"] == NOW + 30 * DAY
    assert claims["jti"] == claims["token_id"] == str(uuid.UUID(claims["token_id"]))
    assert isinstance(claims["sub"], str)


def test_every_token_has_an_id_of_its_own() -> None:
    made = [create_service_token(KEYS, days=1, scopes=("admin",), now=NOW) for _ in range(20)]
    assert len({claims_of(token)["jti"] for token in made}) == 20


def test_a_token_speaks_for_who_it_was_made_for() -> None:
    token = create_service_token(KEYS, days=2, scopes=("calculations", "admin"), now=NOW)
    principal = principal_of(token, KEYS, NOW)
    assert principal.scopes == {"calculations", "admin"}
    assert principal.kind == "service"
    assert principal.expires_at == NOW + 2 * DAY
    assert principal.token_id == claims_of(token)["token_id"]


@pytest.mark.parametrize("days", [0, -1, MOST_DAYS + 1, 10**9])
def test_a_life_out_of_range_is_refused(days: int) -> None:
    with pytest.raises(InvalidInput, match=rf"days must be within 1\.\.{MOST_DAYS}, got {days}"):
        create_service_token(KEYS, days=days, scopes=("admin",), now=NOW)


@pytest.mark.parametrize("scope", ["", "root", "Calculations", "admin ", "calculations,admin"])
def test_an_unknown_scope_is_refused(scope: str) -> None:
    with pytest.raises(InvalidInput, match=f"scope must be one of {', '.join(Scope)}"):
        create_service_token(KEYS, days=1, scopes=("admin", scope), now=NOW)


def test_a_token_holds_until_the_very_second_it_expires() -> None:
    token = claiming()
    assert principal_of(token, KEYS, NOW + DAY - 0.001).subject == "service"
    with pytest.raises(TokenExpired, match="expired"):
        principal_of(token, KEYS, NOW + DAY)


def test_a_token_that_begins_later_is_not_valid_yet() -> None:
    token = claiming(nbf=NOW + 10)
    with pytest.raises(Unauthenticated, match="not valid yet"):
        principal_of(token, KEYS, NOW)
    assert principal_of(token, KEYS, NOW + 10).subject == "service"


def test_a_token_without_signature_is_refused() -> None:
    for algorithm in ("none", "None", "NONE", "nOnE"):
        header = encoded(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
        payload = encoded(json.dumps(CLAIMS).encode())
        for token in (f"{header}.{payload}.", f"{header}.{payload}", signed(payload, header="{}")):
            with pytest.raises(Unauthenticated):
                principal_of(token, KEYS, NOW)


def test_a_token_of_pyjwt_without_algorithm_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        principal_of(jwt.encode(CLAIMS, None, "none"), KEYS, NOW)


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_with_our_key_is_refused(algorithm: str) -> None:
    with pytest.raises(Unauthenticated):
        principal_of(jwt.encode(CLAIMS, KEY * 2, algorithm), SigningKeys(KEY * 2, (KEY * 2,)), NOW)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "PS256", "EdDSA", "HS512", "HS256 ", ""])
def test_a_header_that_names_another_algorithm_is_refused(algorithm: str) -> None:
    header = json.dumps({"alg": algorithm, "typ": "JWT"})
    with pytest.raises(Unauthenticated):
        principal_of(signed(json.dumps(CLAIMS), header=header), KEYS, NOW)


@pytest.mark.parametrize(
    "header",
    [
        "{}",
        "[]",
        "null",
        '"HS256"',
        '{"alg":null}',
        '{"alg":["HS256"]}',
        '{"alg":{"a":1}}',
        '{"alg":"HS256","kid":7}',
        '{"alg":"HS256"',
        "\x00",
        '{"alg":"HS256","x":' + "[" * 2500,
        '{"alg":"HS256","x":' + "[" * 1400 + "]" * 1400 + "}",
    ],
)
def test_a_strange_header_is_refused(header: str) -> None:
    with pytest.raises(Unauthenticated):
        principal_of(signed(json.dumps(CLAIMS), header=header), KEYS, NOW)


def test_a_key_in_the_header_is_not_believed() -> None:
    mine = "m" * 48
    key = {"kty": "oct", "k": encoded(mine.encode())}
    header = json.dumps({"alg": "HS256", "jwk": key, "jku": "https://evil.example/keys"})
    with pytest.raises(Unauthenticated):
        principal_of(signed(json.dumps(CLAIMS), mine, header), KEYS, NOW)


@pytest.mark.parametrize("key", [OLD_KEY, "", "\x00", KEY[:-1], KEY + "k", KEY.upper()])
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(Unauthenticated):
        principal_of(signed(json.dumps(CLAIMS), key), KEYS, NOW)


def test_a_changed_payload_is_refused() -> None:
    header, _, signature = claiming().split(".")
    payload = encoded(json.dumps({**CLAIMS, "scope": "admin"}).encode())
    with pytest.raises(Unauthenticated):
        principal_of(f"{header}.{payload}.{signature}", KEYS, NOW)


def test_every_changed_character_of_the_signature_is_refused() -> None:
    head, _, signature = claiming().rpartition(".")
    for index in range(len(signature) - 1):  # of the last one, two bits say nothing
        other = "A" if signature[index] != "A" else "B"
        with pytest.raises(Unauthenticated):
            principal_of(f"{head}.{signature[:index]}{other}{signature[index + 1 :]}", KEYS, NOW)


@pytest.mark.parametrize("claim", ["sub", "type", "scope", "exp"])
def test_a_token_without_a_claim_is_refused(claim: str) -> None:
    with pytest.raises(Unauthenticated):
        principal_of(without(claim), KEYS, NOW)


@pytest.mark.parametrize("claim", ["token_id", "jti", "iat"])
def test_claims_that_older_tokens_lack_are_not_required(claim: str) -> None:
    assert principal_of(without(claim), KEYS, NOW).scopes == {"calculations"}


@pytest.mark.parametrize("claim", ["sub", "type", "scope", "token_id", "jti"])
@pytest.mark.parametrize("value", [7, None, True, ["admin"], {"admin": 1}])
def test_a_claim_that_is_no_text_is_refused(claim: str, value: object) -> None:
    with pytest.raises(Unauthenticated):
        principal_of(claiming(**{claim: value}), KEYS, NOW)


@pytest.mark.parametrize("claim", ["exp", "nbf"])
@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "1e300",
        "1" + "0" * 400,
        "-1",
        "true",
        "null",
        "[]",
        "{}",
        '""',
        '"9999999999"',
        '"NaN"',
        '"tomorrow"',
        "253402300800",  # the year 10000
    ],
)
def test_a_time_that_no_calendar_shows_is_refused(claim: str, text: str) -> None:
    with pytest.raises(Unauthenticated):
        principal_of(with_literal(claim, text), KEYS, NOW)


def test_a_time_with_a_fraction_is_taken() -> None:
    assert principal_of(with_literal("exp", f"{NOW + 0.5}"), KEYS, NOW).expires_at == NOW + 0.5


@pytest.mark.parametrize("payload", ["", "null", "[]", "7", '"service"', "{", "[" * 2000])
def test_a_payload_that_is_no_object_is_refused(payload: str) -> None:
    with pytest.raises(Unauthenticated):
        principal_of(signed(payload), KEYS, NOW)


def test_a_token_for_another_audience_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        principal_of(claiming(aud="another service"), KEYS, NOW)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "...", "a", "a.b", "a.b.c", "\x00", "\u00e9", "\ud800", "a b", "=.=.="]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        principal_of(token, KEYS, NOW)


def test_a_token_of_five_megabytes_is_refused_unread() -> None:
    with pytest.raises(Unauthenticated, match=f"longer than {LONGEST_TOKEN} characters"):
        principal_of("a" * 5_000_000, KEYS, NOW)


def test_a_valid_token_that_is_too_long_is_refused_too() -> None:
    with pytest.raises(Unauthenticated, match="longer than"):
        principal_of(claiming(padding="x" * LONGEST_TOKEN), KEYS, NOW)


def test_a_refusal_never_repeats_the_token() -> None:
    for token in ("secret-token", claiming(exp=0), signed("{}", OLD_KEY)):
        with pytest.raises((Unauthenticated, TokenExpired)) as caught:
            principal_of(token, KEYS, NOW)
        assert token not in caught.value.message


def test_after_a_change_of_key_the_previous_one_still_verifies() -> None:
    changed = SigningKeys(KEY, (KEY, OLD_KEY))
    old = signed(json.dumps(CLAIMS), OLD_KEY)
    assert principal_of(old, changed, NOW).subject == "service"
    assert principal_of(claiming(), changed, NOW).subject == "service"
    with pytest.raises(Unauthenticated):
        principal_of(signed(json.dumps(CLAIMS), "x" * 48), changed, NOW)


def test_after_a_change_of_key_new_tokens_are_signed_with_the_new_one() -> None:
    changed = SigningKeys(KEY, (KEY, OLD_KEY))
    token = create_service_token(changed, days=1, scopes=("admin",), now=NOW)
    assert principal_of(token, KEYS, NOW).scopes == {"admin"}


def test_an_expired_token_of_the_previous_key_is_expired() -> None:
    old = signed(json.dumps(CLAIMS), OLD_KEY)
    with pytest.raises(TokenExpired):
        principal_of(old, SigningKeys(KEY, (KEY, OLD_KEY)), NOW + DAY)


def test_scopes_are_split_at_commas() -> None:
    assert principal_of(claiming(scope=" admin , calculations"), KEYS, NOW).scopes == {
        *("admin", "calculations"),
    }
    assert principal_of(claiming(scope=""), KEYS, NOW).scopes == {""}


def test_a_verified_token_is_not_verified_again(monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = TokenVerifier(KEYS, 10, Clock())
    first = verifier.verify(claiming())

    def fail(*_: object) -> None:
        pytest.fail("verified again")

    monkeypatch.setattr("app.security.tokens.principal_of", fail)
    assert verifier.verify(claiming()) is first


def test_a_remembered_token_expires_all_the_same() -> None:
    clock = Clock()
    verifier = TokenVerifier(KEYS, 10, clock)
    verifier.verify(claiming())
    clock.now = NOW + DAY - 0.001
    assert verifier.verify(claiming()).subject == "service"
    clock.now = NOW + DAY
    for _ in range(2):
        with pytest.raises(TokenExpired):
            verifier.verify(claiming())
    assert len(verifier._known) == 0


def test_no_more_tokens_are_remembered_than_allowed() -> None:
    verifier = TokenVerifier(KEYS, 10, Clock())
    tokens = [claiming(token_id=str(number)) for number in range(50)]
    for token in tokens:
        verifier.verify(token)
    assert list(verifier._known) == tokens[-10:]


def test_the_token_used_longest_ago_is_forgotten_first() -> None:
    verifier = TokenVerifier(KEYS, 2, Clock())
    first, second, third = (claiming(token_id=str(number)) for number in range(3))
    for token in (first, second, first, third):
        verifier.verify(token)
    assert list(verifier._known) == [first, third]


def test_a_refused_token_is_not_remembered() -> None:
    verifier = TokenVerifier(KEYS, 10, Clock())
    for token in ("x", signed("{}"), claiming(exp=NOW - 1)):
        with pytest.raises((Unauthenticated, TokenExpired)):
            verifier.verify(token)
    assert len(verifier._known) == 0


def test_a_token_that_differs_in_its_signature_only_is_not_taken_for_a_remembered_one() -> None:
    verifier = TokenVerifier(KEYS, 10, Clock())
    token = claiming()
    verifier.verify(token)
    with pytest.raises(Unauthenticated):
        verifier.verify(token[:-5])

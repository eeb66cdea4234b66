"""Signed tokens: what they claim, and everything that must not pass for one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jwt
import pytest

from app.errors import RUN, TokenExpired, Unauthenticated
from app.security.secrets import SigningKeys
from app.security.tokens import (
    LONGEST_TOKEN,
    Claims,
    Kind,
    Scope,
    digest_of,
    issue,
    read,
    scope_text,
    scopes_in,
    token_in,
)

KEY = "k" * 48
OLD_KEY = "o" * 48
KEYS = SigningKeys(KEY, (KEY,))
NOW = 1_800_000_000.0
DAY = 86_400
CLAIMS: dict[str, Any] = {
    "sub": "c0ffee00-0000-4000-8000-000000000000",
    "type": "service",
    "scope": "calculations",
    "token_id": "1",
    "jti": "1",
    "iat": NOW,
    "exp": NOW + DAY,
}
HEADER: dict[str, Any] = {"alg": "HS256", "typ": "JWT"}
MINE = Claims(
    subject=CLAIMS["sub"],
    kind=Kind.SERVICE,
    scopes=frozenset({"calculations"}),
    token_id="1",  # noqa: S106 - an id
    session_id=None,
    issued_at=NOW,
    expires_at=NOW + DAY,
)
ALGORITHMS = ("RS256", "RS512", "ES256", "PS256", "EdDSA", "HS384", "HS512", "HS256 ", "hs256", "")
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----
"""


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def signed(payload: str, key: str = KEY, header: str = json.dumps(HEADER)) -> str:
    """A token of any text as payload and header, signed with HMAC and SHA-256."""
    unsigned = f"{encoded(header.encode())}.{encoded(payload.encode())}"
    mac = hmac.new(key.encode(), unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{encoded(mac)}"


def headed(header: str, key: str = KEY) -> str:
    """A good payload under another header."""
    return signed(json.dumps(CLAIMS), key, header)


def with_header(**names: Any) -> str:
    return headed(json.dumps({**HEADER, **names}))


def claiming(**changes: Any) -> str:
    return signed(json.dumps({**CLAIMS, **changes}))


def without(claim: str, **changes: Any) -> str:
    claims = {**CLAIMS, **changes}
    return signed(json.dumps({name: value for name, value in claims.items() if name != claim}))


def with_literal(claim: str, text: str) -> str:
    """A token whose claim is written just so, as no JSON library would."""
    rest = json.dumps({name: value for name, value in CLAIMS.items() if name != claim})
    return signed(f'{rest[:-1]}, "{claim}": {text}}}')


def unsigned(algorithm: str, signature: str = ".") -> str:
    header = encoded(json.dumps({**HEADER, "alg": algorithm}).encode())
    return f"{header}.{encoded(json.dumps(CLAIMS).encode())}{signature}"


def changed_payload() -> str:
    header, _, signature = claiming().split(".")
    payload = encoded(json.dumps({**CLAIMS, "scope": "admin"}).encode())
    return f"{header}.{payload}.{signature}"


def nested() -> str:
    return signed(json.dumps(claiming()), header=json.dumps({**HEADER, "cty": "JWT"}))


def own_key_inside() -> str:
    mine = "m" * 48
    header = {**HEADER, "jwk": {"kty": "oct", "k": encoded(mine.encode())}}
    return headed(json.dumps(header), mine)


def claims_of(token: str) -> Mapping[str, Any]:
    claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def refusal_of(token: str, keys: SigningKeys = KEYS, now: float = NOW) -> str:
    """Why a token is refused, as somebody who is nobody."""
    with pytest.raises(Unauthenticated) as refused:
        read(token, keys, now)
    return refused.value.message


Attack = Callable[[], str]
ATTACKS: dict[str, Attack] = {
    **{f"alg {name}": partial(unsigned, name) for name in ("none", "None", "NONE", "nOnE")},
    "alg none, no last dot": lambda: unsigned("none", ""),
    "alg none, signed all the same": lambda: with_header(alg="none"),
    "alg HS256, no signature": lambda: unsigned("HS256"),
    "alg none of a library": lambda: jwt.encode(CLAIMS, None, "none"),
    **{f"alg {name!r} by HS256": partial(with_header, alg=name) for name in ALGORITHMS},
    "another key": lambda: signed(json.dumps(CLAIMS), OLD_KEY),
    "an empty key": lambda: signed(json.dumps(CLAIMS), ""),
    "a NUL as key": lambda: signed(json.dumps(CLAIMS), "\x00"),
    "a shorter key": lambda: signed(json.dumps(CLAIMS), KEY[:-1]),
    "a longer key": lambda: signed(json.dumps(CLAIMS), KEY + "k"),
    "the key in another case": lambda: signed(json.dumps(CLAIMS), KEY.upper()),
    "a public key as secret": lambda: signed(json.dumps(CLAIMS), PUBLIC_KEY),
    "a key in the header": own_key_inside,
    "a key elsewhere": lambda: headed(
        json.dumps({**HEADER, "jku": "https://evil.example/keys"}), "m" * 48
    ),
    "a certificate elsewhere": lambda: headed(
        json.dumps({**HEADER, "x5u": "https://evil.example/x"}), "m" * 48
    ),
    "a key in a file": lambda: headed(json.dumps({**HEADER, "kid": "/dev/null"}), ""),
    "a key by SQL": lambda: headed(json.dumps({**HEADER, "kid": "' UNION SELECT 'm"}), "m"),
    "a kid that is no text": lambda: with_header(kid=7),
    "a critical extension": lambda: with_header(crit=["exp"], exp=NOW),
    "an unknown critical extension": lambda: with_header(crit=["x"], x=1),
    "an empty list of critical extensions": lambda: with_header(crit=[]),
    "a payload that is not encoded": lambda: with_header(b64=False, crit=["b64"]),
    "no algorithm": lambda: headed('{"typ":"JWT"}'),
    "a header that is a list": lambda: headed("[]"),
    "a header that is null": lambda: headed("null"),
    "a header that is a text": lambda: headed('"HS256"'),
    "an algorithm that is null": lambda: headed('{"alg":null}'),
    "an algorithm that is a list": lambda: headed('{"alg":["HS256"]}'),
    "a header cut off": lambda: headed('{"alg":"HS256"'),
    "a header that is a NUL": lambda: headed("\x00"),
    "a header of brackets": lambda: headed('{"alg":"HS256","x":' + "[" * 2500),
    "a deep header": lambda: headed('{"alg":"HS256","x":' + "[" * 1400 + "]" * 1400 + "}"),
    "another payload under the signature": changed_payload,
    "a token in a token": nested,
    "for another audience": lambda: claiming(aud="another service"),
    "not valid yet": lambda: claiming(nbf=NOW + 1),
    "an eternal access token": lambda: without("exp", type="access"),
    "a service token without a row": lambda: without("token_id"),
    "a kind that there is none of": lambda: claiming(type="refresh"),
    "a kind in capitals": lambda: claiming(type="SERVICE"),
    "a payload that is nothing": lambda: signed(""),
    "a payload that is null": lambda: signed("null"),
    "a payload that is a list": lambda: signed("[]"),
    "a payload that is a number": lambda: signed("7"),
    "a payload that is a text": lambda: signed('"service"'),
    "a payload cut off": lambda: signed("{"),
    "a deep payload": lambda: signed("[" * 2000),
    "nothing": lambda: "",
    "a dot": lambda: ".",
    "two dots": lambda: "..",
    "three dots": lambda: "...",
    "a letter": lambda: "a",
    "three letters": lambda: "a.b.c",
    "a NUL": lambda: "\x00",
    "an accent": lambda: "\u00e9",
    "half a character": lambda: "\ud800",
    "spaces": lambda: " ".join(claiming().split(".")),
    "a space after it": lambda: claiming() + " ",
    "a line break in it": lambda: claiming().replace(".", ".\n", 1),
    "a fourth part": lambda: claiming() + ".e30",
    "five parts": lambda: "a.b.c.d.e",
    "an opaque token": lambda: str(uuid.UUID(int=1)),
    "too long although good": lambda: claiming(padding="x" * LONGEST_TOKEN),
    "five megabytes": lambda: "a" * 5_000_000,
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_what_is_no_token_of_ours_is_refused(attack: Attack) -> None:
    token = attack()
    message = refusal_of(token)
    assert token not in message or len(token) < 5
    assert len(message) < 250


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_our_key_with_another_algorithm_is_refused(algorithm: str) -> None:
    long_key = KEY * 2
    refusal_of(jwt.encode(CLAIMS, long_key, algorithm), SigningKeys(long_key, (long_key,)))


def test_a_public_key_is_never_a_secret_of_ours() -> None:
    with pytest.raises(jwt.InvalidKeyError):
        issue(SigningKeys(PUBLIC_KEY, (PUBLIC_KEY,)), MINE)


def test_every_changed_character_of_the_signature_is_refused() -> None:
    head, _, signature = claiming().rpartition(".")
    for index in range(len(signature) - 1):  # of the last one, two bits say nothing
        other = "A" if signature[index] != "A" else "B"
        refusal_of(f"{head}.{signature[:index]}{other}{signature[index + 1 :]}")


@pytest.mark.parametrize("claim", ["sub", "type", "scope"])
def test_a_token_without_a_claim_is_refused(claim: str) -> None:
    refusal_of(without(claim))


@pytest.mark.parametrize("claim", ["jti", "iat"])
def test_claims_that_older_tokens_lack_are_not_required(claim: str) -> None:
    assert read(without(claim), KEYS, NOW).scopes == {"calculations"}


@pytest.mark.parametrize("claim", ["sub", "type", "scope", "token_id", "sid", "jti"])
@pytest.mark.parametrize("value", [7, True, ["admin"], {"admin": 1}])
def test_a_claim_that_is_no_text_is_refused(claim: str, value: object) -> None:
    refusal_of(claiming(**{claim: value}))


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
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
    refusal_of(with_literal(claim, text))


def test_a_time_with_a_fraction_is_taken() -> None:
    assert read(with_literal("exp", f"{NOW + 0.5}"), KEYS, NOW).expires_at == NOW + 0.5


def test_a_token_holds_until_the_very_second_it_expires() -> None:
    token = claiming()
    assert read(token, KEYS, NOW + DAY - 0.001).subject == CLAIMS["sub"]
    with pytest.raises(TokenExpired, match="expired"):
        read(token, KEYS, NOW + DAY)


def test_a_token_that_begins_later_is_not_valid_yet() -> None:
    token = claiming(nbf=NOW + 10)
    assert "not valid yet" in refusal_of(token)
    assert read(token, KEYS, NOW + 10).subject == CLAIMS["sub"]


def test_a_clock_that_runs_ahead_where_a_token_was_issued_does_no_harm() -> None:
    assert read(claiming(iat=NOW + 3600), KEYS, NOW).issued_at == NOW + 3600


def test_only_a_service_token_may_be_eternal() -> None:
    eternal = read(without("exp"), KEYS, NOW)
    assert (eternal.kind, eternal.expires_at) == (Kind.SERVICE, None)
    refusal_of(without("exp", type="access"))


def test_unknown_claims_and_headers_are_ignored() -> None:
    assert read(claiming(is_superuser=True, tier="pro"), KEYS, NOW) == MINE
    assert read(with_header(kid="a key", jku="https://evil.example"), KEYS, NOW) == MINE


@pytest.mark.parametrize("kind", Kind)
def test_what_was_issued_is_read_back(kind: Kind) -> None:
    claims = Claims(
        subject=CLAIMS["sub"],
        kind=kind,
        scopes=frozenset(Scope),
        token_id=str(uuid.uuid4()),
        session_id=str(uuid.uuid4()),
        issued_at=NOW,
        expires_at=NOW + 900,
    )
    token = issue(KEYS, claims)
    assert read(token, KEYS, NOW) == claims
    assert jwt.get_unverified_header(token) == HEADER
    content = claims_of(token)
    assert set(content) == {"sub", "type", "scope", "jti", "iat", "token_id", "sid", "exp"}
    assert content["scope"] == "calculations,admin"
    assert (content["jti"] == content["token_id"]) is (kind is Kind.SERVICE)


def test_what_a_token_lacks_is_not_claimed() -> None:
    eternal = Claims(CLAIMS["sub"], Kind.SERVICE, MINE.scopes, "1", None, NOW, None)
    content = claims_of(issue(KEYS, eternal))
    assert set(content) == {"sub", "type", "scope", "jti", "iat", "token_id"}


def test_every_access_token_has_an_id_of_its_own() -> None:
    access = Claims(CLAIMS["sub"], Kind.ACCESS, MINE.scopes, None, None, NOW, NOW + 900)
    assert len({claims_of(issue(KEYS, access))["jti"] for _ in range(20)}) == 20


def test_times_are_signed_in_whole_seconds() -> None:
    late = Claims(CLAIMS["sub"], Kind.SERVICE, MINE.scopes, "1", None, NOW + 0.9, NOW + 900.9)
    content = claims_of(issue(KEYS, late))
    assert (content["iat"], content["exp"]) == (NOW, NOW + 900)


def test_after_a_change_of_key_the_previous_one_still_verifies() -> None:
    changed = SigningKeys(KEY, (KEY, OLD_KEY))
    old = signed(json.dumps(CLAIMS), OLD_KEY)
    assert read(old, changed, NOW) == read(claiming(), changed, NOW) == MINE
    refusal_of(signed(json.dumps(CLAIMS), "x" * 48), changed)


def test_after_a_change_of_key_new_tokens_are_signed_with_the_new_one() -> None:
    assert read(issue(SigningKeys(KEY, (KEY, OLD_KEY)), MINE), KEYS, NOW) == MINE


def test_an_expired_token_of_the_previous_key_is_expired() -> None:
    old = signed(json.dumps(CLAIMS), OLD_KEY)
    with pytest.raises(TokenExpired):
        read(old, SigningKeys(KEY, (KEY, OLD_KEY)), NOW + DAY)


@pytest.mark.parametrize(
    ("token", "advice"),
    [
        (
            without("token_id", type="access", exp=NOW - 1),
            "the token has expired; refresh it at /api/v1/auth/refresh, or log in again",
        ),
        (
            claiming(type="access", exp=NOW - 1),
            "the token has expired; get another one at /api/v1/auth/service-token/refresh",
        ),
        (
            claiming(exp=NOW - 1),
            f"the service token has expired; create one with: {RUN} token create",
        ),
    ],
    ids=["of a login", "of a service token", "a service token"],
)
def test_an_expired_token_is_told_how_to_get_another_one(token: str, advice: str) -> None:
    with pytest.raises(TokenExpired) as refused:
        read(token, KEYS, NOW)
    assert refused.value.message == advice


def test_another_s_expired_token_is_not_called_expired() -> None:
    refusal_of(signed(json.dumps({**CLAIMS, "exp": 1}), OLD_KEY))


@pytest.mark.parametrize("token", ["secret-token", claiming(exp=1), signed("{}", OLD_KEY)])
def test_a_refusal_never_repeats_the_token(token: str) -> None:
    with pytest.raises((Unauthenticated, TokenExpired)) as refused:
        read(token, KEYS, NOW)
    assert token not in refused.value.message
    assert KEY not in refused.value.message


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("calculations", {"calculations"}),
        (" admin , calculations", {"admin", "calculations"}),
        ("admin calculations", {"admin", "calculations"}),
        ("", set()),
        (",, ,", set()),
        ("root", {"root"}),
    ],
)
def test_scopes_are_split_at_commas_and_spaces(text: str, scopes: set[str]) -> None:
    assert scopes_in(text) == scopes
    assert read(claiming(scope=text), KEYS, NOW).scopes == scopes


def test_scopes_are_told_in_one_order_and_unknown_ones_never() -> None:
    assert scope_text(["admin", "root", "calculations"]) == "calculations,admin"


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, None),
        ("", None),
        ("abc", None),
        ("Basic abc", None),
        ("Bearerabc", None),
        ("Bearer ", ""),
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("BEARER a b", "a b"),
    ],
)
def test_another_scheme_is_none_and_an_empty_token_is_one(
    header: str | None, token: str | None
) -> None:
    assert token_in(header) == token


def test_a_digest_tells_tokens_apart_and_takes_any_text() -> None:
    assert digest_of("a") == hashlib.sha256(b"a").digest()
    assert digest_of("a") != digest_of("b")
    assert len(digest_of("\udcff")) == 32

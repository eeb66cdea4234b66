"""What the attacks share: a server to attack, its database, forged tokens, hostile texts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
import uuid
from collections.abc import Mapping
from itertools import count
from typing import Any

import requests

from app.calculations.catalogue import catalogue
from app.storage.postgres import connect_options, dedicated
from app.web.routing import Route
from tests.server import (
    LASTING,
    LONG_ENOUGH,
    SECRET,
    SERVICE_USER,
    RunningServer,
    in_a_thread,
    token_id,
)
from tests.web.people import PASSWORD, log_in

LEGACY, OURS = PREFIXES = ("/api/auth", "/api/v1/auth")
ADMIN = ("calculations", "admin")
ORIGIN = "https://app.example.com"
"""The one origin that browsers may call from."""
UNLIMITED = {
    **LASTING,
    "NOCTURNA_RATE_LIMIT_AUTH": "0",
    "NOCTURNA_RATE_LIMIT_FREE": "0",
    "NOCTURNA_LOGIN_FAILURES_PER_ADDRESS": "100000",
}
DAY = 86_400
NOBODY = "deadbeef-0000-4000-8000-000000000000"
"""An id that nothing has."""
DIGESTS: dict[str, str] = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}

SQL = (
    "'",
    "''",
    '"',
    "\\",
    "\\'",
    "'; DROP TABLE users; --",
    "' OR '1'='1",
    "x'; UPDATE users SET is_superuser = true; --",
    "1); DELETE FROM sessions; --",
    "' UNION SELECT password_hash FROM users --",
    "'; SELECT pg_sleep(3600); --",
    "$1",
    "$$; SELECT 1 $$",
    "%' OR 1=1 --",
    "%_%",
    "E'\\\\x00'",
    "\0",
    "ada\0' --",
    "\ud800",
    "\u02bc OR 1=1 --",
    "\u202e'",
    "{calculations,admin}",
    "\U0001f600" * 40,
    "'" * 10_000,
    "x" * 10_000,
)
"""Texts that end a statement, a parameter, a pattern, an array or a text."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_numbers = count()


def unused_name() -> str:
    """A user name that nobody has."""
    return f"attacker-{next(_numbers)}"


def query(server: RunningServer, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
    """The rows of a statement in the database of a server."""
    (rows,) = queries(server, (statement, *arguments))
    return rows


def queries(server: RunningServer, *statements: tuple[Any, ...]) -> list[list[tuple[Any, ...]]]:
    """The rows of several statements, each with its arguments."""

    async def run() -> list[list[tuple[Any, ...]]]:
        async with (
            server.database() as dsn,
            dedicated(dsn, connect_options(LONG_ENOUGH, LONG_ENOUGH)) as raw,
        ):
            found = [await raw.fetch(statement, *given) for statement, *given in statements]
            return [[tuple(row) for row in rows] for rows in found]

    return in_a_thread(run())


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def logged_in(server: RunningServer, name: str, prefix: str = OURS) -> dict[str, Any]:
    """All tokens of a new login with the password of the tests."""
    reply = requests.post(
        f"{server.url}{prefix}/login",
        data={"username": name, "password": PASSWORD},
        timeout=LONG_ENOUGH,
    )
    assert reply.status_code == 200, reply.text
    tokens: dict[str, Any] = reply.json()["data"] if prefix == OURS else reply.json()
    return tokens


def wrong_login(server: RunningServer, name: str, **headers: str) -> requests.Response:
    return requests.post(
        f"{server.url}{OURS}/login",
        data={"username": name, "password": "not the password"},
        headers={key.replace("_", "-"): value for key, value in headers.items()},
        timeout=LONG_ENOUGH,
    )


def right_login(server: RunningServer, name: str) -> requests.Response:
    return log_in(server, name)


def claims(**changes: Any) -> dict[str, Any]:
    """What a good access token says, which has no digest in any table; None leaves a claim out."""
    now = int(time.time())
    content = {
        "sub": SERVICE_USER,
        "type": "access",
        "scope": "calculations",
        "jti": str(uuid.uuid4()),
        "token_id": token_id(("calculations",)),
        "iat": now,
        "exp": now + 900,
        **changes,
    }
    return {name: value for name, value in content.items() if value is not None}


def forged(
    header: Mapping[str, Any] | None = None,
    content: Mapping[str, Any] | None = None,
    key: str = SECRET,
    digest: str = "sha256",
) -> str:
    """A token with this header and content, signed with HMAC whatever its header says."""
    header = {"alg": "HS256", "typ": "JWT"} if header is None else header
    signed = f"{_packed(header)}.{_packed(claims() if content is None else content)}"
    signature = hmac.new(key.encode(), signed.encode(), getattr(hashlib, digest)).digest()
    return f"{signed}.{packed_bytes(signature)}"


def unsigned(header: Mapping[str, Any], signature: str = "") -> str:
    return f"{_packed(header)}.{_packed(claims())}.{signature}"


def packed_bytes(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _packed(part: Mapping[str, Any]) -> str:
    return packed_bytes(json.dumps(part).encode())


def filled(route: Route, value: str = NOBODY, name: str = "nobody") -> str:
    """The path of a route with something in its places: ids by `value`, names by `name`."""
    if route.per_entry:
        name = next(iter(catalogue()))
    path = re.sub(r"\{(?:id|token_id|chart_id)\}", value, route.path)
    return path.replace("{name}", name).replace("{calculation}", next(iter(catalogue())))


def send(
    server: RunningServer,
    session: requests.Session,
    method: str,
    path: str,
    **more: Any,
) -> requests.Response:
    """One request over a kept connection; redirects are not followed."""
    return session.request(
        method, server.url + path, timeout=LONG_ENOUGH, allow_redirects=False, **more
    )


def assert_refused(reply: requests.Response) -> None:
    """A 401 as clients know it, with nothing in it but the refusal."""
    assert reply.status_code == 401, reply.text
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert reply.json()["success"] is False
    assert "data" not in reply.json() or reply.json()["data"] is None

"""A server and all that the rows of the table need there: people, tokens, charts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import count
from typing import Any
from uuid import uuid4

import requests

from app.security.secrets import SigningKeys
from app.security.tokens import Claims, Kind, digest_of, issue
from app.storage.postgres import connect_options, dedicated
from tests.contract.rows import Ask, Caller
from tests.server import (
    LASTING,
    LONG_ENOUGH,
    SECRET,
    SERVICE_USER,
    RunningServer,
    in_a_thread,
    token,
)
from tests.web.people import PASSWORD, Person, call, data, person

OPEN = {**LASTING, "NOCTURNA_RATE_LIMIT_FREE": "0", "NOCTURNA_RATE_LIMIT_AUTH": "0"}
CLOSED = {**OPEN, "ALLOW_USER_REGISTRATION": "false", "NOCTURNA_ALLOW_ETERNAL_TOKENS": "true"}
LONG_AGO = 1_700_000_000.0
TOKENS = "/api/auth/admin/service-tokens"
BIRTH = {
    "date": "1990-01-15T14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
}
OTHER_BIRTH = {
    "date": "1988-06-02T09:15:00",
    "latitude": 51.5074,
    "longitude": -0.1278,
    "timezone": "Europe/London",
}


class World:
    """What a `{name}` in a request stands for, and the requests themselves.

    Names are attributes; those that begin with `fresh` are another one at each use.
    """

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self._numbers = count()
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        self._session.close()

    def send(
        self,
        method: str,
        path: str,
        ask: Ask,
        caller: Caller,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The answer to a request, its `{names}` filled in."""
        typed = {} if ask.raw is None else {"Content-Type": "application/json"}
        parts = {name: (None, text) for name, text in self.filled(ask.parts).items()}
        credentials = self.credentials(caller)
        return self._session.request(
            method,
            self.server.url + self.filled(path),
            json=self.filled(ask.json),
            data=self.filled(ask.form) or ask.raw,
            files=parts or None,
            params=self.filled(ask.query),
            headers={**typed, **credentials, **(headers or {})},
            timeout=LONG_ENOUGH,
            allow_redirects=False,
        )

    def filled(self, value: Any) -> Any:
        """The value with `{names}` replaced, at every depth."""
        if isinstance(value, str):
            return value.format_map(_Attributes(self)) if "{" in value else value
        if isinstance(value, Mapping):
            return {name: self.filled(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.filled(inner) for inner in value]
        return value

    def credentials(self, caller: Caller) -> dict[str, str]:
        secret = self._authorizations[caller]()
        return {} if secret is None else {"Authorization": secret}

    @cached_property
    def _authorizations(self) -> Mapping[Caller, Callable[[], str | None]]:
        def bearer(secret: Callable[[], str]) -> Callable[[], str]:
            return lambda: f"Bearer {secret()}"

        return {
            Caller.NOBODY: lambda: None,
            Caller.USER: bearer(lambda: self.user.access_token),
            Caller.OTHER: bearer(lambda: self.other.access_token),
            Caller.FRESH: bearer(lambda: person(self.server).access_token),
            Caller.ADMIN: bearer(lambda: self.admin.access_token),
            Caller.SERVICE: bearer(lambda: self.service_token),
            Caller.ADMIN_SERVICE: bearer(lambda: token("calculations", "admin")),
            Caller.DERIVED: bearer(lambda: self.derived),
            Caller.EMPTY: lambda: "Bearer ",
            Caller.BASIC: lambda: "Basic dXNlcjpwYXNzd29yZA==",
            Caller.NONSENSE: lambda: "Bearer not.a.token",
            Caller.FORGED: bearer(_forged),
            Caller.ROWLESS: bearer(_rowless),
            Caller.EXPIRED: bearer(lambda: token("calculations", now=LONG_AGO, days=1)),
            Caller.REVOKED: bearer(lambda: self.revoked),
            Caller.OPAQUE: bearer(lambda: self.refresh_token),
            Caller.DISABLED: bearer(lambda: self.disabled.access_token),
        }

    # People

    @cached_property
    def user(self) -> Person:
        return person(self.server)

    @cached_property
    def other(self) -> Person:
        return person(self.server)

    @cached_property
    def admin(self) -> Person:
        return person(self.server, roles=["user", "admin"])

    @cached_property
    def disabled(self) -> Person:
        """Somebody who logged in, and was shut out since."""
        shut = person(self.server)
        data(call(self.server, "PATCH", f"/api/v1/admin/users/{shut.id}", {"is_active": False}))
        return shut

    @cached_property
    def password(self) -> str:
        return PASSWORD

    @property
    def fresh_name(self) -> str:
        return f"nova{next(self._numbers)}"

    # Tokens

    def tokens_of(self, someone: Person) -> dict[str, Any]:
        """What a new login gives."""
        reply = self.send(
            "POST",
            "/api/auth/login",
            Ask(form={"username": someone.email, "password": PASSWORD}),
            Caller.NOBODY,
        )
        assert reply.status_code == 200, reply.text
        told: dict[str, Any] = reply.json()
        return told

    @property
    def fresh_refresh_token(self) -> str:
        return str(self.tokens_of(self.user)["refresh_token"])

    @cached_property
    def refresh_token(self) -> str:
        return self.fresh_refresh_token

    @cached_property
    def late_refresh_token(self) -> str:
        """One that has expired."""
        late = self.fresh_refresh_token
        self.execute(
            "UPDATE sessions SET created_at = now() - interval '2 days', "
            "expires_at = now() - interval '1 day' WHERE token_digest = $1",
            digest_of(late),
        )
        return late

    def new_service_token(self, **body: Any) -> dict[str, Any]:
        reply = self.send("POST", TOKENS, Ask(json=body), Caller.ADMIN)
        assert reply.status_code == 200, reply.text
        told: dict[str, Any] = reply.json()
        return told

    @cached_property
    def service_token(self) -> str:
        return str(self.new_service_token()["service_token"])

    @property
    def fresh_token_id(self) -> str:
        return str(self.new_service_token()["token_id"])

    @cached_property
    def revoked_token(self) -> tuple[str, str]:
        made = self.new_service_token()
        path = f"{TOKENS}/{made['token_id']}"
        assert self.send("DELETE", path, Ask(), Caller.ADMIN).status_code == 200
        return made["token_id"], made["service_token"]

    @property
    def revoked_id(self) -> str:
        return self.revoked_token[0]

    @property
    def revoked(self) -> str:
        return self.revoked_token[1]

    @cached_property
    def derived(self) -> str:
        """An access token that a service token was exchanged for."""
        path = "/api/auth/service-token/refresh"
        return str(self.send("POST", path, Ask(), Caller.SERVICE).json()["access_token"])

    # Charts

    def new_chart(self, caller: Caller, birth: Mapping[str, Any]) -> str:
        reply = self.send("POST", "/api/charts", Ask(json=birth), caller)
        assert reply.status_code == 200, reply.text
        return str(reply.json()["id"])

    @cached_property
    def chart(self) -> str:
        return self.new_chart(Caller.USER, BIRTH)

    @cached_property
    def second_chart(self) -> str:
        return self.new_chart(Caller.USER, OTHER_BIRTH)

    @cached_property
    def foreign_chart(self) -> str:
        """One of another user."""
        return self.new_chart(Caller.OTHER, BIRTH)

    @property
    def fresh_chart(self) -> str:
        return self.new_chart(Caller.USER, BIRTH)

    @property
    def deleted_chart(self) -> str:
        gone = self.fresh_chart
        assert self.send("DELETE", f"/api/charts/{gone}", Ask(), Caller.USER).status_code == 204
        return gone

    @property
    def fresh_id(self) -> str:
        """An id of nothing."""
        return str(uuid4())

    def execute(self, statement: str, *arguments: object) -> None:
        async def run() -> None:
            async with (
                self.server.database() as dsn,
                dedicated(dsn, connect_options(LONG_ENOUGH, LONG_ENOUGH)) as raw,
            ):
                await raw.execute(statement, *arguments)

        in_a_thread(run())


class _Attributes(Mapping[str, Any]):
    """The attributes of something by name, for `str.format_map`."""

    def __init__(self, owner: object) -> None:
        self._owner = owner

    def __getitem__(self, name: str) -> Any:
        return getattr(self._owner, name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _claims(**changes: Any) -> Claims:
    return Claims(
        **{
            "subject": SERVICE_USER,
            "kind": Kind.SERVICE,
            "scopes": frozenset({"calculations", "admin"}),
            "token_id": str(uuid4()),
            "session_id": None,
            "issued_at": LONG_AGO,
            "expires_at": 4_000_000_000.0,
            **changes,
        }
    )


def _forged() -> str:
    """A service token that another key has signed."""
    other = "another key of more than thirty-two characters"
    return issue(SigningKeys(other, (other,)), _claims())


def _rowless() -> str:
    """A service token of our key that the database does not know."""
    return issue(SigningKeys(SECRET, (SECRET,)), _claims())

"""People for tests over HTTP: an account of one's own, logged in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

import requests

from tests.server import LONG_ENOUGH, RunningServer, token

PASSWORD = "correct horse battery"  # noqa: S105 - opens nothing
_numbers = count()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has logged in to a server; `access_token` is empty for nobody."""

    server: RunningServer
    id: str
    username: str
    email: str
    access_token: str

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        return call(self.server, method, path, body, self.access_token)


def call(
    server: RunningServer, method: str, path: str, body: Any = None, presented: str | None = None
) -> requests.Response:
    """Any request, by an administrator unless another token is presented; '' for none."""
    secret = token("calculations", "admin") if presented is None else presented
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return requests.request(
        method, server.url + path, json=body, headers=headers, timeout=LONG_ENOUGH
    )


def data(reply: requests.Response, status: int = 200) -> Any:
    """What a success tells."""
    assert reply.status_code == status, reply.text
    told = reply.json()
    assert told["success"] is True
    return told["data"]


def refusal(reply: requests.Response, status: int) -> str:
    """What a refusal says."""
    assert reply.status_code == status, reply.text
    message: str = reply.json()["error"]["message"]
    return message


def person(server: RunningServer, **fields: Any) -> Person:
    """A new account with the password `PASSWORD`, logged in."""
    name = f"person-{next(_numbers)}"
    given = {"email": f"{name}@people.example.com", "username": name, "password": PASSWORD}
    made = data(call(server, "POST", "/api/v1/admin/users", {**given, **fields}), 201)
    access_token = logged_in(server, made["username"])
    return Person(server, made["id"], made["username"], made["email"], access_token)


def logged_in(server: RunningServer, name: str, password: str = PASSWORD) -> str:
    """The access token of a new login."""
    reply = log_in(server, name, password)
    access_token: str = data(reply)["access_token"]
    return access_token


def log_in(server: RunningServer, name: str, password: str = PASSWORD) -> requests.Response:
    return requests.post(
        f"{server.url}/api/v1/auth/login",
        data={"username": name, "password": password},
        timeout=LONG_ENOUGH,
    )

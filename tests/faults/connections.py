"""Connections to a server one by one, where a test must know what was sent before what."""

from __future__ import annotations

from http.client import HTTPConnection

from tests.faults.charts import PATH
from tests.server import LONG_ENOUGH, RunningServer, token


def connect(server: RunningServer) -> HTTPConnection:
    """A new connection; nothing on it takes longer than LONG_ENOUGH, else TimeoutError."""
    host, port = server.url.removeprefix("http://").split(":")
    connection = HTTPConnection(host, int(port), timeout=LONG_ENOUGH)
    connection.connect()
    return connection


def send(connection: HTTPConnection, body: bytes, path: str = PATH) -> None:
    """Ask for a calculation, a natal chart; the request has left this process on return."""
    headers = {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}
    connection.request("POST", path, body, headers)


def status(connection: HTTPConnection) -> int | None:
    """The status of a whole answer, or None when the connection ends without one.

    Raises IncompleteRead when it ends in the middle of an answer.
    """
    try:
        response = connection.getresponse()
        response.read()
    except ConnectionError:
        return None
    else:
        return response.status
    finally:
        connection.close()

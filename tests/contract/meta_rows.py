"""Operations 65 to 68: health, and what the server is."""

from __future__ import annotations

from tests.contract.rows import Auth, Row, Success
from tests.contract.shapes import WORDS, Exactly, Kind, one_of

PATH = Kind("a path", lambda value: type(value) is str and value.startswith("/"))
HEALTHY = Exactly({"status": one_of("healthy")})

ROWS = (
    Row(65, "GET", ("/health",), Auth.NONE, HEALTHY, (Success("to anybody"),)),
    Row(66, "GET", ("/api/health",), Auth.NONE, HEALTHY, (Success("to anybody"),)),
    Row(
        67,
        "GET",
        ("/",),
        Auth.NONE,
        {
            "name": WORDS,
            "version": one_of("1.0.0"),
            "description": WORDS,
            "status": one_of("running"),
            "endpoints": dict.fromkeys(("documentation", "redoc", "health", "api"), PATH),
            "links": {"docs": PATH, "health": PATH},
        },
        (Success("to anybody"),),
    ),
    Row(
        68,
        "GET",
        ("/api",),
        Auth.NONE,
        {
            "name": WORDS,
            "version": WORDS,
            "endpoints": dict.fromkeys(
                ("authentication", "charts", "calculations", "stateless", "websockets"), PATH
            ),
            "documentation": {"swagger": PATH, "redoc": PATH},
        },
        (Success("to anybody"),),
    ),
)

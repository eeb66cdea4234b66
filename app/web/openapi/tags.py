"""The chapters of the description."""

from __future__ import annotations

from typing import Any

TAGS = {
    "calculations": "The catalogue: every calculation in one shape",
    "compatible": "The same calculations in the shapes of the public Nocturna API",
    "charts": "Stored charts, and the places of births",
    "accounts": "Registration, logins, and what people do with their own accounts",
    "administration": "Accounts, roles, service tokens and dependencies, for administrators",
    "server": "What this server is, and how it fares",
}

_PREFIXES = {
    "/api/v1/calculations": "calculations",
    "/api/calculations": "compatible",
    "/api/stateless": "compatible",
    "/api/v1/stateless": "compatible",
    "/api/charts": "charts",
    "/api/calculations/charts": "charts",
    "/api/v1/charts": "charts",
    "/api/v1/places": "charts",
    "/api/auth": "accounts",
    "/api/v1/auth": "accounts",
    "/api/v1/users": "accounts",
    "/api/auth/admin": "administration",
    "/api/v1/auth/admin": "administration",
    "/api/v1/admin": "administration",
}


def tag_of(path: str) -> str:
    """The chapter of a path: that of its longest known beginning."""
    known = [prefix for prefix in _PREFIXES if f"{path}/".startswith(f"{prefix}/")]
    return _PREFIXES[max(known, key=len)] if known else "server"


def tags() -> list[dict[str, Any]]:
    """All chapters in the order in which pages show them."""
    return [{"name": name, "description": text} for name, text in TAGS.items()]

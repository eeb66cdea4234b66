"""Births as requests hold them, and what is wrong with each field of one."""

from __future__ import annotations

from tests.contract.rows import Failure, Json, missing, refused

NEW_YORK: Json = {
    "date": "1990-01-15",
    "time": "14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
}
LONDON: Json = {
    "date": "1988-06-02",
    "time": "09:15:00",
    "latitude": 51.5074,
    "longitude": -0.1278,
    "timezone": "Europe/London",
}
POLAR: Json = {**NEW_YORK, "latitude": 78.2, "longitude": 15.6, "timezone": "Arctic/Longyearbyen"}
"""Where Placidus has no houses."""
NO_HOUR: Json = {**NEW_YORK, "date": "2024-03-10", "time": "02:30:00"}
"""A local time that the clocks left out."""
FIELDS = ("date", "time", "latitude", "longitude")
WRONG: Json = {
    "date": "15/01/1990",
    "time": "late",
    "latitude": 91,
    "longitude": -180.5,
    "timezone": "Nowhere/Land",
}
OUTSIDE: Json = {"date": "1990-02-30", "latitude": -90.5, "longitude": 181}


def of_birth(body: Json, inside: str = "") -> tuple[Failure, ...]:
    """Each field of a birth left out and wrong, at top level or inside a member."""
    prefix = f"{inside}." if inside else ""
    birth = body[inside] if inside else body
    return (
        *missing(body, *(f"{prefix}{name}" for name in FIELDS if name in birth)),
        *([] if not inside else missing(body, inside)),
        *refused(body, WRONG, under=inside),
        *refused(body, OUTSIDE, under=inside),
    )

"""The clocks of places before 1970 that the `tzdata` package has merged with other places.

The package gives Amsterdam the clocks of Brussels, because both have agreed since 1970. The
database's own file `backzone` keeps what Amsterdam's clocks showed; the table beside this module
is made from it. From 1970 on the package alone speaks, so that a newer one brings its new rules.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

HISTORY_VERSION = "2026b"
"""Release of the IANA time zone database that the table was made from."""
TABLE = "history/before_1970.txt"
"""Where the table is, from this package; its head tells source and form."""

_MAGIC = b"TZif"
_HEADER = struct.Struct(">4sc15x6I")
"""Magic, version, and six counts, the last three of changes, clocks and letters."""
_CLOCK = struct.Struct(">i?B")
"""Offset, whether it is summer time, and where the abbreviation begins."""
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


class Clock(NamedTuple):
    """How a clock is set: seconds ahead of UTC, whether for summer, and by which abbreviation.

    The table does not say what was for summer, and no answer depends on it.
    """

    offset: int
    summer: bool
    abbreviation: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The first clock, every change in seconds of UTC from 1970, and what goes on from there.

    `footer` is a POSIX TZ string for the time after the last change.
    """

    first: Clock
    changes: tuple[tuple[int, Clock], ...]
    footer: bytes


def with_history(name: str, compiled: bytes) -> bytes:
    """The compiled rules of a zone, with its own history before 1970 if the table has one."""
    history = _histories().get(name)
    if history is None:
        return compiled
    (_, first), *changes = map(_read_change, history.splitlines())
    package = read_rules(compiled)
    clock_of_1970 = package.first
    later = []
    for time, clock in package.changes:
        if time <= 0:
            clock_of_1970 = clock
        else:
            later.append((time, clock))
    return write_rules(Rules(first, (*changes, (0, clock_of_1970), *later), package.footer))


def read_rules(compiled: bytes) -> Rules:
    """Rules out of TZif data of version 2 or later: RFC 9636, section 3."""
    start = compiled.index(_MAGIC, len(_MAGIC))  # the second block, of 64-bit times
    *_, changes, clocks, letters = _HEADER.unpack_from(compiled, start)
    at_times = start + _HEADER.size
    at_order = at_times + 8 * changes
    at_clocks = at_order + changes
    at_letters = at_clocks + _CLOCK.size * clocks
    abbreviations = compiled[at_letters : at_letters + letters]
    known = [
        Clock(offset, summer, abbreviations[begin:].split(b"\0", 1)[0].decode("ascii"))
        for offset, summer, begin in _CLOCK.iter_unpack(compiled[at_clocks:at_letters])
    ]
    times = struct.unpack_from(f">{changes}q", compiled, at_times)
    order = (known[index] for index in compiled[at_order:at_clocks])
    footer = compiled[compiled.rindex(b"\n", 0, -1) + 1 : -1]
    return Rules(known[0], tuple(zip(times, order, strict=True)), footer)


def write_rules(rules: Rules) -> bytes:
    """TZif data of rules, without the block of 32-bit times that nothing here reads."""
    order = [rules.first, *(clock for _, clock in rules.changes)]
    clocks = list(dict.fromkeys(order))
    letters = b""
    begins = []
    for clock in clocks:
        begins.append(len(letters))
        letters += clock.abbreviation.encode("ascii") + b"\0"
    times = [time for time, _ in rules.changes]
    parts = [
        _HEADER.pack(_MAGIC, b"2", 0, 0, 0, 0, 0, 0),
        _HEADER.pack(_MAGIC, b"2", 0, 0, 0, len(times), len(clocks), len(letters)),
        struct.pack(f">{len(times)}q", *times),
        bytes(map(clocks.index, order[1:])),
        *(
            _CLOCK.pack(clock.offset, clock.summer, begin)
            for clock, begin in zip(clocks, begins, strict=True)
        ),
        letters,
        b"\n" + rules.footer + b"\n",
    ]
    return b"".join(parts)


@lru_cache(maxsize=1)
def _histories() -> dict[str, str]:
    """The table's lines by the names of their zones."""
    table = resources.files("app.astrology").joinpath(TABLE).read_text(encoding="utf-8")
    _, *blocks = table.split("\n\n")
    histories = {}
    for block in blocks:
        names, _, lines = block.partition("\n")
        histories.update(dict.fromkeys(names.split(), lines))
    return histories


def _read_change(line: str) -> tuple[int, Clock]:
    """When a clock was set, in seconds of UTC from 1970, and how."""
    reading, abbreviation = line.split()
    began = datetime.fromisoformat(reading)
    offset = (began.utcoffset() or timedelta()) // _SECOND
    return (began - _1970) // _SECOND, Clock(offset, summer=False, abbreviation=abbreviation)

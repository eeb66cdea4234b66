"""How many requests each caller has made of late, counted in this process.

Requests are counted in windows of equal length that begin at the same moments everywhere. What is
used of a limit is the count of the present window, and of the window before it the share that is
still within reach: half of it in the middle of the present one. So nobody makes twice the allowed
number around the end of a window, and a caller takes two numbers of memory. A request that is
refused does not count.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

_ROUNDING = 1e-6
"""Of a request, for the sums of floats."""
LOOKED_THROUGH = 10
"""Callers looked at for each count that is taken: those that were never shared in a window that is
over are left out, at most so many at a time."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `quota` requests in `seconds`; `name` is how answers call it."""

    name: str
    quota: int
    seconds: int


class Verdict(NamedTuple):
    """What becomes of one request, and what is left of its limit.

    `reset` is in seconds from now, `reset_at` in seconds since 1970: when the next window begins.
    `retry_after` is the number of whole seconds after which one more is allowed, 0 for now.
    """

    limit: Limit
    allowed: bool
    remaining: int
    reset: int
    reset_at: int
    retry_after: int


class _Window:
    """What one caller has used; `others` was counted by other instances."""

    __slots__ = ("count", "number", "others", "previous")

    def __init__(self, number: int) -> None:
        self.number = number
        self.count = 0
        self.others = 0
        self.previous = 0


class Windows:
    """The counts of at most `capacity` callers; who was quiet the longest is forgotten first.

    `seconds` is the length of a window, and of every limit that is asked for.
    """

    def __init__(self, seconds: int, capacity: int) -> None:
        self.seconds = seconds
        self._capacity = capacity
        # In the order of their latest window: those of the present one are all at the end.
        self._windows: OrderedDict[str, _Window] = OrderedDict()
        self._changed: OrderedDict[str, _Window] = OrderedDict()
        # Of the window `_taken_of`: what has been taken, and what of that is to be taken again.
        self._taken_of = 0
        self._taken: dict[str, _Window] = {}
        self._again: dict[str, _Window] = {}

    def __len__(self) -> int:
        return len(self._windows)

    def number(self, now: float) -> int:
        """The number of the window of a moment, in seconds since 1970."""
        return int(now) // self.seconds

    def take(self, key: str, limit: Limit, now: float, count: int = 1) -> Verdict:
        """Count one request of a caller, or all of so many, if the limit allows it."""
        seconds = self.seconds
        number = int(now) // seconds
        window = self._windows.get(key)
        if window is None or window.number != number:
            window = self._turned(key, window, number)
        end = (number + 1) * seconds
        left = end - now
        room = limit.quota - window.count - window.others - window.previous * left / seconds
        if room < count - _ROUNDING:
            return _refused(limit, window, left, now, count)
        window.count += count
        self._changed[key] = window
        return Verdict(limit, True, int(room - count + _ROUNDING), math.ceil(left), end, 0)  # noqa: FBT003 - a record

    def give_back(self, key: str, now: float) -> None:
        """Uncount one request that was counted a moment ago."""
        window = self._windows.get(key)
        if window is not None and window.number == self.number(now) and window.count:
            window.count -= 1
            self._changed[key] = window

    def refusal(self, key: str, limit: Limit, now: float) -> Verdict | None:
        """What `take` would say if it refused one more request, which is not counted."""
        number = self.number(now)
        window = self._windows.get(key)
        if window is None:
            return None
        if window.number != number:
            window = self._turned(key, window, number)
        left = (number + 1) * self.seconds - now
        used = window.count + window.others + window.previous * left / self.seconds
        return _refused(limit, window, left, now) if limit.quota - used < 1 - _ROUNDING else None

    def take_changed(self, number: int, most: int) -> dict[str, int]:
        """The counts of a window that have changed since they were last taken, the oldest first.

        Behind these, as far as there is room, come those that `put_all_back` has put back.
        """
        if number != self._taken_of:
            self._taken_of, self._taken, self._again = number, {}, {}
        counts: dict[str, int] = {}
        for _ in range(most * LOOKED_THROUGH):
            if len(counts) == most or not (self._changed or self._again):
                break
            changed = bool(self._changed)
            key, window = self._changed.popitem(last=False) if changed else self._again.popitem()
            if window.number == number:
                counts[key] = window.count
                self._taken[key] = window
        return counts

    def put_back(self, number: int, keys: Iterable[str]) -> None:
        """Have these counts of a window taken again."""
        for key in keys:
            window = self._windows.get(key)
            if window is not None and window.number == number:
                self._changed[key] = window

    def put_all_back(self, number: int) -> None:
        """Have all counts of a window taken again: a matter of as many calls as it took before."""
        if number == self._taken_of:
            few, many = sorted((self._taken, self._again), key=len)
            many.update(few)
            self._taken, self._again = {}, many

    def learn(self, number: int, others: Mapping[str, int]) -> None:
        """Note what other instances have counted in a window."""
        for key, count in others.items():
            window = self._windows.get(key)
            if window is not None and window.number == number:
                window.others = count

    def _turned(self, key: str, window: _Window | None, number: int) -> _Window:
        """The window of a caller for the present, new or turned over."""
        if window is None:
            if len(self._windows) >= self._capacity:
                oldest, _ = self._windows.popitem(last=False)
                for known in (self._changed, self._taken, self._again):
                    known.pop(oldest, None)
            window = self._windows[key] = _Window(number)
            return window
        used = window.count + window.others
        window.previous = used if number == window.number + 1 else 0
        window.number, window.count, window.others = number, 0, 0
        self._windows.move_to_end(key)
        return window


def _refused(limit: Limit, window: _Window, left: float, now: float, count: int = 1) -> Verdict:
    """The refusal of so many requests `left` seconds before the end of the window."""
    wait = max(1, math.ceil(_wait(limit, window, left, count)))
    reset = max(wait, math.ceil(left))
    return Verdict(limit, False, 0, reset, math.ceil(now) + reset, wait)  # noqa: FBT003 - a record


def _wait(limit: Limit, window: _Window, left: float, count: int) -> float:
    """Seconds until there is room for so many, if nobody takes it.

    For more than the limit ever allows it is two windows: then at least all of it is there.
    """
    used = window.count + window.others
    room = limit.quota - count - used
    if room >= 0:
        return left - room * limit.seconds / window.previous
    if count > limit.quota:
        return left + limit.seconds
    return left + limit.seconds * (1 - (limit.quota - count) / used)

"""Conditions of a query that are there or not, and the values of its parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

LAST_CHARACTER = chr(0x10FFFF)
"""What follows every text that begins with the same characters."""


@dataclass(slots=True)
class Terms:
    """More conditions of a query, and the values of all its parameters."""

    values: list[object] = field(default_factory=list)
    text: str = ""

    def add(self, condition: str, *values: object) -> None:
        """A condition with a place, such as `{}` or `{0}`, for each value."""
        self.text += f" AND {condition.format(*self.keep(*values))}"

    def keep(self, *values: object) -> list[str]:
        """The parameters that stand for some values."""
        first = len(self.values) + 1
        self.values.extend(values)
        return [f"${number}" for number in range(first, first + len(values))]

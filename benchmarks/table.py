"""The rows of the table that `make bench` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; `kept` is None where nothing was promised."""

    name: str
    value: str
    promise: str = ""
    kept: bool | None = None

    @classmethod
    def at_least(cls, name: str, value: float, least: float | None) -> Row:
        if least is None:
            return cls(name, f"{value:.2f}")
        return cls(name, f"{value:.2f}", f"at least {least:g}", value >= least)

    @classmethod
    def at_most(cls, name: str, value: float, most: float) -> Row:
        return cls(name, f"{value:.2f}", f"at most {most:g}", value <= most)

    def __str__(self) -> str:
        verdict = {None: "", True: "kept", False: "BROKEN"}[self.kept]
        return f"| {self.name:<52} | {self.value:>8} | {self.promise:<14} | {verdict:<6} |"

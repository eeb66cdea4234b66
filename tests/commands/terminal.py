"""Standard input of somebody who sits there."""

from __future__ import annotations

import io


class Terminal(io.StringIO):
    """What is typed, line by line; then the end of it."""

    def isatty(self) -> bool:
        return True

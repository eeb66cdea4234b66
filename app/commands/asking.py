"""Asking whoever sits at the terminal, before something is gone for good."""

from __future__ import annotations

import sys

from app.errors import BadRequest


def agreed(question: str) -> bool:
    """Whether somebody said yes; raises BadRequest where nobody can be asked.

    The question goes to standard error: standard output is for what a script takes.
    """
    if not sys.stdin.isatty():
        msg = f"{question} There is no terminal to ask; use --yes"
        raise BadRequest(msg)
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}

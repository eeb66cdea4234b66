"""The question before something is gone for good."""

from __future__ import annotations

import io
import sys

import pytest

from app.commands.asking import agreed
from app.errors import BadRequest
from tests.commands.terminal import Terminal


@pytest.mark.parametrize(
    ("typed", "is_yes"),
    [("y\n", True), (" Yes \n", True), ("\n", False), ("n\n", False), ("ye\n", False), ("", False)],
)
def test_a_terminal_is_asked_and_yes_is_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, *, is_yes: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    assert agreed("end all of it?") is is_yes
    asked = capsys.readouterr()
    assert (asked.out, asked.err) == ("", "end all of it? [y/N] ")


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(BadRequest, match=r"end all of it\? There is no terminal to ask; use --yes"):
        agreed("end all of it?")

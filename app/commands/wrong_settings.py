"""What is wrong with the settings, by the names under which they were set."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.calculations.problems import problem_of
from app.errors import NOT_TOLD
from app.settings import SECRETS, Settings, names_of

_FIELD = re.compile('"([a-z_]+)"').search


def setting_problems(error: ValidationError) -> Iterator[str]:
    """A line for each setting that cannot be."""
    for finding in error.errors(include_url=False):
        field = _field_of(finding["loc"])
        if field is None:
            yield str(finding["msg"]).removeprefix("Value error, ")
            continue
        rest = tuple(finding["loc"][1:])
        name = ".".join(map(str, (_set_as(field), *rest)))
        if finding["type"] == "value_error":
            yield f"{name} {_reason(finding)}"
            continue
        problem = problem_of({**finding, "loc": (field, *rest)}, Settings, textual=True)
        got = NOT_TOLD if field in SECRETS else problem.got
        yield replace(problem, field=name, got=got).message


def unreadable_setting(error: SettingsError) -> str:
    """A line for a value that should have been JSON."""
    found = _FIELD(str(error))
    if found is None or found[1] not in Settings.model_fields:
        return str(error)
    return f"{_set_as(found[1])} must be valid JSON"


def _reason(finding: Any) -> str:
    """What a rule of ours says, or that of a reader of JSON, which is no sentence about a value."""
    reason = finding["ctx"]["error"]
    return f"{reason}" if str(reason).startswith("must ") else f"must be valid: {reason}"


def _field_of(location: tuple[int | str, ...]) -> str | None:
    """The field of a location, which pydantic tells by the first of its names."""
    for field, known in Settings.model_fields.items():
        if location and location[0] in {field, *names_of(known)}:
            return field
    return None


def _set_as(field: str) -> str:
    """The variable that a setting was taken from; the environment goes before the file."""
    names = names_of(Settings.model_fields[field])
    for source in (os.environ, dotenv_values(".env")):
        for name in names:
            if name in source:
                return name
    return names[0]

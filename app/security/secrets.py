"""The key that signs tokens: given, or made once in the data directory."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.errors import CannotStart
from app.settings import Settings

KEY_FILE = "secret_key"
SHORTEST_KEY = 32
"""Characters of a key: what HS256 asks for."""
_KEY_BYTES = 48


class UnusableDataDirectory(CannotStart):
    """The data directory cannot be read or written."""


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The key that signs, and all that verify: the current one first."""

    current: str
    accepted: tuple[str, ...]


def signing_keys(settings: Settings) -> SigningKeys:
    """The keys of this installation; raises UnusableDataDirectory."""
    current = settings.secret_key or _kept_key(settings.data_dir)
    previous = settings.secret_key_previous
    return SigningKeys(current, (current, previous) if previous else (current,))


def _kept_key(directory: Path) -> str:
    """The key in the data directory, made at the first call; two processes may start at once."""
    path = directory / KEY_FILE
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _publish(path, secrets.token_urlsafe(_KEY_BYTES))
        key = path.read_bytes().decode(errors="replace").strip()
    except OSError as error:
        msg = (
            f"cannot keep a key in {directory}: {error.strerror}; "
            "set NOCTURNA_DATA_DIR to a directory with room that you own"
        )
        raise UnusableDataDirectory(msg) from error
    if len(key) < SHORTEST_KEY:
        msg = (
            f"{path} holds {len(key)} characters, too few for a key; restore it, or remove it for "
            "a new one, which ends every token of the old one"
        )
        raise UnusableDataDirectory(msg)
    return key


def _publish(path: Path, key: str) -> None:
    """Write the file whole under another name, then link it: whoever links first wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)

"""The ephemeris files: where they are, and that they are the ones we ship."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from app.errors import CannotStart

DATA = Path(__file__).with_name("data")
MANIFEST = "MANIFEST.sha256"
DE_NUMBER = 431
"""JPL development ephemeris that the shipped files were made from."""
LONGEST_PATH = 242
"""Bytes of all directories joined by colons: from a longer path the library silently turns to its
own default."""


class DamagedEphemeris(CannotStart):
    """A shipped ephemeris file is missing or was changed."""


def directories(extra: Sequence[Path]) -> tuple[Path, ...]:
    """Where the library looks: our own files first, then those of the settings."""
    for directory in extra:
        if not directory.is_dir():
            msg = f"NOCTURNA_EPHEMERIS_PATH names {directory}, which is no directory"
            raise DamagedEphemeris(msg)
    found = (DATA, *(directory.resolve() for directory in extra))
    length = len(os.fsencode(os.pathsep.join(map(str, found))))
    if length > LONGEST_PATH:
        msg = (
            f"the ephemeris directories joined are {length} bytes, and Swiss Ephemeris reads at "
            f"most {LONGEST_PATH}: shorten NOCTURNA_EPHEMERIS_PATH, or move {DATA}"
        )
        raise DamagedEphemeris(msg)
    return found


def verify(directory: Path = DATA) -> None:
    """Compare every file with the manifest; raises DamagedEphemeris naming the first bad one."""
    for line in (directory / MANIFEST).read_text().splitlines():
        digest, name = line.split()
        path = directory / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            msg = f"ephemeris file {path} is missing or damaged; restore it: git checkout -- {path}"
            raise DamagedEphemeris(msg)

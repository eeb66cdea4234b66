"""The shipped places: where they are, and that they are the ones we ship.

Made by `make places` from GeoNames (https://www.geonames.org), licensed under CC BY 4.0; the
NOTICE beside the files says how they were changed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

DATA = Path(__file__).with_name("data")
MANIFEST = "MANIFEST.sha256"
CITIES, COUNTRIES, REGIONS = "cities.npz", "countries.tsv", "regions.tsv"

ATTRIBUTION = "Places: GeoNames (https://www.geonames.org), CC BY 4.0, condensed"
"""What answers made from this data have to say somewhere."""


class DamagedPlaces(Exception):
    """A shipped file of places is missing or was changed."""


def verify(directory: Path = DATA) -> None:
    """Compare every file with the manifest; raises DamagedPlaces naming the first bad one."""
    for line in (directory / MANIFEST).read_text("ascii").splitlines():
        digest, name = line.split()
        path = directory / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            msg = f"file of places {path} is missing or damaged; restore it: git checkout -- {path}"
            raise DamagedPlaces(msg)

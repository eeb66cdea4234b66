"""The time zone of a point on the map; the only importer of tzfpy.

The borders are those of timezone-boundary-builder (ODbL 1.0), simplified by tzfpy to about 110
metres. The first call reads them: some 80 ms in which no other thread runs, and 35 MB for the rest
of the process. So it belongs into a worker process, or before the first request; never on the loop.
"""

from __future__ import annotations

from collections.abc import Mapping

import tzfpy

from app.errors import InvalidInput

HIGHEST_LATITUDE, HIGHEST_LONGITUDE = 90.0, 180.0

_AT_SEA = "Etc/"
_DECIDED: Mapping[tuple[str, ...], str] = {("Asia/Shanghai", "Asia/Urumqi"): "Asia/Urumqi"}
"""Where two clocks are kept, the one that GeoNames gives to the towns there. Xinjiang's papers
mostly show Beijing time: who knows of such a paper gives Asia/Shanghai."""


def zone_at(latitude: float, longitude: float) -> str:
    """The IANA zone of a point, in degrees north and east.

    Raises InvalidInput naming `timezone` at sea, where it is up to the ship, and `latitude` or
    `longitude` outside the map.
    """
    found = zones_at(latitude, longitude)
    zone = _DECIDED.get(found, found[0])
    if zone.startswith(_AT_SEA):
        expected = (
            f"given, because latitude {latitude:g}, longitude {longitude:g} is at sea (are the two "
            f"swapped?): the ship's clock, or that of the nautical zone, {_offset(zone)}"
        )
        raise InvalidInput.of("timezone", expected, None)
    return zone


def zones_at(latitude: float, longitude: float) -> tuple[str, ...]:
    """Every zone that claims a point, in alphabetical order; at sea the nautical one, as Etc/GMT.

    Raises InvalidInput outside the map.
    """
    if not -HIGHEST_LATITUDE <= latitude <= HIGHEST_LATITUDE:
        raise InvalidInput.of("latitude", "within -90..90 degrees", latitude)
    if not -HIGHEST_LONGITUDE <= longitude <= HIGHEST_LONGITUDE:
        raise InvalidInput.of("longitude", "within -180..180 degrees", longitude)
    return tuple(tzfpy.get_tzs(longitude, latitude)) or ("Etc/GMT",)


def borders_version() -> str:
    """The release of the borders, such as 2026e."""
    return tzfpy.data_version()


def _offset(nautical: str) -> str:
    """The offset of Etc/GMT+2, which is two hours behind: -02:00."""
    hours = -int(nautical.removeprefix("Etc/GMT") or 0)
    return f"{hours:+03d}:00"

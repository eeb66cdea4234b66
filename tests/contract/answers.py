"""Shapes that several operations answer with, under their names in the documentation."""

from __future__ import annotations

from tests.contract.shapes import (
    CAPITALS,
    FLAG,
    HOUSE,
    ISO,
    LATITUDE,
    LONGITUDE,
    NUMBER,
    ORB,
    PART,
    POSITIVE,
    SEPARATION,
    SIGN,
    SMALL,
    TEXT,
    WHOLE,
    Maybe,
    Names,
    Rows,
    one_of,
    whole,
)

TEN = (
    *("SUN", "MOON", "MERCURY", "VENUS", "MARS"),
    *("JUPITER", "SATURN", "URANUS", "NEPTUNE", "PLUTO"),
)
TWELVE = (*TEN, "NORTH_NODE", "LILITH")
THIRTEEN = (*TWELVE, "SOUTH_NODE")
NUMBERS = tuple(str(number) for number in range(1, 13))
ANGLES = Names(LONGITUDE, ("ASC", "MC", "DESC", "IC"))
TURNED_ANGLES = Names(LONGITUDE, ("ASC", "MC", "ARMC", "VERTEX"))

DEGREE = {"sign": SIGN, "degree": whole(0, 29), "minute": whole(0, 59), "second": whole(0, 59)}
"""`sign` in capitals, and what is full of the sign in degrees, minutes and seconds."""
PLACE = {"longitude": LONGITUDE, "latitude": LATITUDE}
PNAT = {**PLACE, "distance": POSITIVE, "speed": NUMBER, "is_retrograde": FLAG}
PRAW = {
    **PLACE,
    "distance": POSITIVE,
    "speed_long": NUMBER,
    "speed_lat": NUMBER,
    "speed_dist": NUMBER,
}
POS = {**PNAT, "planet": CAPITALS, **DEGREE, "house": Maybe(HOUSE)}
POS_HOUSED = {**POS, "house": HOUSE}
ASP = {
    "planet1": CAPITALS,
    "planet2": CAPITALS,
    "aspect_type": CAPITALS,
    "orb": ORB,
    "applying": FLAG,
    "exact_time": Maybe(ISO),
}
HOUSE_ROW = {"number": HOUSE, "longitude": LONGITUDE, "latitude": one_of(0.0, 0), **DEGREE}
ASP_PT = {"planet": CAPITALS, "angle": SEPARATION, "orb": ORB, "aspect_type": CAPITALS}
PAIR = {
    "planet1": CAPITALS,
    "planet2": CAPITALS,
    "angle": SEPARATION,
    "orb": ORB,
    "aspect_type": CAPITALS,
}
RECT_OUT = {
    "rectified_time": ISO,
    "confidence": PART,
    "aspects": Rows(PAIR),
    "events_matched": WHOLE,
    "total_events": WHOLE,
}
HNAT = {"cusps": Rows(LONGITUDE, length=12), "angles": ANGLES, "system": CAPITALS}
ANAT = {
    "planet1": CAPITALS,
    "planet2": CAPITALS,
    "angle": SEPARATION,
    "orb": ORB,
    "aspect_type": SMALL,
    "applying": FLAG,
    "strength": PART,
    "is_partile": FLAG,
    "is_exact": FLAG,
}
NATAL = {
    "planets": Names(PNAT, TWELVE),
    "houses": HNAT,
    "aspects": {"aspects": Rows(ANAT, least=1)},
}
_COMPARED = {
    "planet1": CAPITALS,
    "planet2": CAPITALS,
    "aspect_type": SMALL,
    "orb": ORB,
    "strength": PART,
}
SYN = {
    "aspects": Rows({**_COMPARED, "applying": Maybe(FLAG)}, least=1),
    "total_strength": PART,
    "planet_aspects": Names(Rows(TEXT), TWELVE),
    "house_aspects": Names(Rows(CAPITALS), NUMBERS),
}
"""`applying` is null between two charts that stand."""
TRANSITS = {
    **SYN,
    "aspects": Rows(
        {
            **_COMPARED,
            "applying": FLAG,
            "transit_planet": CAPITALS,
            "natal_planet": CAPITALS,
        },
        least=1,
    ),
    "transit_positions": Names(PNAT, TWELVE),
}
EIGHT = Rows(LONGITUDE, length=8)
HOUSES_EIGHT = {"cusps": Rows(LONGITUDE, length=12), "angles": EIGHT, "system": CAPITALS}
NUMBERED = {
    "planet1": CAPITALS,
    "planet2": CAPITALS,
    "aspect": SEPARATION,
    "aspect_type": SMALL,
    "angle": SEPARATION,
    "orb": ORB,
}
"""`aspect` is in degrees, and has its name beside it."""

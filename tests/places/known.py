"""Cities whose zones are known: by the coordinates of atlases and the rules of the IANA database.

The zone of each is the one that `zone.tab` of the database, or a comment there, names for its
country or region; the coordinates are not those of our data.
"""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """A city as one would search it, about where it lies, and its zone."""

    query: str
    latitude: float
    longitude: float
    zone: str


CITIES = tuple(
    Known(*row)
    for row in (
        # Where three countries meet, and towns across a river or a fence
        ("Basel, CH", 47.558, 7.588, "Europe/Zurich"),
        ("Weil am Rhein", 47.594, 7.621, "Europe/Berlin"),
        ("Saint-Louis, France", 47.592, 7.559, "Europe/Paris"),
        ("Geneva, Switzerland", 46.204, 6.143, "Europe/Zurich"),
        ("Annemasse", 46.194, 6.237, "Europe/Paris"),
        ("Konstanz", 47.678, 9.173, "Europe/Berlin"),
        ("Kreuzlingen", 47.646, 9.178, "Europe/Zurich"),
        ("Vaduz", 47.141, 9.521, "Europe/Vaduz"),
        ("Bregenz", 47.503, 9.747, "Europe/Vienna"),
        ("Tijuana", 32.515, -117.038, "America/Tijuana"),
        ("San Diego, California", 32.716, -117.161, "America/Los_Angeles"),
        ("Ciudad Juarez", 31.690, -106.425, "America/Ciudad_Juarez"),
        ("El Paso, Texas", 31.759, -106.487, "America/Denver"),
        ("Narva", 59.377, 28.190, "Europe/Tallinn"),
        ("Ivangorod", 59.374, 28.223, "Europe/Moscow"),
        ("Haparanda", 65.836, 24.137, "Europe/Stockholm"),
        ("Tornio", 65.848, 24.147, "Europe/Helsinki"),
        ("Eilat", 29.558, 34.948, "Asia/Jerusalem"),
        ("Aqaba", 29.527, 35.008, "Asia/Amman"),
        ("Gorizia", 45.941, 13.622, "Europe/Rome"),
        ("Nova Gorica", 45.956, 13.648, "Europe/Ljubljana"),
        ("Gorlitz, Germany", 51.153, 14.987, "Europe/Berlin"),
        ("Zgorzelec", 51.150, 15.007, "Europe/Warsaw"),
        ("Sturovo", 47.799, 18.718, "Europe/Bratislava"),
        ("Esztergom", 47.786, 18.741, "Europe/Budapest"),
        ("Brest, Belarus", 52.098, 23.690, "Europe/Minsk"),
        ("Terespol", 52.076, 23.615, "Europe/Warsaw"),
        ("Blagoveshchensk, Amur", 50.290, 127.527, "Asia/Yakutsk"),
        ("Heihe", 50.244, 127.490, "Asia/Shanghai"),
        ("Lloydminster, CA", 53.278, -110.005, "America/Edmonton"),
        ("Detroit", 42.331, -83.046, "America/Detroit"),
        ("Windsor, Ontario", 42.300, -83.017, "America/Toronto"),
        ("Irun", 43.338, -1.789, "Europe/Madrid"),
        ("Hendaye", 43.359, -1.774, "Europe/Paris"),
        ("Badajoz", 38.879, -6.971, "Europe/Madrid"),
        ("Elvas", 38.881, -7.163, "Europe/Lisbon"),
        ("Foz do Iguacu", -25.547, -54.588, "America/Sao_Paulo"),
        ("Ciudad del Este", -25.510, -54.611, "America/Asuncion"),
        ("Livingstone, Zambia", -17.842, 25.854, "Africa/Lusaka"),
        ("Victoria Falls, Zimbabwe", -17.932, 25.830, "Africa/Harare"),
        ("Amritsar", 31.634, 74.872, "Asia/Kolkata"),
        ("Lahore", 31.549, 74.343, "Asia/Karachi"),
        ("Coolangatta", -28.168, 153.530, "Australia/Brisbane"),
        ("Tweed Heads", -28.183, 153.550, "Australia/Sydney"),
        # States and counties with clocks of their own
        ("Indianapolis", 39.768, -86.158, "America/Indiana/Indianapolis"),
        ("Gary, Indiana", 41.593, -87.346, "America/Chicago"),
        ("Evansville, Indiana", 37.975, -87.556, "America/Chicago"),
        ("Tell City", 37.951, -86.768, "America/Indiana/Tell_City"),
        ("Vincennes, Indiana", 38.677, -87.529, "America/Indiana/Vincennes"),
        ("Knox, Indiana", 41.296, -86.625, "America/Indiana/Knox"),
        ("Winamac", 41.051, -86.603, "America/Indiana/Winamac"),
        ("Vevay", 38.748, -85.067, "America/Indiana/Vevay"),
        ("Petersburg, Indiana", 38.492, -87.279, "America/Indiana/Petersburg"),
        ("Louisville, Kentucky", 38.254, -85.759, "America/Kentucky/Louisville"),
        ("Monticello, Kentucky", 36.830, -84.849, "America/Kentucky/Monticello"),
        ("Phoenix, Arizona", 33.448, -112.074, "America/Phoenix"),
        ("Kayenta", 36.728, -110.255, "America/Denver"),
        ("Tuba City", 36.135, -111.240, "America/Denver"),
        ("Boise", 43.615, -116.202, "America/Boise"),
        ("Menominee, Michigan", 45.108, -87.614, "America/Menominee"),
        ("Pensacola", 30.421, -87.217, "America/Chicago"),
        ("Regina, Saskatchewan", 50.445, -104.619, "America/Regina"),
        ("St. John's, Canada", 47.561, -52.713, "America/St_Johns"),
        ("Broken Hill", -31.957, 141.467, "Australia/Broken_Hill"),
        ("Adelaide", -34.929, 138.601, "Australia/Adelaide"),
        ("Darwin, Australia", -12.463, 130.845, "Australia/Darwin"),
        ("Perth, WA", -31.952, 115.861, "Australia/Perth"),
        ("Hobart", -42.879, 147.329, "Australia/Hobart"),
        ("Cancun", 21.161, -86.851, "America/Cancun"),
        ("Hermosillo", 29.073, -110.956, "America/Hermosillo"),
        ("Manaus", -3.119, -60.022, "America/Manaus"),
        ("Ushuaia", -54.807, -68.304, "America/Argentina/Ushuaia"),
        ("Punta Arenas", -53.164, -70.917, "America/Punta_Arenas"),
        # Russia and its neighbours
        ("Kaliningrad", 54.711, 20.510, "Europe/Kaliningrad"),
        ("Moscow, Russia", 55.756, 37.617, "Europe/Moscow"),
        ("Samara, Russia", 53.196, 50.101, "Europe/Samara"),
        ("Volgograd", 48.708, 44.513, "Europe/Volgograd"),
        ("Yekaterinburg", 56.838, 60.597, "Asia/Yekaterinburg"),
        ("Novosibirsk", 55.030, 82.920, "Asia/Novosibirsk"),
        ("Vladivostok", 43.115, 131.886, "Asia/Vladivostok"),
        ("Kyiv", 50.450, 30.523, "Europe/Kyiv"),
        ("Sevastopol", 44.617, 33.525, "Europe/Simferopol"),
        ("Almaty", 43.239, 76.885, "Asia/Almaty"),
        ("Urumqi", 43.825, 87.617, "Asia/Urumqi"),
        ("Kashgar", 39.470, 75.990, "Asia/Urumqi"),
        ("Lanzhou", 36.061, 103.834, "Asia/Shanghai"),
        # Quarters of an hour, islands, the date line
        ("Kathmandu", 27.717, 85.324, "Asia/Kathmandu"),
        ("Waitangi, Chatham Islands", -43.953, -176.560, "Pacific/Chatham"),
        ("Kolkata", 22.573, 88.364, "Asia/Kolkata"),
        ("Yangon", 16.866, 96.195, "Asia/Yangon"),
        ("Tehran", 35.689, 51.389, "Asia/Tehran"),
        ("Kabul", 34.555, 69.207, "Asia/Kabul"),
        ("Pyongyang", 39.039, 125.763, "Asia/Pyongyang"),
        ("Apia", -13.833, -171.767, "Pacific/Apia"),
        ("Pago Pago", -14.278, -170.703, "Pacific/Pago_Pago"),
        ("Honolulu", 21.307, -157.858, "Pacific/Honolulu"),
        ("Las Palmas", 28.124, -15.430, "Atlantic/Canary"),
        ("Ponta Delgada", 37.741, -25.676, "Atlantic/Azores"),
        ("Ceuta", 35.889, -5.316, "Africa/Ceuta"),
        ("Longyearbyen", 78.223, 15.647, "Arctic/Longyearbyen"),
        ("Hanga Roa", -27.149, -109.428, "Pacific/Easter"),
        # Large ones
        ("New York", 40.713, -74.006, "America/New_York"),
        ("London, UK", 51.508, -0.126, "Europe/London"),
        ("Paris, France", 48.853, 2.349, "Europe/Paris"),
        ("Tokyo", 35.690, 139.692, "Asia/Tokyo"),
        ("Cairo, Egypt", 30.044, 31.236, "Africa/Cairo"),
        ("Johannesburg", -26.202, 28.044, "Africa/Johannesburg"),
        ("Buenos Aires", -34.613, -58.377, "America/Argentina/Buenos_Aires"),
    )
)

VILLAGES = (
    Known("Lord Howe Island", -31.555, 159.082, "Australia/Lord_Howe"),
    Known("Window Rock, Navajo Nation", 35.681, -109.052, "America/Denver"),
    Known("Moenkopi, Hopi Reservation", 36.111, -111.222, "America/Phoenix"),
    Known("Büsingen", 47.697, 8.690, "Europe/Busingen"),
    Known("Eucla", -31.677, 128.889, "Australia/Eucla"),
    Known("Campione d'Italia", 45.968, 8.971, "Europe/Rome"),
    Known("Amundsen-Scott", -90.0, 0.0, "Antarctica/McMurdo"),
)
"""Places with clocks of their own that are too small for the list of cities."""

"""Ephemeris files: shipped whole, missing by name, and never replaced by a coarser theory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from functools import partial
from itertools import chain
from pathlib import Path

import pytest

from app.astrology.bodies import HYPOTHETICAL, PLANETS, Body
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import Ayanamsa, AyanamsaName, Frame, Theory
from app.astrology.houses import HouseSystem
from app.astrology.place import Place
from app.astrology.sky import Provenance
from app.ephemeris.files import (
    DATA,
    LONGEST_PATH,
    MANIFEST,
    DamagedEphemeris,
    directories,
    verify,
)
from app.ephemeris.missing import file_name
from app.ephemeris.swiss import LIBRARY, SwissEphemeris
from tests.ephemeris import oracle

NOON_2000 = 2451545.0
MOON_2400_01_20 = 2597660.5
"""Julian day of 2400-01-20 00:00 (Gregorian)."""
ANALYTIC = (
    *(Body.NORTH_NODE, Body.SOUTH_NODE, Body.LILITH, Body.PRIAPUS),
    *(Body.LILITH_INTERPOLATED, Body.PRIAPUS_INTERPOLATED),
)
OSCULATING = (Body.TRUE_NODE, Body.TRUE_SOUTH_NODE, Body.LILITH_TRUE, Body.PRIAPUS_TRUE)
ASTEROIDS = (*(Body.CHIRON, Body.PHOLUS, Body.CERES, Body.PALLAS, Body.JUNO, Body.VESTA),)
SEEN = [body for body in Body if body not in HYPOTHETICAL and body is not Body.EARTH]
FROM_FILES = [body for body in SEEN if body not in ANALYTIC]
FROM_MOON_AND_PLANETS = [body for body in FROM_FILES if body not in (*OSCULATING, *ASTEROIDS)]
MOSHIER = Frame(Theory.MOSHIER)

SAN_DIEGO = Place(32.716667, -117.15)


def year_start(year: int) -> float:
    """Julian day of 1 January, 00:00, of a Gregorian year."""
    return oracle.julian_day(year, 1, 1, 0.0)


def folder(path: Path, *names: str) -> Path:
    """A directory with some of the shipped files."""
    path.mkdir(exist_ok=True)
    for name in names:
        shutil.copy(DATA / name, path)
    return path


def refusal(sky: SwissEphemeris, moment: float, body: Body) -> OutsideEphemeris | None:
    """What the ephemeris says instead of a position, or None."""
    try:
        sky.positions((moment,), (body,))
    except OutsideEphemeris as refused:
        return refused
    return None


def refused_with(path: Path, moment: float = NOON_2000) -> dict[Body, list[str]]:
    """The files that are missed for each body refused, with the files of one directory alone."""

    def work() -> dict[Body, list[str]]:
        sky = SwissEphemeris([path])
        answers = {body: refusal(sky, moment, body) for body in SEEN}
        return {
            body: list((refused.details or {})["missing_files"])
            for body, refused in answers.items()
            if refused is not None
        }

    return oracle.in_own_thread(work)


# The shipped files


def test_the_shipped_files_are_those_of_the_manifest() -> None:
    verify()
    listed = {line.split()[1] for line in (DATA / MANIFEST).read_text().splitlines()}
    assert listed == {path.name for path in DATA.iterdir()} - {MANIFEST}
    pairs = [f"{prefix}_{first}.se1" for prefix in ("sepl", "semo", "seas") for first in (12, 18)]
    assert listed == {*pairs, "sefstars.txt", "seorbel.txt"}


@pytest.mark.parametrize("damage", ["one bit", "cut", "gone", "empty"])
def test_a_changed_copy_is_noticed_by_name(damage: str, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    verify(copy)
    file = copy / "semo_12.se1"
    content = bytearray(file.read_bytes())
    if damage == "gone":
        file.unlink()
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "cut":
        file.write_bytes(content[:-1])
    else:
        content[-1] ^= 1
        file.write_bytes(content)
    with pytest.raises(DamagedEphemeris, match=r"semo_12\.se1 is missing or damaged; restore it"):
        verify(copy)


def test_more_directories_come_after_our_own(tmp_path: Path) -> None:
    assert directories(()) == (DATA,)
    assert directories((tmp_path,)) == (DATA, tmp_path.resolve())
    with pytest.raises(DamagedEphemeris, match="which is no directory"):
        directories((tmp_path / "nothing",))


def test_directories_too_long_for_the_library_are_refused_at_the_start(tmp_path: Path) -> None:
    """Swiss Ephemeris 2.10.03 silently reads its default path instead of one over 242 bytes."""

    def of_length(length: int) -> Path:
        path = tmp_path
        missing = length - len(os.fsencode(path)) - 1
        while missing > 100:
            path, missing = path / ("d" * 49), missing - 50
        path /= "e" * missing
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(DATA, target_is_directory=True)
        return path

    longest, longer = of_length(LONGEST_PATH), of_length(LONGEST_PATH + 1)
    assert set(refused_with(longest)) == set()
    assert oracle.in_own_thread(lambda: refusal(SwissEphemeris([longer]), NOON_2000, Body.SUN))
    real = tmp_path / ("f" * 100) / ("f" * 100)
    real.mkdir(parents=True)
    with pytest.raises(DamagedEphemeris, match="shorten NOCTURNA_EPHEMERIS_PATH"):
        directories((real,))


# Outside the files


@pytest.mark.parametrize(
    ("year", "number"), [(1100, 6), (1199, 6), (2400, 24), (2450, 24), (500, 0), (5000, 48)]
)
@pytest.mark.parametrize("body", FROM_FILES, ids=str)
def test_outside_the_files_the_answer_names_the_files_to_add(
    body: Body, year: int, number: int, ephemeris: SwissEphemeris
) -> None:
    refused = refusal(ephemeris, year_start(year) + 60.0, body)
    assert refused is not None
    assert refused.details is not None
    kinds = ["semo"] if body in OSCULATING else ["sepl", "semo"]
    kinds += ["seas"] if body in ASTEROIDS else []
    missing = [f"{kind}_{number:02d}.se1" for kind in kinds]
    details = dict(refused.details or {})
    assert str(details.pop("got")).startswith("year ")
    assert details == {"field": "date", "body": body, "missing_files": missing}
    assert f"no ephemeris file reaches {body} in the year {year}" in refused.message
    assert f"put {' and '.join(missing)} into a directory" in refused.message
    assert "NOCTURNA_EPHEMERIS_PATH" in refused.message


@pytest.mark.parametrize("body", ANALYTIC, ids=str)
@pytest.mark.parametrize("year", [-3000, 1100, 2450])
def test_mean_points_need_no_file(body: Body, year: int, ephemeris: SwissEphemeris) -> None:
    assert refusal(ephemeris, year_start(year), body) is None


def test_files_before_the_year_0_are_named_with_an_m(ephemeris: SwissEphemeris) -> None:
    refused = refusal(ephemeris, year_start(-43), Body.SUN)
    assert refused is not None
    assert "in the year -43" in refused.message
    assert "seplm06.se1" in refused.message


@pytest.mark.parametrize(
    ("year", "name"),
    [
        (-601, "seplm12.se1"),
        (-600, "seplm06.se1"),
        (-1, "seplm06.se1"),
        (0, "sepl_00.se1"),
        (599, "sepl_00.se1"),
        (600, "sepl_06.se1"),
        (1799, "sepl_12.se1"),
        (1800, "sepl_18.se1"),
        (2399, "sepl_18.se1"),
        (2400, "sepl_24.se1"),
    ],
)
def test_a_file_holds_six_centuries(year: int, name: str) -> None:
    assert file_name("sepl", year) == name


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ([], "1200 to 2399"),
        (["_24"], "1200 to 2999"),
        (["m06"], "-600 to -1 and 1200 to 2399"),
    ],
    ids=str,
)
def test_a_refusal_tells_the_years_of_the_files_that_are_here(
    more: list[str], told: str, tmp_path: Path
) -> None:
    for file in DATA.glob("*.se1"):
        (tmp_path / file.name).symlink_to(file)
    for century in more:
        for prefix in ("sepl", "semo"):
            (tmp_path / f"{prefix}{century}.se1").touch()

    def work() -> OutsideEphemeris | None:
        return refusal(SwissEphemeris([tmp_path]), year_start(5000) + 60.0, Body.MARS)

    refused = oracle.in_own_thread(work)
    assert refused is not None
    assert f"the files here cover {told};" in refused.message
    assert refused.moment == pytest.approx(year_start(5000) + 60.0)


@pytest.mark.parametrize("day", [0.0, 3.0, 6.9])
def test_the_first_days_of_1200_are_counted_by_the_julian_calendar(
    day: float, ephemeris: SwissEphemeris
) -> None:
    """1199-12-25 (Julian) is 1200-01-01 (Gregorian), but no day of the file of 1200."""
    refused = refusal(ephemeris, 2159350.5 + day, Body.MARS)
    assert refused is not None
    assert "in the year 1199" in refused.message
    assert (refused.details or {})["missing_files"] == ["sepl_06.se1", "semo_06.se1"]


@pytest.mark.parametrize("body", [Body.PLUTO, Body.CHIRON], ids=str)
def test_light_that_left_before_the_file_begins_needs_the_file_before(
    body: Body, ephemeris: SwissEphemeris
) -> None:
    """At 1200-01-01 00:00 (Julian) the light of Pluto left in 1199, seven hours before."""
    refused = refusal(ephemeris, 2159357.5, body)
    assert refused is not None
    assert "sepl_06.se1" in (refused.details or {})["missing_files"]
    assert refusal(ephemeris, 2159357.5, Body.SUN) is None
    assert refusal(ephemeris, 2159358.5, body) is None


def test_the_moon_of_2400_is_refused_whatever_was_asked_before() -> None:
    """DEFINITIONS.md 1: on 2400-01-20 the library answers by Moshier, on 2400-01-05 from the files.

    That it still reads 2400-01-05 depends on the file it has open: another answer on another day.
    """
    for earlier in ([], [NOON_2000], [year_start(1500)]):

        def work(earlier: Sequence[float] = earlier) -> list[str]:
            sky = SwissEphemeris([DATA])
            sky.positions(earlier, (Body.MOON,))
            moments = (year_start(2400) + 4.0, MOON_2400_01_20)
            refused = [refusal(sky, moment, Body.MOON) for moment in moments]
            return [answer.message if answer else "answered" for answer in refused]

        for message in oracle.in_own_thread(work):
            assert "no ephemeris file reaches MOON in the year 2400" in message
            assert "semo_24.se1" in message


def test_one_moment_outside_refuses_the_whole_array(ephemeris: SwissEphemeris) -> None:
    with pytest.raises(OutsideEphemeris, match="2450"):
        ephemeris.positions((NOON_2000, year_start(2450)), (Body.SUN,))


# Never Moshier in silence


def test_without_any_file_every_body_that_needs_one_is_refused(tmp_path: Path) -> None:
    refused = refused_with(folder(tmp_path / "empty"))
    assert list(refused) == FROM_FILES
    assert refused[Body.SUN] == ["sepl_18.se1", "semo_18.se1"]
    assert refused[Body.TRUE_NODE] == ["semo_18.se1"]
    assert refused[Body.CHIRON] == ["sepl_18.se1", "semo_18.se1", "seas_18.se1"]


def test_a_directory_that_is_not_there_is_as_empty(tmp_path: Path) -> None:
    assert list(refused_with(tmp_path / "nothing")) == FROM_FILES


@pytest.mark.parametrize(
    ("present", "refused"),
    [
        # Here the library takes the Moon from Moshier under the flag of the files, 0.09 arc
        # seconds off at noon of 2000-01-01, and the Earth from that Moon.
        (("sepl_18.se1",), FROM_FILES),
        (("semo_18.se1",), [*FROM_MOON_AND_PLANETS, *ASTEROIDS]),
        (("seas_18.se1",), FROM_FILES),
        (("sepl_18.se1", "semo_18.se1"), [*ASTEROIDS]),
        (("sepl_18.se1", "seas_18.se1"), FROM_FILES),
        (("sepl_18.se1", "semo_18.se1", "seas_18.se1"), []),
        (("sepl_12.se1", "semo_12.se1", "seas_12.se1"), FROM_FILES),
    ],
    ids=lambda value: "+".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_every_body_needs_all_of_its_files(
    present: tuple[str, ...], refused: list[Body], tmp_path: Path
) -> None:
    assert set(refused_with(folder(tmp_path / "some", *present))) == set(refused)


def test_bodies_of_one_file_are_the_same_without_the_others(tmp_path: Path) -> None:
    alone = folder(tmp_path / "moon", "semo_18.se1")

    def work(path: Path) -> list[float]:
        table = SwissEphemeris([path]).positions((NOON_2000,), OSCULATING)
        return list(chain.from_iterable(table[0].tolist()))

    assert oracle.in_own_thread(partial(work, alone)) == oracle.in_own_thread(partial(work, DATA))


def test_a_file_of_another_directory_is_found(tmp_path: Path) -> None:
    first = folder(tmp_path / "first", "sepl_18.se1")
    second = folder(tmp_path / "second", "semo_18.se1", "seas_18.se1")

    def work() -> list[OutsideEphemeris | None]:
        sky = SwissEphemeris([first, second])
        return [refusal(sky, NOON_2000, body) for body in SEEN]

    assert set(oracle.in_own_thread(work)) == {None}


@pytest.mark.parametrize("damage", ["cut", "noise"])
def test_a_damaged_file_is_no_silent_moshier(damage: str, tmp_path: Path) -> None:
    path = folder(tmp_path / "bad", "sepl_18.se1", "semo_18.se1")
    file = path / "sepl_18.se1"
    content = file.read_bytes()
    file.write_bytes(content[:1000] if damage == "cut" else b"\0" * len(content))
    refused = oracle.in_own_thread(lambda: refusal(SwissEphemeris([path]), NOON_2000, Body.MARS))
    assert refused is not None
    assert "the ephemeris files hold no MARS at Julian day 2451545.0000" in refused.message


# Moshier on request


@pytest.mark.parametrize("body", [*PLANETS, *OSCULATING], ids=str)
def test_moshier_differs_from_the_files_by_seconds_of_arc(
    body: Body, ephemeris: SwissEphemeris
) -> None:
    """The manual gives Moshier 1 arc second for planets, 3 for the Moon; osculating points more."""
    swiss = ephemeris.positions((NOON_2000,), (body,))[0][0]
    moshier = ephemeris.positions((NOON_2000,), (body,), MOSHIER)[0][0]
    apart = abs(swiss[0] - moshier[0]) * 3600.0
    assert 0.0 < apart < (60.0 if body in OSCULATING else 3.0)


def test_moshier_reaches_where_the_files_end(ephemeris: SwissEphemeris) -> None:
    for year in (1100, 2450, -2900):
        moment = year_start(year)
        directly = partial(oracle.positions_of, moment, PLANETS, oracle.MOSHIER)
        ours = ephemeris.positions((moment,), PLANETS, MOSHIER)[0]
        assert ours.tolist() == oracle.in_own_thread(directly)


def test_moshier_does_not_change_what_the_files_say_next(ephemeris: SwissEphemeris) -> None:
    before = ephemeris.positions((NOON_2000,), FROM_FILES).tolist()
    ephemeris.positions((NOON_2000,), PLANETS, MOSHIER)
    assert ephemeris.positions((NOON_2000,), FROM_FILES).tolist() == before


def test_the_end_of_moshier_is_told(ephemeris: SwissEphemeris) -> None:
    with pytest.raises(OutsideEphemeris, match="the Moshier theory holds no SUN at Julian day"):
        ephemeris.positions((year_start(3100),), (Body.SUN,), MOSHIER)


def test_chiron_needs_its_file_in_every_theory(ephemeris: SwissEphemeris) -> None:
    with pytest.raises(OutsideEphemeris, match=r"seas_06\.se1"):
        ephemeris.positions((year_start(1100),), (Body.CHIRON,), MOSHIER)
    ephemeris.positions((NOON_2000,), (Body.CHIRON,), MOSHIER)
    assert ephemeris.provenance((Body.CHIRON,), MOSHIER) == Provenance(
        LIBRARY, Theory.MOSHIER, None, ("seas_18.se1",)
    )


# Provenance


@pytest.mark.parametrize("earlier", [None, 1500, 1900, 2300])
@pytest.mark.parametrize(
    ("bodies", "kinds"),
    [
        ((Body.SUN,), ("sepl", "semo")),
        ((Body.MOON,), ("sepl", "semo")),
        ((Body.TRUE_NODE, Body.NORTH_NODE), ("semo",)),
        ((Body.LILITH_TRUE,), ("semo",)),
        ((Body.CHIRON,), ("sepl", "semo", "seas")),
        (tuple(SEEN), ("sepl", "semo", "seas")),
    ],
    ids=lambda value: "+".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_provenance_names_the_files_behind_an_answer_whatever_was_asked_before(
    bodies: tuple[Body, ...], kinds: tuple[str, ...], earlier: int | None
) -> None:
    def work(year: int) -> Provenance:
        sky = SwissEphemeris([DATA])
        if earlier is not None:
            sky.positions((year_start(earlier),), tuple(SEEN))
            sky.positions((year_start(year),), bodies)
            sky.positions((year_start(earlier),), (Body.TRUE_NODE,))
        sky.positions((year_start(year),), bodies)
        return sky.provenance(bodies)

    for year, number in ((1300, 12), (2000, 18)):
        files = tuple(f"{kind}_{number}.se1" for kind in kinds)
        expected = Provenance(LIBRARY, Theory.SWISS, 431, files)
        assert oracle.in_own_thread(partial(work, year)) == expected


def test_provenance_of_analytic_points_and_of_moshier_names_no_file(
    ephemeris: SwissEphemeris,
) -> None:
    ephemeris.positions((NOON_2000,), tuple(SEEN))
    nothing = Provenance(LIBRARY, Theory.SWISS, None, ())
    assert ephemeris.provenance(ANALYTIC) == nothing
    assert ephemeris.provenance(()) == nothing
    moshier = Provenance(LIBRARY, Theory.MOSHIER, None, ())
    assert ephemeris.provenance(PLANETS, MOSHIER) == moshier
    assert LIBRARY.startswith("Swiss Ephemeris 2.10")


@pytest.mark.parametrize("day", [0.5, 4.0, 14.0, 44.0, 74.0])
def test_an_answer_does_not_depend_on_the_answers_before_it(day: float) -> None:
    """For some weeks after 1800-01-01 both files reach: 1e-5 degrees apart for osculating Lilith.

    The library goes on reading the one it has open.
    """
    moment = 2378496.5 + day

    def work(earlier: Sequence[float]) -> list[list[float]]:
        sky = SwissEphemeris([DATA])
        sky.positions(earlier, tuple(SEEN))
        rows: list[list[float]] = sky.positions((moment,), tuple(SEEN))[0].tolist()
        return rows

    fresh = oracle.in_own_thread(partial(work, ()))
    for year in (1300, 1700, 1900):
        assert oracle.in_own_thread(partial(work, (year_start(year),))) == fresh


# One thread


def test_another_thread_may_not_use_an_ephemeris(ephemeris: SwissEphemeris) -> None:
    """Elsewhere the library would have neither our directories nor our files."""
    place, system = SAN_DIEGO, HouseSystem.EQUAL
    for use in (
        lambda: ephemeris.positions((NOON_2000,), (Body.SUN,)),
        lambda: ephemeris.divide(NOON_2000, place, system),
        lambda: ephemeris.delta_t(NOON_2000),
        lambda: ephemeris.provenance((Body.SUN,)),
    ):
        with pytest.raises(RuntimeError, match="belongs to another"):
            oracle.in_own_thread(use)


def test_provenance_names_the_catalogue_where_stars_were_used(ephemeris: SwissEphemeris) -> None:
    ephemeris.positions((NOON_2000,), (Body.SUN,))
    expected = ("sepl_18.se1", "semo_18.se1", "sefstars.txt")
    assert ephemeris.provenance((), stars=True).files == expected
    citra = Frame(ayanamsa=Ayanamsa(AyanamsaName.TRUE_CITRA))
    assert ephemeris.provenance((Body.SUN,), citra).files == expected
    lahiri = Frame(ayanamsa=Ayanamsa(AyanamsaName.LAHIRI))
    assert ephemeris.provenance((Body.SUN,), lahiri).files == expected[:2]
    moshier = Frame(Theory.MOSHIER, ayanamsa=Ayanamsa(AyanamsaName.TRUE_CITRA))
    assert ephemeris.provenance((Body.SUN,), moshier).files == expected[2:]

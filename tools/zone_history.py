"""Writes the table of app/astrology/zone_history.py: `make zone-history`.

    python -m tools.zone_history [tzdata2026b.tar.gz]

Takes a source release of the IANA time zone database: the given one, or Debian's. It is compiled
twice, with its file `backzone` and without. A name gets a history where the two differ before
1970, agree from then on, and the `tzdata` package does not know it already. Nothing is written
when a place of zone.tab disagrees. Needs `zic`, and `apt-get` when no release is given.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
import textwrap
from datetime import datetime, timedelta, timezone
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

from app.astrology.zone_history import HISTORY_VERSION, TABLE, Rules, read_rules
from app.astrology.zones import TZDATA_VERSION

SOURCE_PACKAGE = "tzdata=2026b-0+deb12u1"
SUITE = "deb-src http://deb.debian.org/debian bookworm main"
"""A suite that has the package; Debian keeps only the latest version in each."""

TARGET = Path(__file__).parents[1] / "app/astrology" / TABLE
CURRENT = (
    *("africa", "antarctica", "asia", "australasia"),
    *("europe", "northamerica", "southamerica", "etcetera"),
)
"""Files of the database with the zones that it means to keep apart."""

Clocks = list[tuple[float, int, str]]
"""When a clock was set, in seconds of UTC from 1970, its offset in seconds, its abbreviation."""

_ZONE = re.compile(r"^Zone\s+(\S+)", re.MULTILINE)
_LINK_OF_ZONE_TAB = re.compile(r"^#PACKRATLIST zone\.tab Link (\S+) (\S+)", re.MULTILINE)
"""What a name links to when only the places of zone.tab get their zones from `backzone`."""
_PLACE = re.compile(r"^[A-Z]{2}\t\S+\t(\S+)", re.MULTILINE)
_EARLIEST = -(2**40)
"""What zic dates earlier repeats the first clock."""

_HEAD = """\
# What clocks showed before 1970, where the tzdata package gives a place the clocks of another.
#
# Source: file backzone of the IANA time zone database, release {release}, in the public domain;
# {archive}, sha256 {digest}.
# Made beside release {package} of the tzdata package by `make zone-history`; not to be edited.
#
# A block is the names of a place, then every clock that it had: the reading at which the clock was
# set, its offset from UTC, and its abbreviation. The first clock goes back for ever.
#
{left_out}
"""


def main(arguments: list[str]) -> None:
    with TemporaryDirectory() as directory:
        work = Path(directory)
        archive = Path(arguments[0]) if arguments else _download(work)
        source, merged, whole = (work / name for name in ("source", "merged", "whole"))
        with tarfile.open(archive) as members:
            members.extractall(source, filter="data")
        _compile(source, [*CURRENT, "backward"], merged)
        _compile(source, [*CURRENT, "backzone"], whole)
        histories, left_out = _histories(source, merged, whole)
        release = (source / "version").read_text("ascii").strip()
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    head = _HEAD.format(
        release=release,
        archive=archive.name,
        digest=digest,
        package=TZDATA_VERSION,
        left_out=textwrap.fill(
            "Left out, because backzone disagrees with today's zones from 1970 on: "
            f"{', '.join(left_out)}.",
            width=100,
            initial_indent="# ",
            subsequent_indent="# ",
            break_on_hyphens=False,
        ),
    )
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text("\n".join([head, *_blocks(histories)]), "utf-8")
    sys.stdout.write(f"{TARGET}: {len(histories)} names, {TARGET.stat().st_size} bytes\n")
    if release != HISTORY_VERSION:
        sys.exit(f"HISTORY_VERSION must become {release}")


def _download(work: Path) -> Path:
    """The release within Debian's source package, whose signatures apt checks; exits without it."""
    (work / "lists/partial").mkdir(parents=True)
    (work / "sources.list").write_text(f"{SUITE}\n", "ascii")
    settings = {
        "Dir::Etc::SourceList": f"{work}/sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": f"{work}/lists",
        "Dir::Cache": f"{work}",
        "APT::Sandbox::User": "",
    }
    apt = ["/usr/bin/apt-get", "-qq", *(f"-o{key}={value}" for key, value in settings.items())]
    for command in (["update"], ["source", "--download-only", SOURCE_PACKAGE]):
        try:
            subprocess.run([*apt, *command], cwd=work, check=True)  # noqa: S603 - constants
        except (OSError, subprocess.CalledProcessError):
            sys.exit(
                f"cannot download {SOURCE_PACKAGE} with apt-get; without a network, or elsewhere "
                "than on Debian, give the release: make zone-history ARGS=tzdata2026b.tar.gz"
            )
    return next(work.glob("*.orig.tar.?z"))


def _compile(source: Path, files: list[str], target: Path) -> None:
    """Compiles files of the database, with every change until 2037 written out."""
    command = ["/usr/sbin/zic", "-b", "fat", "-d", str(target), *files]
    subprocess.run(command, cwd=source, check=True)  # noqa: S603 - names of the database


def _histories(source: Path, merged: Path, whole: Path) -> tuple[dict[str, Clocks], list[str]]:
    """The clocks before 1970 of every name that needs them, and the names that cannot have any."""
    backzone = (source / "backzone").read_text("utf-8")
    links = {name: target for target, name in _LINK_OF_ZONE_TAB.findall(backzone)}
    # EST, CET and the like pretend that their time has always been: they are no places.
    unreal = {name for name in _ZONE.findall(backzone) if "/" not in name}
    histories, left_out = {}, []
    for name in resources.files("tzdata").joinpath("zones").read_text("utf-8").split():
        if name in unreal or not (whole / name).is_file():
            continue
        today = _read(merged / name)
        own = _read(whole / name)
        if _before_1970(own) == _before_1970(today):
            continue
        if _since_1970(own) != _since_1970(today) and name in links:
            own = _read(whole / links[name])
        if _since_1970(own) != _since_1970(today):
            left_out.append(name)
            continue
        history = _before_1970(own)
        package = _before_1970(_package_rules(name))
        if history[-1][1:] != package[-1][1:]:
            sys.exit(f"{name}: {history[-1]} at the end of 1969, {package[-1]} in the package")
        if history != package:
            histories[name] = history
    astray = set(left_out).intersection(_PLACE.findall((source / "zone.tab").read_text("utf-8")))
    if astray:
        sys.exit(f"{sorted(astray)}: backzone disagrees with today's zones from 1970 on")
    return histories, sorted(left_out)


def _read(path: Path) -> Rules:
    return read_rules(path.read_bytes())


def _package_rules(name: str) -> Rules:
    path = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    return read_rules(path.read_bytes())


def _clocks(rules: Rules) -> Clocks:
    """Every clock, without changes that nobody saw."""
    clocks: Clocks = [(float("-inf"), rules.first.offset, rules.first.abbreviation)]
    for time, clock in rules.changes:
        if time > _EARLIEST and clocks[-1][1:] != (clock.offset, clock.abbreviation):
            clocks.append((time, clock.offset, clock.abbreviation))
    return clocks


def _before_1970(rules: Rules) -> Clocks:
    return [clock for clock in _clocks(rules) if clock[0] < 0]


def _since_1970(rules: Rules) -> tuple[Clocks, bytes]:
    """The clock that 1970 began with and all that came after it, and the rule from 2038 on."""
    _, offset, abbreviation = _before_1970(rules)[-1]
    later = [clock for clock in _clocks(rules) if clock[0] >= 0]
    return [(0.0, offset, abbreviation), *later], rules.footer


def _blocks(histories: dict[str, Clocks]) -> list[str]:
    """Blocks of the table, in the order of their first names."""
    texts = {name: "".join(map(_line, clocks)) for name, clocks in sorted(histories.items())}
    names: dict[str, list[str]] = {}
    for name, text in texts.items():
        names.setdefault(text, []).append(name)
    return [f"{' '.join(shared)}\n{text}" for text, shared in names.items()]


def _line(clock: tuple[float, int, str]) -> str:
    time, offset, abbreviation = clock
    zone = timezone(timedelta(seconds=offset))
    first = datetime(1, 1, 1, tzinfo=zone)
    began = first if time < _EARLIEST else datetime.fromtimestamp(time, zone)
    return f"{began.isoformat()} {abbreviation}\n"


if __name__ == "__main__":
    main(sys.argv[1:])

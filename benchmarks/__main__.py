"""`make bench`: every promise, as a table; the exit status tells whether all are kept."""

from __future__ import annotations

import sys

from benchmarks import (
    accounts,
    batch,
    charts,
    footprint,
    loop_lag,
    natal_chart,
    pipeline,
    places,
    transit_search,
)
from benchmarks.load import NoLoadGenerator
from benchmarks.table import Row

SCRIPTS = {
    "natal_chart": natal_chart,
    "pipeline": pipeline,
    "loop_lag": loop_lag,
    "footprint": footprint,
    "transit_search": transit_search,
    "batch": batch,
    "accounts": accounts,
    "places": places,
    "charts": charts,
}


def main(names: list[str]) -> int:
    broken = 0
    print(Row("what, median of five rounds", "figure", "promise"))
    print(f"|{'-' * 54}|{'-' * 10}|{'-' * 16}|{'-' * 8}|")
    for name in names or SCRIPTS:
        for row in SCRIPTS[name].rows():
            print(row, flush=True)
            broken += row.kept is False
    return 1 if broken else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except NoLoadGenerator as error:
        sys.exit(str(error))

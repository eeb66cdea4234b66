"""Which calculation somebody meant by a name that none has.

Callers of the public API know calculations by the names of its operations. Others have a part of
the name, such as `natal`, or a slip in it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from app.calculations.catalogue import catalogue
from app.compat.operations import EVERY

MOST_MEANT = 3
_SHORTEST_PART = 3
"""Letters of a name that tell anything of what it is a part of."""


def meant_calculations(name: str) -> Sequence[str]:
    """The calculations that a name may stand for, the likeliest first, `MOST_MEANT` at most."""
    name = name.strip().lower().replace("_", "-")
    if name in catalogue():
        return [name]
    if (known := _by_operation().get(name)) is not None:
        return [known]
    if holding := [other for other in catalogue() if _is_part(name, other)]:
        return difflib.get_close_matches(name, holding, n=MOST_MEANT, cutoff=0.0)
    return difflib.get_close_matches(name, catalogue(), n=1)


def _is_part(one: str, other: str) -> bool:
    """Whether one name is a part of the other."""
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST_PART and short in long


@cache
def _by_operation() -> Mapping[str, str]:
    """The calculation behind each operation of the public API, by the end of its path."""
    return MappingProxyType(
        {adapter.name.rpartition("/")[2]: adapter.calculation for adapter in EVERY}
    )

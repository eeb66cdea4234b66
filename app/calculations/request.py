"""The base of every request model."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

MOST_UNKNOWN = 64
"""Unknown fields of one object that are a mistake to warn of, and not a flood."""


class CalculationRequest(BaseModel):
    """Strict JSON types, finite numbers; unknown fields are kept for an answer to warn of them."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="allow", allow_inf_nan=False, defer_build=True
    )

    works_without_time: ClassVar[bool] = False
    """Whether the calculation has an answer, if a smaller one, where the birth time is unknown."""

    without_time: ClassVar[str] = (
        "utc in computed_for is the noon of that day, and houses, angles, lots and aspects of the "
        "Moon are left out"
    )
    """What a warning tells of such an answer."""

    @model_validator(mode="after")
    def _few_unknown(self) -> Self:
        unknown = len(self.model_extra or ())
        if unknown > MOST_UNKNOWN:
            context = {"max_length": MOST_UNKNOWN, "actual_length": unknown}
            raise PydanticCustomError("too_long", "expected at most {max_length} items", context)
        return self

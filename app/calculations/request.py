"""The base of every request model."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class CalculationRequest(BaseModel):
    """Strict JSON types, finite numbers; unknown fields are kept for an answer to warn of them."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow", allow_inf_nan=False)

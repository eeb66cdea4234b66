"""Tiers of accounts: each has a rate limit of its own."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """From the least to the most; the table of accounts accepts these and no others."""

    FREE = "free"
    BASIC = "basic"
    PRO = "pro"

"""Pages of rows by their age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after this row."""

    created_at: datetime
    id: UUID

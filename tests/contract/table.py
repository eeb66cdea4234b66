"""The documented API, operation by operation: what each is asked, answers and refuses."""

from __future__ import annotations

from tests.contract import account_rows, meta_rows, operation_rows, stateless_rows, stored_rows
from tests.contract.rows import Row

ROWS: tuple[Row, ...] = tuple(
    sorted(
        (
            *account_rows.ROWS,
            *operation_rows.ROWS,
            *stored_rows.ROWS,
            *stateless_rows.ROWS,
            *meta_rows.ROWS,
        ),
        key=lambda row: row.number,
    )
)

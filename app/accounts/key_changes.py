"""A key that is not the one that has signed what is stored: noticed at the start, and told."""

from __future__ import annotations

import hmac
from pathlib import Path

from app.accounts.context import Accounts
from app.security.secrets import KEY_FILE
from app.storage.signing_keys import find_strange, insert_fingerprint
from app.telemetry.logs import logger

_LABEL = b"nocturna signing key fingerprint"
_log = logger(__name__)


async def note_key(accounts: Accounts) -> None:
    """Remember the key that signs, with one warning if nobody here knows it or the one before."""
    keys = accounts.keys
    async with accounts.postgres.transaction() as connection:
        strange = await find_strange(connection, [fingerprint(key) for key in keys.accepted])
        await insert_fingerprint(connection, fingerprint(keys.current))
    if strange:
        _log.warning(
            "this key has not signed what is stored here: tokens that were issued before are "
            f"void; copy {KEY_FILE} from the old data directory, or set NOCTURNA_SECRET_KEY to "
            "the old key, or NOCTURNA_SECRET_KEY_PREVIOUS while it is replaced; several "
            "instances must share one key",
            key_file=None if accounts.settings.secret_key else str(_key_file(accounts)),
        )


def fingerprint(key: str) -> bytes:
    """What a key is recognised by, of no use for guessing or signing."""
    return hmac.digest(key.encode(), _LABEL, "sha256")


def _key_file(accounts: Accounts) -> Path:
    return accounts.settings.data_dir.resolve() / KEY_FILE

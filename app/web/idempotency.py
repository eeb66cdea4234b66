"""Requests that may be repeated: one effect for each `Idempotency-Key` of a principal.

The key is claimed in a transaction of its own. The work and its answer are one more, so that a
server that dies leaves both or neither, and a claim that is lost to another cannot commit. Work
that fails gives the key back: only an answer of success is kept, and a corrected request may use
the key again.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from aiohttp import web
from multidict import istr

from app.errors import AppError, Conflicting, InvalidInput, Unavailable
from app.keys import ACCOUNTS, PRINCIPAL
from app.security.tokens import Principal
from app.storage import idempotency
from app.storage.idempotency import Earlier, IdempotentRequest
from app.storage.postgres import Connection, Postgres
from app.web.answers import told
from app.web.calculations import read_body
from app.wire import decode, encode

HEADER, REPLAYED = istr("Idempotency-Key"), istr("Idempotency-Replayed")
LONGEST_KEY = 255
RETRY_SOON = 1
_ACCEPTED_KEY = re.compile(rf"[\x20-\x7e]{{1,{LONGEST_KEY}}}\Z").match
_MOST_CLAIMS = 3
"""Tries to claim a key that others give up at the same moment."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the work says: `data` once, and `again` to each repetition, without secrets."""

    data: Any
    again: Any
    status: int = 200


Work = Callable[[Connection], Awaitable[Answer]]


async def once(request: web.Request, work: Work) -> web.Response:
    """The answer of some work in a transaction; under an `Idempotency-Key`, of the first time.

    Raises InvalidInput for a key that is none or that belongs to another request, Conflicting
    while the first request is under way, and what the work raises.
    """
    postgres = request.app[ACCOUNTS].postgres
    if HEADER not in request.headers:
        async with postgres.transaction() as connection:
            answer = await work(connection)
        return told(request, answer.data, answer.status)
    asked = await _asked(request)
    found = await _claim(postgres, asked)
    if isinstance(found, Earlier):
        return _replayed(request, asked, found)
    answer = await _settled(postgres, asked, found, work)
    return told(request, answer.data, answer.status)


def account_of(principal: Principal) -> UUID:
    """The account that owns what a principal stores; raises Unavailable without one."""
    if principal.user_id is None:
        msg = "the account of this token cannot be looked up now; try again in a second"
        raise Unavailable(msg, retry_after=1)
    return principal.user_id


async def _asked(request: web.Request) -> IdempotentRequest:
    keys = request.headers.getall(HEADER)
    if len(keys) > 1 or not _ACCEPTED_KEY(keys[0]):
        expected = f"one text of 1..{LONGEST_KEY} printable ASCII characters"
        raise InvalidInput.of(f"header.{HEADER}", expected, ", ".join(keys))
    principal = request[PRINCIPAL]
    user_id = account_of(principal)
    digest = sha256(f"{request.method} {request.raw_path}\n".encode(errors="surrogateescape"))
    digest.update(await read_body(request))
    return IdempotentRequest(
        principal=f"token:{principal.token_id}" if principal.token_id else f"user:{user_id}",
        key=keys[0],
        user_id=user_id,
        digest=digest.digest(),
    )


async def _claim(postgres: Postgres, asked: IdempotentRequest) -> datetime | Earlier:
    """The mark of our claim, or what is known of the first request."""
    for _ in range(_MOST_CLAIMS):
        async with postgres.connection() as connection:
            mark = await idempotency.find_claim(connection, asked)
            if mark is not None:
                return mark
            earlier = await idempotency.find_earlier(connection, asked)
            if earlier is not None:
                return earlier
    raise _under_way()


async def _settled(
    postgres: Postgres, asked: IdempotentRequest, mark: datetime, work: Work
) -> Answer:
    """What the work answers, kept together with its effect."""
    try:
        async with postgres.transaction() as connection:
            answer = await work(connection)
            await _keep(connection, asked, mark, answer)
    except Exception:
        with suppress(AppError):  # the first failure is the one to tell; a claim ends by itself
            async with postgres.connection() as connection:
                await idempotency.delete_claim(connection, asked, mark)
        raise
    return answer


async def _keep(
    connection: Connection, asked: IdempotentRequest, mark: datetime, answer: Answer
) -> None:
    """Settle the claim; raises Conflicting when it was lost to another, so that nothing commits."""
    kept = encode(answer.again)
    if not await idempotency.settle(connection, asked, mark, answer.status, kept):
        raise _under_way()


def _replayed(request: web.Request, asked: IdempotentRequest, earlier: Earlier) -> web.Response:
    if earlier.digest != asked.digest:
        expected = "a new one: it was used for another request within the last day"
        raise InvalidInput.of(f"header.{HEADER}", expected, asked.key)
    if earlier.status is None or earlier.answer is None:
        raise _under_way()
    response = told(request, decode(earlier.answer), earlier.status)
    response.headers[REPLAYED] = "true"
    return response


def _under_way() -> Conflicting:
    msg = f"the first request with this {HEADER} is under way; repeat this one in a second"
    return Conflicting(msg, retry_after=RETRY_SOON)

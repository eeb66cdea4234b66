"""Bodies and queries: as they come, within bounds, and as validated models."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from aiohttp import hdrs, web
from pydantic import AliasChoices, BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from app.calculations.paths import ignored
from app.calculations.problems import invalid
from app.errors import (
    NOT_TOLD,
    BadRequest,
    InvalidInput,
    PayloadTooLarge,
    Problem,
    UnsupportedMediaType,
)
from app.keys import SETTINGS
from app.web.answers import OWN_API, note_ignored
from app.web.forms import MULTIPART, URLENCODED, fields_in
from app.web.media_types import media_type
from app.web.unpacking import NotPacked, TooLong, encoding_of, unpacked
from app.wire import decode

Model = TypeVar("Model", bound=BaseModel)
READ_HERE = 65_536
"""Bytes of the longest body that the event loop itself looks into, which takes it a millisecond;
what workers read may be as long as the server allows."""
BODY = web.RequestKey("body", bytes)
"""What was read before, for who reads it again."""


class Body(BaseModel):
    """A request body: strict JSON values; of fields that nobody reads the answer warns."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


async def read_body(request: web.Request, most: int | None = None) -> bytes:
    """The body, unpacked, of at most so many bytes; raises PayloadTooLarge, mostly before reading.

    Raises BadRequest for one that ends early, comes too slowly, or is not encoded as it says, and
    UnsupportedMediaType for another encoding than gzip and deflate.
    """
    limit = min(most or request.client_max_size, request.client_max_size)
    if (body := request.get(BODY)) is None:
        request[BODY] = body = await _read(request, limit)
    if len(body) > limit:  # somebody else allowed more
        raise body_too_large(limit)
    return body


async def _read(request: web.Request, limit: int) -> bytes:
    encoding = encoding_of(request.headers.get(hdrs.CONTENT_ENCODING))
    if (request.content_length or 0) > limit:
        raise body_too_large(limit)
    try:
        if request.content.is_eof():  # it is all here, as it mostly is: no clock to set
            body = await _received(request, limit)
        else:
            async with asyncio.timeout(request.app[SETTINGS].request_deadline):
                body = await _received(request, limit)
        return unpacked(body, encoding, limit)
    except TooLong as error:
        raise body_too_large(limit) from error
    except TimeoutError as error:
        msg = "the body did not arrive in time; send it at once"
        raise BadRequest(msg, details={"field": "body"}) from error
    except (NotPacked, web.RequestPayloadError, ConnectionError) as error:
        msg = "the body could not be read: it ended early, or its Content-Encoding is wrong"
        raise BadRequest(msg, details={"field": "body"}) from error


async def _received(request: web.Request, limit: int) -> bytes:
    """The bytes as they were sent; raises PayloadTooLarge without waiting for all of them."""
    body = bytearray()
    while part := await request.content.readany():
        body += part
        if len(body) > limit:
            raise body_too_large(limit)
    return bytes(body)


def body_too_large(limit: int) -> PayloadTooLarge:
    """The refusal of a body that is longer than `limit` bytes."""
    msg = f"body must be at most {limit} bytes; send less, or in several requests"
    return PayloadTooLarge(msg, details={"field": "body", "limit": limit})


def require_json(request: web.Request) -> None:
    """Refuse a body that says it is something else; one that says nothing is taken for JSON."""
    if hdrs.CONTENT_TYPE not in request.headers:
        return
    kind = media_type(request).name
    if kind != "application/json" and not kind.endswith("+json"):
        msg = f"header Content-Type must be application/json, got {kind[:64]!r}"
        raise UnsupportedMediaType(msg, details={"field": "header.Content-Type", "got": kind[:64]})


async def json_body(request: web.Request, model: type[Model]) -> Model:
    """The JSON body of a request; raises InvalidInput, PayloadTooLarge or BadRequest.

    Raises UnsupportedMediaType under /api/v1 for one that says it is something else.
    """
    text = await _json_text(request)
    try:
        read = model.model_validate_json(text)
    except ValidationError as error:
        raise _invalid(error, model) from None
    with suppress(ValueError):  # what only one of two readers takes for JSON
        _note_unread(request, decode(text), "", model)
    return read


def is_form(request: web.Request) -> bool:
    """Whether the body says that it is a form."""
    return media_type(request).name in (URLENCODED, MULTIPART)


async def form_body(request: web.Request, model: type[Model]) -> Model:
    """The fields of a form; raises InvalidInput, PayloadTooLarge or BadRequest."""
    body = await read_body(request, READ_HERE)
    return checked(fields_in(body, media_type(request)), model)


def query_of(request: web.Request, model: type[Model]) -> Model:
    """The query of a request; raises InvalidInput. Of a repeated name the first one counts."""
    try:
        read = model.model_validate_strings(dict(request.query), strict=False)
    except ValidationError as error:
        raise _invalid(error, model, textual=True).inside("query") from None
    _note_unread(request, request.query, "query.", model)
    return read


def checked(values: Mapping[str, Any], model: type[Model]) -> Model:
    """A model of some values; raises InvalidInput."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _invalid(error, model) from None


async def json_object(request: web.Request) -> Any:
    """Any JSON, for a body whose shape is open; raises InvalidInput."""
    text = await _json_text(request)
    try:
        from_json(text)  # which takes no more than 200 levels: deeper ones cannot be written again
        return decode(text)
    except ValueError as error:
        raise InvalidInput.of("body", "valid JSON", text[:64].decode(errors="replace")) from error


async def json_members(request: web.Request) -> dict[str, Any]:
    """The members of a JSON object whose shape is open; raises InvalidInput."""
    given = await json_object(request)
    if not isinstance(given, dict):
        raise InvalidInput.of("body", "a JSON object", given)
    return given


async def _json_text(request: web.Request) -> bytes:
    if request.path.startswith(OWN_API):
        require_json(request)
    return await read_body(request, READ_HERE)


def _note_unread(request: web.Request, given: Any, path: str, model: type[BaseModel]) -> None:
    """Let the answer warn of each member that no field of a model reads."""
    if not isinstance(given, Mapping):
        return
    known = set(model.model_fields)
    for field in model.model_fields.values():
        if isinstance(field.validation_alias, AliasChoices):
            known.update(map(str, field.validation_alias.choices))
    unread = (name for name in given if name not in known)
    note_ignored(request, (ignored(name, path, model, model) for name in unread))


def _invalid(
    error: ValidationError, model: type[BaseModel], *, textual: bool = False
) -> InvalidInput:
    """The same failure in our own words, without the values of fields marked `repr=False`."""
    found = invalid(error, model, textual=textual)
    secret = {name for name, field in model.model_fields.items() if not field.repr}
    if not secret:
        return found
    untold = {*secret, "body"}  # a body that cannot be read may hold a secret anywhere

    def told(problem: Problem) -> Problem:
        if problem.got is None or problem.field.partition(".")[0] not in untold:
            return problem
        return replace(problem, got=NOT_TOLD)

    return InvalidInput([told(problem) for problem in found.problems])

"""Bodies and queries as validated models."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from app.calculations.problems import invalid
from app.errors import InvalidInput, Problem
from app.keys import SETTINGS
from app.web.calculations import read_body
from app.wire import decode

Model = TypeVar("Model", bound=BaseModel)
MOST_FORM_FIELDS = 50
_UNREADABLE = (ValueError, LookupError, RuntimeError, HttpProcessingError, web.RequestPayloadError)
"""What aiohttp raises for parts, headers, character sets and encodings that are wrong."""
NOT_TOLD = "what is not repeated here"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Body(BaseModel):
    """A request body: strict JSON values; fields that nobody reads are ignored."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


async def json_body(request: web.Request, model: type[Model]) -> Model:
    """The JSON body of a request; raises InvalidInput, PayloadTooLarge or BadRequest."""
    text = await read_body(request)
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise _invalid(error, model) from None


def is_form(request: web.Request) -> bool:
    """Whether the body says that it is a form."""
    return request.content_type in _FORMS


async def form_body(request: web.Request, model: type[Model]) -> Model:
    """The fields of a form; raises InvalidInput, PayloadTooLarge or BadRequest."""
    if request.content_type == _FORMS[0]:
        await read_body(request)  # in our own time and size; what follows takes it from there
    try:
        async with asyncio.timeout(request.app[SETTINGS].request_deadline):
            fields = await request.post()
    except (TimeoutError, *_UNREADABLE) as error:
        raise InvalidInput.of("body", "a form", "something that cannot be read") from error
    return checked({name: fields[name] for name in list(fields)[:MOST_FORM_FIELDS]}, model)


def query_of(request: web.Request, model: type[Model]) -> Model:
    """The query of a request; raises InvalidInput. Of a repeated name the first one counts."""
    try:
        return model.model_validate_strings(dict(request.query), strict=False)
    except ValidationError as error:
        raise _invalid(error, model).inside("query") from None


def checked(values: Mapping[str, Any], model: type[Model]) -> Model:
    """A model of some values; raises InvalidInput."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _invalid(error, model) from None


async def json_object(request: web.Request) -> Any:
    """Any JSON, for a body whose shape is open; raises InvalidInput."""
    text = await read_body(request)
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


def _invalid(error: ValidationError, model: type[BaseModel]) -> InvalidInput:
    """The same failure in our own words, without the values of fields marked `repr=False`."""
    found = invalid(error, model)
    secret = {name for name, field in model.model_fields.items() if not field.repr}
    if not secret:
        return found
    untold = {*secret, "body"}  # a body that cannot be read may hold a secret anywhere

    def told(problem: Problem) -> Problem:
        if problem.got is None or problem.field.partition(".")[0] not in untold:
            return problem
        return replace(problem, got=NOT_TOLD)

    return InvalidInput([told(problem) for problem in found.problems])

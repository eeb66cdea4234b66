"""What a server answers: successes, refusals, and the headers of both."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from app.calculations.catalogue import Calculation
from app.errors import LEGACY_STATUS_OF, STATUS_OF
from app.web.answers import OWN_API
from app.web.calculations import MARKDOWN
from app.web.idempotency import REPLAYED
from app.web.openapi.parameters import REQUEST_ID, names_in
from app.web.openapi.schemas import (
    Schema,
    Shapes,
    answers_of,
    envelope,
    failure,
    name_of,
    to_schema,
)
from app.web.routing import Bearer, Route, RouteClass
from app.web.streams import LINES

JSON = "application/json"
_TEXT, _COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
_COUNTED = ("RateLimit", "RateLimit-Policy")
_COUNTED_TOO = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
LIMITS = (*_COUNTED, *_COUNTED_TOO)
_COMPUTED = (400, 401, 403, 404, 413, 415, 422, 429, 503)
_OF_BODIES = (400, 413, 422)
_WAIT = {409, 429, 503}
_MEANINGS = {
    201: "Made",
    202: "Taken, and not done yet",
    204: "Done; there is no content",
    400: "The request cannot be read or met as it is",
    401: "There is no token, or it is not good, or no longer",
    403: "The token may not do this",
    404: "There is no such thing, or it is not yours",
    409: "It does not go with what is there, or the first such request is under way",
    413: "The body is too long",
    415: "The body is no JSON",
    422: "A field is wrong; the message names it, what would be right, and what came",
    429: "The limit is used up; Retry-After tells for how long",
    503: "Too much to do, or a part is not there; Retry-After tells when to come again",
}

HEADERS: Schema = {
    REQUEST_ID: {"description": "The id of the request, yours if you sent one", "schema": _TEXT},
    "RateLimit-Policy": {
        "description": "The limit that counts: its name, `q` requests in `w` seconds",
        "schema": _TEXT,
    },
    "RateLimit": {
        "description": "What is left of it: `r` requests, all of them again in `t` seconds",
        "schema": _TEXT,
    },
    "X-RateLimit-Limit": {"description": "Requests in one window", "schema": _COUNT},
    "X-RateLimit-Remaining": {"description": "Requests that are left", "schema": _COUNT},
    "X-RateLimit-Reset": {
        "description": "When all of them are there again, in seconds since 1970",
        "schema": _COUNT,
    },
    "Retry-After": {"description": "Seconds to wait before the next try", "schema": _COUNT},
    "WWW-Authenticate": {"description": "Bearer", "schema": _TEXT},
    "ETag": {"description": "Names the content; send it in If-None-Match", "schema": _TEXT},
    str(REPLAYED): {
        "description": "true if this was answered before",
        "schema": {"type": "string", "const": "true"},
    },
}


def refusals() -> Schema:
    """Every refusal that operations refer to, by its status; `default` is any."""
    statuses = sorted(set(STATUS_OF.values()))
    return {**{str(status): _refusal(status) for status in statuses}, "default": _any_refusal()}


def to_refusals(statuses: Iterable[int | str]) -> Schema:
    """References to refusals of the document."""
    return {
        str(status): {"$ref": f"#/components/responses/{status}"}
        for status in sorted(set(statuses), key=str)
    }


def computed(route: Route, entry: Calculation, data: Schema) -> Schema:
    """All answers to a calculation."""
    content: Schema = {JSON: {"schema": envelope(data)}, MARKDOWN: {"schema": _TEXT}}
    if route.method == "POST" and entry.slicing is not None and entry.slicing.streams:
        lines = {**_TEXT, "description": "One JSON object a line: the rows, then `end` or an error"}
        content[LINES] = {"schema": lines}
    success = {"description": "Computed", "headers": _headers(route), "content": content}
    return {"200": success, **_not_modified(route), **to_refusals((*_COMPUTED, *route.refuses))}


def compatible(route: Route, data: Schema) -> Schema:
    """All answers to a compatible operation."""
    content = {JSON: {"schema": envelope(data)}}
    success = {"description": "Computed", "headers": _headers(route), "content": content}
    return {"200": success, **to_refusals({*_COMPUTED, *route.refuses} - {415})}


def plain(route: Route, shapes: Shapes) -> Schema:
    """All answers of any other route."""
    found = {}
    for status, given in answers_of(route):
        success: Schema = {
            "description": _MEANINGS.get(status, "As the summary says"),
            "headers": _headers(route),
        }
        content: Schema = {kind: {"schema": _TEXT} for kind in route.media if kind != JSON}
        if given is not None:
            data = shapes[f"{name_of(route)} {status}", "serialization"]
            schema = envelope(data) if route.path.startswith(OWN_API) else data
            content = {JSON: {"schema": schema}, **content}
        if content:
            success["content"] = content
        found[str(status)] = success
    return {**found, **_not_modified(route), **to_refusals((*_statuses(route), "default"))}


def _statuses(route: Route) -> set[int]:
    """With what a route may refuse."""
    found = set(route.refuses)
    if route.scope is not None:
        found |= {401, 403}
    if route.bearer is not Bearer.UNREAD:
        found.add(401)
    if names_in(route.path):
        found.add(404)
    if route.takes is not None:
        found.update(_OF_BODIES)
        if route.json and route.path.startswith(OWN_API):
            found.add(415)
    if route.query is not None:
        found.add(422)
    if route.once:
        found |= {409, 422}
    if route.counted is not RouteClass.OPEN:
        found |= {429, 503}
    return found


def _headers(route: Route) -> Schema:
    names = [REQUEST_ID]
    if route.counted is not RouteClass.OPEN:
        names += LIMITS
    if route.once:
        names.append(REPLAYED)
    if route.etag and route.answers != HTTPStatus.NO_CONTENT:
        names.append("ETag")
    return _to_headers(names)


def _to_headers(names: Iterable[str]) -> Schema:
    return {str(name): {"$ref": f"#/components/headers/{name}"} for name in names}


def _not_modified(route: Route) -> Schema:
    if not (route.etag and route.method == "GET"):
        return {}
    text = "The answer with the ETag you sent still holds"
    return {"304": {"description": text, "headers": _headers(route)}}


def _refusal(status: int) -> Schema:
    codes = [code for code, number in STATUS_OF.items() if number == status]
    codes += [code for code, number in LEGACY_STATUS_OF.items() if number == status]
    names = [REQUEST_ID, *LIMITS]
    if status == STATUS_OF["AUTHENTICATION_ERROR"]:
        names.append("WWW-Authenticate")
    if status in _WAIT:
        names.append("Retry-After")
    told = ", ".join(f"`{code}`" for code in codes)
    meaning = _MEANINGS.get(status)
    return {
        "description": f"{meaning}: {told}" if meaning else told,
        "headers": _to_headers(names),
        "content": {JSON: {"schema": failure(codes)}},
    }


def _any_refusal() -> Schema:
    return {
        "description": "Refused; the code tells why",
        "headers": _to_headers((REQUEST_ID, *LIMITS, "Retry-After")),
        "content": {JSON: {"schema": to_schema("Failure")}},
    }

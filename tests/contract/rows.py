"""What a row of the table is: one operation, what it is asked, and what it has to answer.

Texts in requests and paths may hold `{names}`, which stand for attributes of the `World`: ids of
charts, tokens, names that nobody has yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from tests.contract.shapes import Shape

Json = dict[str, Any]


class Caller(Enum):
    """Who asks, by the credentials that are presented."""

    NOBODY = auto()
    USER = auto()
    OTHER = auto()
    FRESH = auto()
    """A user that has nothing yet."""
    ADMIN = auto()
    SERVICE = auto()
    """A service token for calculations, made by an administrator."""
    ADMIN_SERVICE = auto()
    DERIVED = auto()
    """The access token that a service token was exchanged for."""
    EMPTY = auto()
    BASIC = auto()
    NONSENSE = auto()
    FORGED = auto()
    ROWLESS = auto()
    EXPIRED = auto()
    REVOKED = auto()
    OPAQUE = auto()
    """A refresh token in place of an access token."""
    DISABLED = auto()


class Auth(Enum):
    """What an operation wants; the value is who asks it unless a case says otherwise."""

    NONE = Caller.NOBODY
    BEARER = Caller.USER
    ADMIN = Caller.ADMIN
    SERVICE = Caller.SERVICE


class Wrap(Enum):
    """Where the answer has its data."""

    BARE = auto()
    """The body is the data."""
    INSIDE = auto()
    """In `data`, with `success`."""
    BOTH = auto()
    """In `data`, and every member of it at the top level again."""
    EMPTY = auto()
    """204, no body."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: one kind of body, or none."""

    json: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    """A form as multipart/form-data."""
    raw: bytes | None = None
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Success:
    """A request that is answered, by whom it is sent, and the shape where it is not the row's."""

    what: str
    ask: Ask = Ask()
    caller: Caller | None = None
    shape: Shape = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that is refused: the status, the code, words of the text, the place of the fault.

    `path` replaces that of the row: its last part stays, what stands in braces is replaced.
    """

    what: str
    status: int
    ask: Ask = Ask()
    code: str = ""
    says: str = ""
    loc: tuple[str | int, ...] = ()
    caller: Caller | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    where_closed: bool = False
    """On the server where nobody registers."""
    in_text: bool = False
    """`detail` is a text, where other refusals of values have a list."""


@dataclass(frozen=True, slots=True)
class Row:
    """An operation of the documented API, by its number there."""

    number: int
    method: str
    paths: tuple[str, ...]
    auth: Auth
    shape: Shape
    successes: tuple[Success, ...]
    failures: tuple[Failure, ...] = ()
    wrap: Wrap = Wrap.BARE
    status: int = 200

    @property
    def caller(self) -> Caller:
        return self.auth.value

    @property
    def name(self) -> str:
        return f"{self.number}-{self.paths[0].rpartition('/')[2].strip('{}') or 'root'}"

    @property
    def takes_json(self) -> bool:
        return self.successes[0].ask.json is not None


def asks(body: Json, what: str = "as documented", **more: Any) -> Success:
    return Success(what, Ask(json=body), **more)


def refused(
    body: Json, wrong: Mapping[str, Any], *, among: str = "", under: str = ""
) -> tuple[Failure, ...]:
    """A 422 at the field for each wrong value; dots lead inside, `under` is where all are."""
    prefix = f"{under}." if under else ""
    return tuple(
        Failure(
            f"{prefix}{name} {_short(value)}{among}",
            422,
            Ask(json=changed(body, f"{prefix}{name}", value)),
            "VALIDATION_ERROR",
            loc=("body", *_steps(f"{prefix}{name}")),
        )
        for name, value in wrong.items()
    )


def missing(body: Json, *names: str) -> tuple[Failure, ...]:
    """A 422 at the field for each that is left out."""
    return tuple(
        Failure(
            f"{name} missing",
            422,
            Ask(json=changed(body, name, LEFT_OUT)),
            "VALIDATION_ERROR",
            loc=("body", *_steps(name)),
        )
        for name in names
    )


LEFT_OUT: Any = object()


def changed(body: Any, path: str, value: Any) -> Any:
    """A copy of a body with the member at a dotted path replaced or left out."""
    head, _, rest = path.partition(".")
    if isinstance(body, list):
        items = [*body]
        items[int(head)] = changed(items[int(head)], rest, value) if rest else value
        return items
    if rest:
        return {**body, head: changed(body.get(head, {}), rest, value)}
    without = {name: inner for name, inner in body.items() if name != head}
    return without if value is LEFT_OUT else {**without, head: value}


def _steps(path: str) -> Iterator[str | int]:
    return (int(step) if step.isdigit() else step for step in path.split("."))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 24 else f"{text[:20]}..."

"""Forms, and what bodies say they are: read by hand, within bounds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.errors import InvalidInput
from app.web.forms import MOST_FIELDS, MOST_PARTS, fields_in
from app.web.media_types import LONGEST, MediaType
from tests.server import ROOT, RunningServer
from tests.web.raw import exchange, request

LOGIN = b"POST /api/v1/auth/login HTTP/1.1"
URLENCODED = MediaType("application/x-www-form-urlencoded")
MULTIPART = MediaType("multipart/form-data", boundary="of")
PART = b'--of\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
SLOW = re.compile(r"\brequest\.(content_type|charset|(text|json|post|multipart|read|forwarded)\()")
"""What aiohttp reads without bounds, or through the parser of e-mails."""


def test_nothing_reads_what_aiohttp_reads_slowly() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / "app").rglob("*.py"))
        for match in SLOW.finditer(Path(path).read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", MediaType("")),
        ("Application/JSON ; charset=UTF-8", MediaType("application/json", "utf-8")),
        ('a/b; charset="x y"; boundary="A b"', MediaType("a/b", "x y", "A b")),
        ("a/b;boundary=AaB03x", MediaType("a/b", None, "AaB03x")),
        ("a/b; xboundary=A; boundary=B", MediaType("a/b", None, "B")),
        ("a/b; boundary=" + "x" * 71, MediaType("a/b")),
        (";" * 200, MediaType("")),
    ],
)
def test_a_media_type_is_what_stands_before_the_first_semicolon(text: str, told: MediaType) -> None:
    assert MediaType.of(text) == told


@pytest.mark.parametrize("tail", [b";" * 8000, b"(" * 1200, b"(" * 7900, b';"' * 3900])
@pytest.mark.parametrize("kind", [b"application/json", b"application/x-www-form-urlencoded"])
def test_a_content_type_of_kilobytes_is_415(
    server: RunningServer, kind: bytes, tail: bytes
) -> None:
    sent = request(LOGIN, b"Content-Type: %b; x=%b" % (kind, tail), body=b"{}", scopes=())
    reply = exchange(server.url, sent)
    assert reply.status == 415
    details = json.loads(reply.body)["error"]["details"]
    assert details["field"] == "header.Content-Type"
    assert details["limit"] == LONGEST


def test_of_a_repeated_field_the_first_counts() -> None:
    assert fields_in(b"a=1&b=%C3%A9+x&a=2&c", URLENCODED) == {"a": "1", "b": "é x", "c": ""}
    body = PART % (b"a", b"1\r\n2") + PART % (b"b", "é".encode()) + PART % (b"a", b"3")
    assert fields_in(body + b"--of--\r\n", MULTIPART) == {"a": "1\r\n2", "b": "é"}


def test_a_form_may_have_another_character_set() -> None:
    latin = MediaType(URLENCODED.name, "iso-8859-1")
    assert fields_in(b"a=%E9", latin) == {"a": "é"}
    with pytest.raises(InvalidInput):
        fields_in(b"a=%E9", URLENCODED)
    with pytest.raises(InvalidInput):
        fields_in(b"a=b", MediaType(URLENCODED.name, "punycode"))


def test_many_fields_are_refused_by_their_number() -> None:
    assert len(fields_in(b"&".join(b"a%d=" % n for n in range(MOST_FIELDS)), URLENCODED)) == 50
    with pytest.raises(InvalidInput, match="a form of at most 50 fields, got 51"):
        fields_in(b"&" * MOST_FIELDS, URLENCODED)


def test_many_parts_are_refused_before_one_is_read() -> None:
    parts = b"".join(PART % (b"a%d" % number, b"") for number in range(MOST_PARTS))
    assert len(fields_in(parts + b"--of--", MULTIPART)) == MOST_PARTS
    with pytest.raises(InvalidInput, match="a form of at most 10 parts, got 1320"):
        fields_in(b"--of\r\nno part at all\r\n" * 1320 + b"--of--", MULTIPART)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n" * 30_000,
        b"before it\r\n" + PART % (b"a", b"1") + b"--of--",
        PART % (b"a", b"1") + b"--of--\r\nbehind it",
        PART % (b"a", b"1"),
        b"--of\r\nContent-Disposition: form-data\r\n\r\n1\r\n--of--",
        b"--of\r\n" + b"A: b\r\n" * 9000 + b"\r\n1\r\n--of--",
        PART % (b"a", b"\xff") + b"--of--",
    ],
    ids=["empty", "lines", "before", "behind", "no end", "no name", "headers", "no UTF-8"],
)
def test_what_is_no_multipart_form_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="body must be a form"):
        fields_in(body, MULTIPART)


def test_a_form_without_a_boundary_is_none() -> None:
    with pytest.raises(InvalidInput, match="body must be a form"):
        fields_in(PART % (b"a", b"1") + b"--of--", MediaType(MULTIPART.name))


def test_a_file_is_no_text() -> None:
    part = b'--of\r\nContent-Disposition: form-data; name="password"; filename="x"\r\n\r\ns\r\n'
    with pytest.raises(InvalidInput, match="password must be a text, not a file, got 'a file'"):
        fields_in(part + b"--of--", MULTIPART)

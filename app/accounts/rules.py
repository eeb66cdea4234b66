"""What addresses, names and passwords of accounts may look like."""

from __future__ import annotations

import re
import unicodedata

from app.errors import NOT_TOLD, InvalidInput
from app.security.passwords import LONGEST_PASSWORD
from app.settings import Settings
from app.storage.users import alike
from app.wire import is_text

LONGEST_EMAIL, LONGEST_LOCAL, LONGEST_LABEL = 254, 64, 63
"""Characters of an address, of what stands before its @, and between its dots (RFC 5321, 1035)."""
LONGEST_USERNAME = 64
LONGEST_NAME = 100
"""Characters of a first or last name."""
_ALPHABETS = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "COPTIC", "CHEROKEE"}
"""Those with letters that look the same, by the first word of their names in Unicode."""
_words = re.compile(r"[^\W\d_]+").findall
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\]\\]+\Z").match
_LABEL = re.compile(r"(?!-)[^\W_](?:[^\W_]|-)*(?<!-)\Z").match


def email_address(text: str) -> str:
    """An address in letters of the usual form, its domain in lower case; raises InvalidInput."""
    given, text = text, alike(text)
    local, _, domain = text.rpartition("@")
    labels = domain.split(".")
    sound = (
        len(text) <= LONGEST_EMAIL
        and 0 < len(local) <= LONGEST_LOCAL
        and is_printable(text)
        and _LOCAL(local)
        and "" not in local.split(".")
        and len(labels) > 1
        and all(len(label) <= LONGEST_LABEL and _LABEL(label) for label in labels)
    )
    if not sound:
        expected = f"an e-mail address such as ada@example.com, of {LONGEST_EMAIL} characters"
        raise InvalidInput.of("email", f"{expected} at most", given)
    return f"{local}@{domain.lower()}"


def user_name(text: str) -> str:
    """A user name in letters of the usual form; raises InvalidInput.

    None may look like the address of somebody else, nor, by letters of several alphabets in one
    word, like the name of somebody else.
    """
    given, text = text, alike(text)
    sound = (
        0 < len(text) <= LONGEST_USERNAME
        and is_printable(text)
        and "@" not in text
        and text == text.strip()
    )
    if not sound:
        expected = f"1 to {LONGEST_USERNAME} characters without @, control characters or outer"
        raise InvalidInput.of("username", f"{expected} spaces", given)
    if any(len(_alphabets(word)) > 1 for word in _words(text)):
        raise InvalidInput.of("username", "words of letters of one alphabet each", given)
    return text


def person_name(field: str, text: str | None) -> str | None:
    """A first or last name, None for none; raises InvalidInput."""
    if text is not None and not (len(text) <= LONGEST_NAME and is_printable(text)):
        expected = f"at most {LONGEST_NAME} characters without control characters"
        raise InvalidInput.of(field, expected, text)
    return text


def new_password(settings: Settings, text: str, field: str = "password") -> str:
    """A password that may be set; raises InvalidInput, which does not tell it."""
    least = settings.password_min_length
    if not least <= len(text) <= LONGEST_PASSWORD:
        raise InvalidInput.of(field, f"{least} to {LONGEST_PASSWORD} characters long", NOT_TOLD)
    if not text.strip() or "\0" in text or not is_text(text):
        expected = "more than blanks, and without characters that no keyboard has"
        raise InvalidInput.of(field, expected, NOT_TOLD)
    return text


def is_printable(text: str) -> bool:
    """Whether nothing in a text controls what stands around it: line ends, directions, halves."""
    return not any(
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in text
    )


def _alphabets(word: str) -> set[str]:
    """Of the alphabets with letters that look the same, those in a word."""
    named = (unicodedata.name(letter, "").partition(" ")[0] for letter in word)
    return _ALPHABETS.intersection(named)

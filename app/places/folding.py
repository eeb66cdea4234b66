"""Names of places as they are compared: without case, accents or punctuation."""

from __future__ import annotations

import unicodedata

_SPECIAL = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",  # noqa: RUF001 - the Turkish letter is meant
    "ħ": "h",
    "ŋ": "n",
    "ə": "e",
}
"""Latin letters that Unicode does not take apart into a plain letter and a mark."""

_APOSTROPHES = "'\"`´’‘‛“”ʹʺʻʼʽʾʿˈ"  # noqa: RUF001 - the look-alikes are meant
"""Left out, not a gap: Xi'an and Xian, N'Djamena and Ndjamena."""

_MARKS = ((0x0300, 0x036F), (0x0591, 0x05C7), (0x064B, 0x065F), (0x0670, 0x0670))
"""Accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic. Elsewhere, as in
Devanagari and Japanese, a mark is a part of the letter."""

_SHORT = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
"""Words that are often shortened; as the last word they may be the beginning of another one."""


class _Letters(dict[int, str | None]):
    """What stands for a character; the many that are not listed are judged by their kind.

    These are not kept, or texts from outside could fill the memory.
    """

    def __missing__(self, code: int) -> str | None:
        if any(first <= code <= last for first, last in _MARKS):
            return None
        return " " if unicodedata.category(chr(code))[0] in "PSZC" else chr(code)


_LETTERS = _Letters()
_LETTERS.update({code: _LETTERS[code] for code in range(128)})
_LETTERS.update({ord(letter): plain for letter, plain in _SPECIAL.items()})
_LETTERS.update({ord(mark): None for mark in _APOSTROPHES})


def plain(text: str) -> str:
    """Text without case, accents and punctuation; words are parted by spaces."""
    if text.isascii():
        return text.lower().translate(_LETTERS)
    compatible = unicodedata.normalize("NFKD", text)
    apart = unicodedata.normalize("NFKD", compatible.casefold())
    return unicodedata.normalize("NFC", apart.translate(_LETTERS))


def fold(text: str) -> str:
    """A name without case, accents and punctuation, its words parted by single spaces."""
    words = plain(text).split()
    for at, word in enumerate(words[:-1]):
        words[at] = _SHORT.get(word, word)
    return " ".join(words)

"""How do two people compare a fingerprint over a bad telephone line?

    liluf-sijap-dolom-datis farur-rukaf-pipah-vinin zitig-kibog-masug-konud hutav-tifuh-mafiv-gijam - loruz

Invariants (docs/spec/words.md): each word is 16 bits as consonant, vowel, consonant, vowel, consonant (the proquint
alphabets), so it can be said in most languages; four groups of four words, then one check word made from the
fingerprint's hash. The first words alone prove little: all are read.
"""

from __future__ import annotations

import hashlib
import re

from liaison.errors import MalformedError
from liaison.wire.identifiers import decode_hex

_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"
_WORD = re.compile(rf"[{_CONSONANTS}](?:[{_VOWELS}][{_CONSONANTS}]){{2}}\Z")
_COUNT = 16
_GROUP = 4


def format_words(fingerprint: str) -> str:
    """The words of a fingerprint (64 hex digits). Raises MalformedError."""
    data = decode_hex(fingerprint, length=32)
    words = [_format_word(int.from_bytes(data[start : start + 2], "big")) for start in range(0, 32, 2)]
    groups = ["-".join(words[start : start + _GROUP]) for start in range(0, _COUNT, _GROUP)]
    return " ".join((*groups, "-", _check_word(data)))


def parse_words(text: str) -> str:
    """The fingerprint (64 hex digits) of words as a person types them: case, spaces and hyphens do not matter.

    Raises MalformedError: `words-count`, `words-unknown` with the place of the word, `words-check` for a slip.
    """
    words = [word for word in re.split(r"[\s-]+", text.strip().lower()) if word]
    if len(words) != _COUNT + 1:
        raise MalformedError("words-count", found=len(words), expected=_COUNT + 1)
    for place, word in enumerate(words, start=1):
        if not _WORD.match(word):
            raise MalformedError("words-unknown", place=place)
    data = b"".join(_parse_word(word).to_bytes(2, "big") for word in words[:_COUNT])
    if words[_COUNT] != _check_word(data):
        raise MalformedError("words-check")
    return data.hex()


def _format_word(number: int) -> str:
    return "".join(
        (
            _CONSONANTS[number >> 12],
            _VOWELS[number >> 10 & 3],
            _CONSONANTS[number >> 6 & 15],
            _VOWELS[number >> 4 & 3],
            _CONSONANTS[number & 15],
        )
    )


def _parse_word(word: str) -> int:
    first, second, third = (_CONSONANTS.index(letter) for letter in word[::2])
    left, right = (_VOWELS.index(letter) for letter in word[1::2])
    return first << 12 | left << 10 | second << 6 | right << 4 | third


def _check_word(data: bytes) -> str:
    return _format_word(int.from_bytes(hashlib.sha256(b"liaison.words.v1\0" + data).digest()[:2], "big"))

"""How is an age recipient or identity written as text that other age tools read?

    AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR

Bech32 (BIP 173) without its limit of 90 characters: a prefix, `1`, five bits a character, six characters of checksum.
Invariant: all upper or all lower case; `format_bech32(*parse_bech32(text)) == text.lower()`.
"""

from __future__ import annotations

from liaison.errors import MalformedError

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6


def format_bech32(prefix: str, data: bytes) -> str:
    """The lower-case text of `data` under a lower-case ASCII prefix."""
    words = _words(data)
    rest = _polymod(_expand(prefix) + words + [0] * _CHECKSUM) ^ 1
    checksum = [rest >> 5 * (_CHECKSUM - 1 - place) & 31 for place in range(_CHECKSUM)]
    return prefix + "1" + "".join(_ALPHABET[word] for word in words + checksum)


def parse_bech32(text: str) -> tuple[str, bytes]:
    """The lower-case prefix and the data. Raises MalformedError."""
    folded = text.lower()
    if not text.isascii() or text not in (folded, text.upper()):
        raise MalformedError("bech32")
    prefix, separator, tail = folded.rpartition("1")
    if not separator or not prefix or len(tail) < _CHECKSUM or any(character not in _ALPHABET for character in tail):
        raise MalformedError("bech32")
    words = [_ALPHABET.index(character) for character in tail]
    if _polymod(_expand(prefix) + words) != 1:
        raise MalformedError("bech32")
    return prefix, _bytes(words[:-_CHECKSUM])


def _polymod(words: list[int]) -> int:
    value = 1
    for word in words:
        top = value >> 25
        value = (value & 0x1FFFFFF) << 5 ^ word
        for place, factor in enumerate(_GENERATOR):
            value ^= factor if top >> place & 1 else 0
    return value


def _expand(prefix: str) -> list[int]:
    return [ord(character) >> 5 for character in prefix] + [0] + [ord(character) & 31 for character in prefix]


def _words(data: bytes) -> list[int]:
    """Five bits at a time, the last filled with zeros."""
    count = (len(data) * 8 + 4) // 5
    number = int.from_bytes(data, "big") << count * 5 - len(data) * 8
    return [number >> 5 * (count - 1 - place) & 31 for place in range(count)]


def _bytes(words: list[int]) -> bytes:
    spare = len(words) * 5 % 8
    number = 0
    for word in words:
        number = number << 5 | word
    if spare >= 5 or number & (1 << spare) - 1:
        raise MalformedError("bech32")
    return (number >> spare).to_bytes(len(words) * 5 // 8, "big")

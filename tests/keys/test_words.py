"""Fingerprints as words: said, misheard, typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.keys.words import format_words, parse_words

FINGERPRINTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
EXAMPLE = "7f000001" * 8


def test_the_words_are_proquints() -> None:
    assert format_words(EXAMPLE).split(" ")[:4] == ["lusab-babad-lusab-babad"] * 4


@given(FINGERPRINTS)
def test_words_print_back(fingerprint: str) -> None:
    words = format_words(fingerprint)
    assert parse_words(words) == fingerprint
    assert format_words(parse_words(words)) == words


@given(FINGERPRINTS)
def test_case_and_separators_do_not_matter(fingerprint: str) -> None:
    words = format_words(fingerprint)
    assert parse_words("  " + words.upper().replace("-", "  ").replace(" ", "\n")) == fingerprint


@given(st.text())
def test_random_text_raises_only_our_errors(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_words(text)


def test_two_words_that_change_places_are_noticed() -> None:
    words = format_words(bytes(range(32)).hex()).replace(" - ", " ").replace("-", " ").split(" ")
    words[2], words[3] = words[3], words[2]
    with pytest.raises(MalformedError, match="words-check"):
        parse_words(" ".join(words))


def test_a_letter_that_is_no_word_is_named_by_its_place() -> None:
    words = format_words(EXAMPLE).replace("lusab", "lusac", 1)
    with pytest.raises(MalformedError) as caught:
        parse_words(words)
    assert (caught.value.code, caught.value.params) == ("words-unknown", {"place": 1})


def test_a_missing_check_word_is_noticed() -> None:
    with pytest.raises(MalformedError, match="words-count"):
        parse_words(format_words(EXAMPLE).split(" - ")[0])


@pytest.mark.parametrize("fingerprint", ["", "00", "AB" * 32, "zz" * 32])
def test_what_is_no_fingerprint_has_no_words(fingerprint: str) -> None:
    with pytest.raises(MalformedError):
        format_words(fingerprint)

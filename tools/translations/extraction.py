"""Which words does the program say? Those marked in Python and in templates, and those of its data files.

Python through Babel, templates through Django's own `templatize` (what its makemessages uses) and then Babel, data
through one reader a kind of file. Without comments about places: they would change with every line above them.
"""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from django.utils.translation.template import templatize

SOURCES = Path(__file__).parent.parent.parent / "src" / "liaison"

# Function → which arguments are words, and `c` where one is their context; as in `babel.messages.extract`.
_SINGLE: Mapping[str, Any] = {"gettext": None, "pgettext": ((1, "c"), 2)}
_PLURAL: Mapping[str, Any] = {"ngettext": (1, 2), "npgettext": ((1, "c"), 2, 3)}
KEYWORDS: Mapping[str, Any] = {
    **{f"{name}{form}": places for name, places in {**_SINGLE, **_PLURAL}.items() for form in ("", "_lazy")},
    "gettext_noop": None,
    "_": None,
    "translate": None,  # What `explanations.explain` calls the argument that translates.
}
_MARKED = re.compile(rf"\b(?:{'|'.join(KEYWORDS)})\(")


class Words(NamedTuple):
    """One thing to translate: a text, or its singular and plural."""

    id: str | tuple[str, str]
    context: str | None


def extract_words(sources: Path = SOURCES) -> Catalog:
    """Everything the program says, as a catalogue without translations."""
    catalogue = Catalog()
    for pattern, read in READERS:
        for path in sorted(sources.glob(pattern)):
            for words in read(path.read_text(encoding="utf-8")):
                catalogue.add(words.id, context=words.context)
    return catalogue


def words_of_python(text: str) -> Iterator[Words]:
    """The arguments of the functions in `KEYWORDS`."""
    if not _MARKED.search(text):  # Babel reads token by token: seconds for sources that mark few.
        return
    for _, message, _, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
        yield Words(message, context)


def words_of_template(text: str) -> Iterator[Words]:
    """The words of the tags translate and blocktranslate, and of `_("…")`, in a Django template."""
    # What Django makes of it is a row of calls between blanked-out words; indented, it would not be read as Python.
    yield from words_of_python("\n".join(line.lstrip() for line in templatize(text).splitlines()))


def words_of_explanations(text: str) -> Iterator[Words]:
    """The sentences of each code, of an error as of what the doctor finds."""
    for table in tomllib.loads(text).values():
        yield from (Words(sentence, None) for sentence in table.values())


def words_of_codes(text: str) -> Iterator[Words]:
    """Label and meaning of each code, under the name of its list."""
    for name, table in tomllib.loads(text).items():
        for entry in table.values():
            both = (entry,) if isinstance(entry, str) else (entry["en"], entry.get("meaning"))
            yield from (Words(words, name) for words in both if words)


def words_of_form(text: str) -> Iterator[Words]:
    """Name, purpose and labels of the fields of a form, under its id; those that it shares stand elsewhere."""
    form = tomllib.loads(text)
    own = (field["en"] for field in form.get("fields", {}).values() if not isinstance(field, str))
    for words in (form["en"], form["purpose"], *own):
        yield Words(words, form["id"])


def words_of_fields(text: str) -> Iterator[Words]:
    """Labels of the fields that a family of forms shares, under the name of the family."""
    for family, fields in tomllib.loads(text).items():
        yield from (Words(field["en"], family) for field in fields.values())


def words_of_requests(text: str) -> Iterator[Words]:
    """What a text says of each type of request, of its clocks and of extending them."""
    for terms in tomllib.loads(text)["types"].values():
        told = [terms["en"], *(clock["en"] for clock in terms.get("clocks", {}).values())]
        told += [terms["extension"]["en"]] if "extension" in terms else []
        yield from (Words(words, "requests") for words in told)


def words_of_paper(text: str) -> Iterator[Words]:
    """The titles of the boxes in which a request stands on paper."""
    page = tomllib.loads(text)
    for boxes in (page["boxes"], page["answer"], *(each.get("own", {}) for each in page["templates"].values())):
        yield from (Words(box["en"], "paper") for box in boxes.values())


def words_of_scenario(text: str) -> Iterator[Words]:
    """Title, purpose, roles and events of an exercise, under the id of the scenario."""
    page = tomllib.loads(text)
    told = [page["en"], page["purpose"], *(role["en"] for role in page["roles"].values())]
    told += [words for inject in page["injects"].values() for words in (inject["en"], inject["text"])]
    yield from (Words(words, page["id"]) for words in told)


def words_of_instrument(text: str) -> Iterator[Words]:
    """Name, short name, titles and paraphrases of the clauses of an instrument, under its id."""
    page = tomllib.loads(text)
    clauses = (words for clause in page["clauses"].values() for words in (clause["en"], clause["text"]))
    for words in (page["en"], page["short"], *clauses):
        yield Words(words, page["id"])


def words_of_profile(text: str) -> Iterator[Words]:
    """Name of a profile, of its parts and of their questions, under its id."""
    page = tomllib.loads(text)
    told = [page["en"], *(part["en"] for part in page["parts"])]
    asked = [each for part in page["parts"] for each in part.get("questions", {}).values()]
    told += [words for each in asked for words in (each["en"], each["text"])]
    yield from (Words(words, page["id"]) for words in told)


READERS: tuple[tuple[str, Callable[[str], Iterator[Words]]], ...] = (
    ("**/*.py", words_of_python),
    ("**/templates/**/*.html", words_of_template),
    ("**/templates/**/*.txt", words_of_template),
    ("**/explanations.toml", words_of_explanations),
    ("**/checks.toml", words_of_explanations),
    ("**/data/codes/*.toml", words_of_codes),
    ("**/data/fields/*.toml", words_of_fields),
    ("**/data/forms/*.toml", words_of_form),
    ("**/data/paper.toml", words_of_paper),
    ("**/data/requests/*.toml", words_of_requests),
    ("**/data/scenarios/*.toml", words_of_scenario),
    ("**/data/instruments/*.toml", words_of_instrument),
    ("**/data/profiles/*.toml", words_of_profile),
)

"""In which words is a message said to people who see nothing but a mail?

    === English ===
    Incident notice from the contact centre XC / duty
    Reference: LX-7Q2MZ4KD6A3WPT5H
    …
    Title: Scanning of our hosts

Invariants: coded values as words in each of the desk's languages, English always among them; free text once a language
section, with the tag of its own language, never translated; every field that was sent is there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from liaison.messages.forms import Field, find_form
from liaison.messages.forms.codes import code_lists, english
from liaison.messages.mail.guests import format_code
from liaison.messages.message import Core
from liaison.wire.canonical import JSON, encode

Says = Callable[[str, str, str], str]
"""The text of a language for a context and its English source; the source where there is none."""
MOST_LANGUAGES = 3


def in_english(language: str, context: str, source: str) -> str:
    """The `Says` of who has no catalogues."""
    return source


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message, and what a mail names around it."""

    core: Core
    fields: Mapping[str, JSON]
    sender: str
    """The own desk in words: "XC / duty"."""
    token: str
    earlier: tuple[str, ...] = ()
    """Tokens of earlier mails of the case."""


def word(says: Says, language: str, name: str, **given: str) -> str:
    """One of the texts that stand around a message (`data/codes/mail.toml`)."""
    return says(language, "mail", english("mail", name)).format(**given)


def languages_for(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The languages to write in: the desk's first ones, and English."""
    first = tuple(dict.fromkeys(each for each in wanted if each != "en"))[: MOST_LANGUAGES - 1]
    return (*first, "en")


def write_text(said: Said, languages: tuple[str, ...], says: Says) -> str:
    """The whole text, a section a language."""
    sections = ("\n".join(_section(said, each, says)) for each in languages_for(languages))
    return "\n\n".join(sections) + "\n"


def write_call(token: str, telephone: str, languages: tuple[str, ...], says: Says, *, exercise: bool = False) -> str:
    """What a mail says to a desk without a key: to telephone, and nothing else but that it is an exercise."""
    sections = (
        (
            *((word(says, each, "exercise"),) if exercise else ()),
            word(says, each, "telephone", telephone=telephone, token=token),
            word(says, each, "nothing"),
        )
        for each in languages_for(languages)
    )
    return "\n\n".join("\n".join(each) for each in sections) + "\n"


def write_guest(host: str, code: str, token: str, languages: tuple[str, ...], says: Says) -> str:
    """What an encrypted mail says to a desk that asked for a guest page: host name, reference and code, and no link."""
    sections = (
        (
            word(says, each, "guest"),
            f"{word(says, each, 'guest-host')}: {host}",
            f"{word(says, each, 'guest-path')}: /guest/",
            f"{word(says, each, 'reference')}: {token}",
            f"{word(says, each, 'guest-code')}: {format_code(code)}",
        )
        for each in languages_for(languages)
    )
    return "\n\n".join("\n".join(each) for each in sections) + "\n"


def _section(said: Said, language: str, says: Says) -> Iterator[str]:
    core = said.core
    form = find_form(core.form, core.form_version)
    tell = functools.partial(word, says, language)
    yield f"=== {language} ==="
    yield tell("heading", form=says(language, form.id, form.en), sender=said.sender)
    if core.exercise:
        yield tell("exercise")
    yield from _about(said, language, says)
    yield ""
    for name, value in said.fields.items():
        yield from _field(form.fields[name], value, functools.partial(says, language))
    if core.attachments:
        yield ""
        yield f"{tell('files')}:"
        yield from (f"  {each.name} ({each.size} B, sha256 {each.plain})" for each in core.attachments)
    yield ""
    yield from (tell(each) for each in ("answer", "proof", "information"))


def _about(said: Said, language: str, says: Says) -> Iterator[str]:
    core = said.core
    lines = {
        "reference": said.token,
        "case": core.case,
        "earlier": _comma(functools.partial(says, language)).join(said.earlier),
        "composed": core.composed,
        "sharing": _code("tlp", core.tlp, functools.partial(says, language)),
        "urgency": _code("urgency", core.urgency, functools.partial(says, language)),
        "stage": _code("stage", core.stage, functools.partial(says, language)) if core.stage else "",
        "marking": core.marking or "",
        "wanted": core.wanted_by or "",
    }
    yield from (f"{word(says, language, name)}: {text}" for name, text in lines.items() if text)


_Tell = Callable[[str, str], str]


def _comma(in_language: _Tell) -> str:
    """What stands between two of a list in a language."""
    return in_language("between two of a list", ", ")


def _code(name: str, code: str, tell: _Tell) -> str:
    found = code_lists().get(name, {}).get(code)
    return tell(name, found.en) if found is not None else code


def _field(field: Field, value: JSON, tell: _Tell) -> Iterator[str]:
    label = tell(field.context, field.en)
    if isinstance(value, Mapping) and value.keys() == {"lang", "text"}:
        yield f"{label} ({value['lang']}):"
        yield from (f"  {line}" for line in str(value["text"]).splitlines())
    elif isinstance(value, list | tuple) and field.type not in ("codes", "languages"):
        yield f"{label}:"
        yield from (f"  {_members(each)}" for each in value)
    else:
        yield f"{label}: {_short(field, value, tell)}"


def _short(field: Field, value: JSON, tell: _Tell) -> str:
    match value:
        case bool():
            return tell("mail", english("mail", "yes" if value else "no"))
        case str():
            return _code(field.codes, value, tell) if field.codes else value
        case list() | tuple():
            items = [str(each) for each in value]
            return _comma(tell).join(_code(field.codes, each, tell) if field.codes else each for each in items)
        case _:
            return _members(value)


def _members(value: JSON) -> str:
    """A structured value on one line: each member that is known, by its name in the form."""
    if not isinstance(value, Mapping):
        return str(value)
    flat = ((name, encode(each).decode() if isinstance(each, Mapping) else each) for name, each in value.items())
    return " ".join(f"{name}={each}" for name, each in flat if each is not None)

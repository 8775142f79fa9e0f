"""What are the parts of a desk's entry called, on its form, in its differences and in letters?

entry_label("contact/states/mailbox")     "States only: Role mailbox"
entry_value("languages", "ar, en")         "Arabic, English"
entry_value("rulebook/ways", "line, fax")  "This line, Fax"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from django.utils.translation import gettext, gettext_lazy

from liaison.web.words import code_word, language_word, listed

AUDIENCES = ("public", "participants", "states")
CONTACT = {
    "institution": gettext_lazy("Institution"),
    "unit": gettext_lazy("Unit"),
    "mailbox": gettext_lazy("Role mailbox"),
    "telephone": gettext_lazy("Telephone"),
    "time_zone": gettext_lazy("Time zone"),
    "hours": gettext_lazy("Hours"),
}
LABELS = CONTACT | {
    "kind": gettext_lazy("Kind of desk"),
    "languages": gettext_lazy("Languages, preferred first"),
    "routine": gettext_lazy("Minutes until a routine message is answered"),
    "urgent": gettext_lazy("Minutes until an urgent message is answered"),
    "emergency": gettext_lazy("Minutes until an emergency is answered"),
    "persons": gettext_lazy("Persons"),
    "formats": gettext_lazy("Formats it takes, preferred first"),
    "every": gettext_lazy("Minutes between two deliveries, 0 for as they come"),
    "largest": gettext_lazy("Largest file in KiB"),
    "authority": gettext_lazy("Authority that takes them"),
    "as_of": gettext_lazy("Looked at on"),
    "urgent_languages": gettext_lazy("Further languages in urgency"),
    "ways": gettext_lazy("Ways it takes, preferred first"),
    "encryption": gettext_lazy("Must be encrypted on other ways"),
    "signature": gettext_lazy("Must be signed electronically on other ways"),
    "requests": gettext_lazy("Of single forms"),
    "steps": gettext_lazy("Usual days of the steps here"),
    "remarks": gettext_lazy("Remarks"),
}
LISTS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "languages": language_word,
        "urgent_languages": language_word,
        "ways": partial(code_word, "request-way"),
        "formats": str,
        "persons": str,
    }
)
"""Which fields are lists, by the last part of their name, and what each of a list says."""
FLAGS = frozenset({"rulebook/encryption", "rulebook/signature"})

HINTS = {
    "languages": gettext_lazy("Tags with commas between, for example: en, fr"),
    "telephone": gettext_lazy("In international form, for example: +000 555 0100"),
    "time_zone": gettext_lazy("A name such as Africa/Nairobi"),
    "formats": gettext_lazy("Of csv, json-lines, xarf, stix and misp; empty: the format of the feed, as it comes"),
    "every": gettext_lazy("For example 1440 for once a day"),
    "largest": gettext_lazy("From 64 to 8192"),
    "persons": gettext_lazy("One a line: name; position; mailbox; telephone"),
}


def entry_label(name: str) -> str:
    """What a field of `own_entry.differences` is about, in the reader's words."""
    first, _, rest = name.partition("/")
    if first == "reports":
        return gettext("Reports on resources: %(field)s") % {"field": LABELS[rest]}
    if first == "rulebook":
        return gettext("Requests for cooperation: %(field)s") % {"field": LABELS[rest]}
    if first != "contact":
        return str(LABELS[first])
    audience, _, field = rest.rpartition("/")
    return f"{code_word('audience', audience)}: {LABELS[field]}"


def entry_value(name: str, text: str) -> str:
    """What such a field says: languages, kinds and ways by their names, lists as the reader's language writes them."""
    if name == "kind":
        return code_word("desk-kind", text)
    if name in FLAGS:
        return gettext("Yes") if text else ""
    in_words = LISTS.get(name.rpartition("/")[2])
    return listed(map(in_words, text.split(", "))) if in_words is not None and text else text

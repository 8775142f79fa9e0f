"""How does the reader's language say a code, a form, a field or an error?"""

from __future__ import annotations

from liaison.errors import LiaisonError
from liaison.explanations import Explanation, explain
from liaison.messages.forms import code_list, english, find_form


def code_word(list_name: str, code: str) -> str:
    """The label of a code; an unknown code is shown as it is."""
    return english(list_name, code)


def code_meaning(list_name: str, code: str) -> str:
    """What a code means, in a sentence, where its list says so."""
    found = code_list(list_name).get(code)
    return found.meaning if found is not None else ""


def form_word(form: str, version: int = 1) -> str:
    """The name of a form."""
    return find_form(form, version).en


def field_word(form: str, field: str, version: int = 1) -> str:
    """The label of a field."""
    return find_form(form, version).fields[field].en


def explained(error: LiaisonError) -> Explanation:
    """The three sentences of an error."""
    return explain(error)

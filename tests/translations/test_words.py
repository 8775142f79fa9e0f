"""Does the reader read codes, forms, errors and countries in the language of the reader?"""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from collections.abc import Iterator, Set
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import pytest
from babel import Locale
from django.test import override_settings
from django.utils import translation
from django.utils.translation import gettext, pgettext

from liaison.conduct.stands import StandState
from liaison.errors import MalformedError, Several, UsageError
from liaison.explanations import explain
from liaison.instruments import texts
from liaison.instruments.catalogue import demands
from liaison.instruments.legal_basis import BasisKind, Reason
from liaison.instruments.positions import Status
from liaison.instruments.texts import TextKind
from liaison.messages.forms import find_form, observables
from liaison.messages.receipts import Verdict
from liaison.node.services.care.doctor import CHECKS
from liaison.node.services.care.findings import Finding, State
from liaison.node.services.inside.retention import PAST
from liaison.node.services.people.leaving import BY_HAND
from liaison.node.services.people.sessions import INVITATION
from liaison.node.work.jobs import BESIDE, JOBS
from liaison.officers.permissions import Role
from liaison.register.entries import BODIES
from liaison.register.vocabulary import Act, DeskKind, ParticipantType
from liaison.web import words
from liaison.web.languages import LOCALES, languages
from liaison.web.letters.entry_words import entry_value
from liaison.web.pages.account.provider import METHOD
from tools.build_hook import compile_catalogues
from tools.translations.extraction import SOURCES

# What the services note where the code is not one literal.
BUILT = {
    "role-granted",
    "role-withdrawn",
    "case-shared",
    "case-handed-over",
    "case-share-ended",
    "hold-set",
    "hold-lifted",
}
BUILT |= {"exercise-called-away", "exercise-back", "duty-absence-dropped", "duty-override-dropped"}
BUILT |= {f"duty-swap-{state}" for state in ("agreed", "declined", "withdrawn")}
BUILT |= {f"{kind}-rule-dropped" for kind in ("clearance", "retention")} | {f"case-{past}" for past in PAST.values()}
# What notes a line of the trail, as a function or a method; the action is the first text behind the node.
NOTING = {"note", "noted", "tell", "_note", "_noted"}


@functools.cache
def noted() -> tuple[set[str], set[str]]:
    """What `note` is called with anywhere: the actions, and the names of what it says about them."""
    actions, details = set(BUILT), set()
    for path in SOURCES.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and _name(call.func) in NOTING:
                texts = [each.value for each in call.args[1:] if isinstance(each, ast.Constant)]
                actions |= {str(text) for text in texts[:1] if text}
                details |= {
                    key.value
                    for given in call.keywords
                    if isinstance(given.value, ast.Dict)
                    for key in given.value.keys
                    if isinstance(key, ast.Constant)
                }
    return actions, details


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


LISTS = {
    "check": {name for name, _ in CHECKS},
    "job": {job.name for job in (*JOBS, *BESIDE)},
    "leaving-step": set(BY_HAND),
    "sign-in-method": {"passkey", "password", INVITATION, METHOD},
    "desk-kind": set(DeskKind),
    "participant-type": set(ParticipantType),
    "role": set(Role),
    "verdict": set(get_args(Verdict)),
    "entry-kind": set(BODIES),
    "instrument-act": set(Act),
    "instrument-demand": set(demands()),
    "instrument-kind": set(TextKind),
    "clause-role": set(texts.Role),
    "instrument-standing": set(Status),
    "kinship": set(texts.Kin),
    "stand-state": set(StandState),
    "conduct-addressee": set(ParticipantType),
    "basis-kind": set(BasisKind),
    "basis-reason": set(Reason),
    "observable-kind": set(get_args(observables.Kind)),
    "observable-role": set(get_args(observables.Role)),
}


@pytest.fixture(autouse=True)
def catalogues() -> Iterator[None]:
    compile_catalogues(SOURCES.parent.parent)
    codes = [(language.code, language.name) for language in languages().values()]
    with override_settings(LOCALE_PATHS=[LOCALES], LANGUAGES=codes):
        yield


@pytest.mark.parametrize("name", LISTS)
def test_every_value_of_a_closed_list_has_a_word(name: str) -> None:
    assert without_word(name, LISTS[name]) == []


def test_every_action_that_is_noted_has_a_word() -> None:
    assert without_word("audit-action", noted()[0]) == []


def without_word(name: str, codes: Set[Any]) -> list[str]:
    """Those of the list that are shown as they are."""
    return [code for code in codes if words.code_word(name, code) == code]


def test_no_word_is_kept_for_what_nobody_notes() -> None:
    assert set(words.codes_of("audit-action")) == noted()[0]


def test_what_a_line_of_the_trail_says_has_a_name() -> None:
    assert noted()[1] <= set(words.codes_of("audit-detail"))


def test_english_is_the_source_and_what_is_unknown_is_shown_as_it_is() -> None:
    with translation.override("en"):
        assert words.code_word("answer", "partly") == "Accepted in part"
        assert words.code_meaning("tlp", "red") == "For the named recipients only."
        assert words.code_meaning("answer", "partly") == ""
        assert words.code_word("answer", "of-a-later-version") == "of-a-later-version"
        reply = find_form("reply", 1)
        assert (words.form_word(reply), words.field_word(reply, "ground")) == ("Reply", "Ground")
        assert words.form_purpose(reply) == "Answer a message."
        assert words.field_word(reply, "of_a_later_version") == "of_a_later_version"


def test_codes_forms_and_errors_are_said_in_the_language_of_the_reader() -> None:
    with translation.override("fr"):
        assert words.code_word("answer", "partly") == "Acceptée en partie"
        assert words.field_word(find_form("reply", 1), "ground") == "Motif"
        told = words.explained(UsageError("officer-not-found", login="ada"))
    assert told.what == "Il n'y a pas d'agent avec l'identifiant de connexion ada."
    with translation.override("ar"):
        assert words.code_meaning("tlp", "clear") == "لا حدود للتبادل."
        assert words.code_word("tlp", "clear") == "TLP:CLEAR"


def test_one_english_word_may_be_two_words_elsewhere() -> None:
    with translation.override("fr"):
        status, moment = (
            words.code_word("incident-status", "ended"),
            words.field_word(find_form("incident-notice", 1), "ended"),
        )
    assert (status, moment) == ("Terminé", "Fin")


@pytest.mark.parametrize("language", sorted(set(languages()) - {"en"}))
def test_words_that_stand_side_by_side_on_the_page_of_the_trail_are_told_apart(language: str) -> None:
    with translation.override(language):
        assert gettext("No.") != pgettext("phrase", "No."), "the number of a line, and a refusal"
        assert gettext("Who") != gettext("From")


@pytest.mark.parametrize(("language", "line"), [("en", "A, B"), ("fr", "A, B"), ("ar", "A، B"), ("zh-hans", "A、B")])
def test_a_list_has_the_comma_of_its_language(language: str, line: str) -> None:
    refused = MalformedError("nominations-columns", missing=Several.of(["A", "B"]), unknown=Several.of([]))
    with translation.override(language):
        assert words.listed(["A", "B"]) == line
        assert line in words.explained(refused).what
        assert entry_value("reports/formats", "A, B") == line
        assert entry_value("contact/states/persons", "A, B") == line


@pytest.mark.parametrize(
    ("language", "given", "shown"),
    [
        ("en", "XD/duty", "XD/duty"),
        ("en", "\u202eXD\x07", "XD"),
        ("en", "مركز", "\u2068مركز\u2069"),
        ("ar", "duty", "duty"),
        ("ar", "192.0.2.0/24", "192.0.2.0/24"),
        ("ar", "State XD (fictional)", "\u2068State XD (fictional)\u2069"),
        ("ar", "مركز XD", "\u2068مركز XD\u2069"),
    ],
)
def test_what_others_wrote_turns_no_sentence_round_and_is_turned_round_by_none(
    language: str, given: str, shown: str
) -> None:
    with translation.override(language):
        told = words.explained(UsageError("recipient-not-found", given=given)).what
    assert f"'{shown}'" in told or f"«{shown}»" in told or f'"{shown}"' in told, told


def test_the_ways_of_an_entry_are_said_in_words() -> None:
    with translation.override("fr"):
        said = entry_value("rulebook/ways", "line, diplomatic"), entry_value("rulebook/encryption", "yes")
    assert said == ("Cette ligne, Voie diplomatique", "Oui")


def test_no_template_puts_a_latin_comma_between_two_values() -> None:
    """Inside a sentence that translators see it may stand, and nowhere else."""
    found = []
    for page in sorted(Path(str(resources.files("liaison.web") / "templates")).rglob("*.html")):
        text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "{%%}", page.read_text(), flags=re.DOTALL)
        found += [f"{page.name}: {each}" for each in re.findall(r"[}>][,;] [{<].{20}", text)]
    assert found == []


def test_the_terminal_speaks_english_whatever_the_reader_of_a_page_reads() -> None:
    """Doors for programs and terminals ask for the sentences without a language; only pages give one."""
    finding = Finding("outbox", State.WARN, "outbox-stuck", {"count": 2, "hours": 3, "error": "peer-hung-up"})
    with translation.override("ar"):
        assert finding.said()[0].startswith("2 deliveries wait for longer than an hour")
        assert explain(UsageError("officer-not-found", login="ada")).what == "There is no officer with the login ada."
        assert "peer-hung-up" not in words.found_words(finding)[0]


def test_an_error_without_a_table_explains_itself_by_its_name() -> None:
    with translation.override("en"):
        told = words.explained(UsageError("never-explained", size=3))
    assert told.what == "never-explained (size=3)" and told.kept == "Nothing is known to be lost."


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [
        ("en", "TR", "Türkiye"), ("fr", "TR", "Türkiye"), ("ar", "CI", "كوت ديفوار"), ("zh-hans", "KE", "肯尼亚"),
        ("ru", "MD", "Республика Молдова"), ("es", "BO", "Bolivia (Estado Plurinacional de)"), ("pt", "BR", "Brasil"),
    ],
)  # fmt: skip
def test_countries_bear_the_names_the_united_nations_give_them(language: str, code: str, name: str) -> None:
    with translation.override(language):
        assert words.territory_word(code) == name


@pytest.mark.parametrize("code", ["XA", "XC", "XK", "XZ", "QM", "ZZ", "AA", "001", "xx", ""])
def test_a_code_that_is_its_users_own_has_no_name_here(code: str) -> None:
    assert words.territory_word(code) is None


def test_the_page_of_countries_says_only_what_cldr_says_otherwise() -> None:
    page = resources.files("liaison.web").joinpath("data/territories.toml").read_text(encoding="utf-8")
    same = [
        (code, locale)
        for code, names in tomllib.loads(page).items()
        for locale, name in names.items()
        if Locale.parse(locale).territories[code] == name
    ]
    assert same == []


def test_no_list_of_codes_stands_in_two_files() -> None:
    folders = [resources.files(f"liaison.{room}") for room in ("instruments", "messages", "web")]
    pages = [page for folder in folders for page in folder.joinpath("data/codes").iterdir()]
    names = [name for page in pages for name in tomllib.loads(page.read_text(encoding="utf-8"))]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []

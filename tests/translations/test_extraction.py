"""Does extraction find what Python, templates and data files say?"""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.template import Context, Engine
from django.test import override_settings
from django.utils import translation

from liaison import explanations
from liaison.messages.forms import forms
from liaison.messages.forms.codes import code_lists
from tests.translations.pseudo import CODE, pseudo, unmarked, write_pseudo
from tools.translations.extraction import Words, extract_words, words_of_python, words_of_template

TEMPLATE = """{% load i18n %}<main>
    <h1>{% translate "Inbox" %}</h1>
  {% if many %}
      <p>{% blocktranslate trimmed count number=many with name=who context "messages" %}
        One message of {{ name }}
      {% plural %}
        {{ number }} messages of {{ name }}
      {% endblocktranslate %}</p>
  {% endif %}
    <p title="{{ _("Close") }}">{% trans 'Ground' context 'reply' %} {% blocktranslate %}5 % of {{ name }}{% endblocktranslate %}</p>
</main>"""  # noqa: E501


def test_every_way_to_mark_words_in_python_is_found() -> None:
    source = (
        "gettext('a'); gettext_lazy('b'); _('c'); pgettext('x', 'd'); pgettext_lazy('x', 'e')\n"
        "ngettext('f', 'fs', n); npgettext_lazy('x', 'g', 'gs', n); translate('h'); gettext(unknown); other('i')\n"
    )
    assert list(words_of_python(source)) == [
        Words("a", None), Words("b", None), Words("c", None), Words("d", "x"), Words("e", "x"),
        Words(("f", "fs"), None), Words(("g", "gs"), "x"), Words("h", None),
    ]  # fmt: skip


def test_every_way_to_mark_words_in_a_template_is_found() -> None:
    assert list(words_of_template(TEMPLATE)) == [
        Words("Inbox", None),
        Words(("One message of %(name)s", "%(number)s messages of %(name)s"), "messages"),
        Words("Close", None),
        Words("Ground", "reply"),
        Words("5 %% of %(name)s", None),
    ]


def test_everything_the_data_files_say_is_found() -> None:
    words = extract_words()
    said = {(message.context, message.id) for message in words if message.id}
    sentences = {(None, sentence) for table in explanations.catalogue().values() for sentence in table.values()}
    codes = {(name, code.en) for name, codes in code_lists().items() for code in codes.values()}
    codes |= {(name, code.meaning) for name, codes in code_lists().items() for code in codes.values() if code.meaning}
    labels = {(form.id, text) for form in forms().values() for text in (form.en, form.purpose)}
    labels |= {(field.context, field.en) for form in forms().values() for field in form.fields.values()}
    assert sentences | codes | labels <= said
    assert len(sentences) > 500 and len(codes) > 150 and len(labels) > 100


@pytest.mark.parametrize(("added", "found"), [("", []), ("<p>Plain words</p>", ["Plain words"])])
def test_words_never_marked_show_in_the_pseudo_language(tmp_path: Path, added: str, found: list[str]) -> None:
    words = Catalog()
    for each in words_of_template(TEMPLATE):
        words.add(each.id, context=each.context)
    write_pseudo(words, tmp_path)
    engine = Engine(libraries={"i18n": "django.templatetags.i18n"})
    with override_settings(LOCALE_PATHS=[tmp_path], LANGUAGES=[(CODE, "Pseudo")]), translation.override(CODE):
        page = engine.from_string(TEMPLATE + added).render(Context({"many": 3, "who": "12", "name": "34"}))
    assert pseudo("Inbox") in page
    assert unmarked(page) == found


def test_the_pseudo_language_is_longer_and_keeps_placeholders() -> None:
    assert pseudo("{count} desks answer") == "⟦{count} đêşķş åñşŵêř········⟧"

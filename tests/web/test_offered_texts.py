"""Is nobody asked to know the id of a text: does every page offer those that there are between both sides?"""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from liaison.instruments.catalogue import load_instruments
from liaison.instruments.texts import TextKind
from liaison.node.services.instruments.importing import import_file
from liaison.web.words import apart, code_word
from tests.instruments.test_catalogue import own
from tests.node.cooperation.dossier import ASSISTANCE, DONE, PRESERVATION, Dossier
from tests.node.cooperation.test_reserved_grounds import BOUND, PARTIES, know, position
from tests.web.test_request_pages import CALL, links, offered, take
from tests.web.test_requests import HOW, typed
from tests.web.test_write import begin, fill, keys_of, send
from tests.web.visiting import Visitor, plain, visit

BUDAPEST, UN = "budapest-2001", "un-cybercrime-2024"
NOTHING = {each.id for each in load_instruments().values() if each.kind in (TextKind.TEMPLATE, TextKind.CONDUCT)}


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    return Dossier(tmp_path)


def listed(page: str, name: str) -> dict[str, dict[str, str]]:
    """What a list offers: heading → value → words."""
    found = re.search(rf'<select id="[^"]*" name="{re.escape(name)}".*?</select>', page, re.DOTALL)
    assert found is not None, f"no list {name}"
    groups: dict[str, dict[str, str]] = {}
    for part in re.split(r"(?=<optgroup)|</optgroup>", found[0]):
        label = re.search(r'<optgroup label="([^"]*)"', part)
        values = {v: html.unescape(w) for v, w in re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)</option>', part)}
        if values:
            groups.setdefault(html.unescape(label[1]) if label else "", {}).update(values)
    return groups


def of_kind(groups: dict[str, dict[str, str]], kind: str) -> dict[str, str]:
    word = code_word("basis-kind", kind)
    return next((values for label, values in groups.items() if label.startswith(word)), {})


def draft(visitor: Visitor, *to: str, form: str = "preservation-request") -> int:
    number = begin(visitor, form=form)
    for each in to:
        fill(visitor, number, "to", add=each, go="add", to=keys_of(visitor, number))
    return number


def test_a_draft_offers_what_binds_both_sides_first_and_the_rest_as_a_courtesy_with_the_reason(
    dossier: Dossier,
) -> None:
    know(dossier, PARTIES)
    ours = visit(dossier.world, "XC")
    page = ours.see(f"write/{draft(ours, 'XD:central-authority')}/text")
    groups = listed(page, "field.instrument")
    assert set(of_kind(groups, "binding")) == {BUDAPEST}
    assert set(of_kind(groups, "courtesy")) == {UN, "reciprocity"}
    assert "it is not in force" in of_kind(groups, "courtesy")[UN]
    assert not {value for values in groups.values() for value in values} & NOTHING
    assert '<input id="f-instrument"' not in page
    (articles,) = listed(page, "field.clause").values()
    assert {name: words.partition(" · ")[0] for name, words in articles.items() if name.startswith("art-")} == {
        "art-29": apart("29"), "art-42": apart("42"),
    }  # fmt: skip


def test_a_text_that_does_not_know_the_type_is_not_offered_for_it(dossier: Dossier) -> None:
    know(dossier, PARTIES)
    ours = visit(dossier.world, "XC")
    page = ours.see(f"write/{draft(ours, 'XD:central-authority', form='proceedings-transfer')}/text")
    assert {value for values in listed(page, "field.instrument").values() for value in values} == {UN}


def test_before_anybody_is_named_nothing_is_said_of_how_a_text_binds(dossier: Dossier) -> None:
    know(dossier, PARTIES)
    ours = visit(dossier.world, "XC")
    groups = listed(ours.see(f"write/{draft(ours)}/text"), "field.instrument")
    assert set(groups) == {""} and {BUDAPEST, UN} <= set(groups[""])


def test_of_several_who_are_asked_the_one_that_is_bound_least_decides(tmp_path: Path) -> None:
    dossier = Dossier(tmp_path, ("XC", "XD", "XE"))
    know(dossier, PARTIES, "XC")
    ours = visit(dossier.world, "XC")
    groups = listed(ours.see(f"write/{draft(ours, 'XD', 'XE')}/text"), "field.instrument")
    assert of_kind(groups, "binding") == {} and BUDAPEST in of_kind(groups, "courtesy")


def test_a_text_that_was_typed_before_and_is_not_offered_stays_in_the_list(dossier: Dossier) -> None:
    ours = visit(dossier.world, "XC")
    number = draft(ours, "XD:central-authority")
    fill(ours, number, "text", **{"field.instrument": "treaty-of-1931"}, go="save")
    groups = listed(ours.see(f"write/{number}/text"), "field.instrument")
    assert "treaty-of-1931" in groups["Chosen before, and not offered here"]


def test_an_extension_offers_the_texts_too_and_has_chosen_that_of_the_request(dossier: Dossier) -> None:
    know(dossier, PARTIES)
    root = dossier.ask(fields=BOUND)
    dossier.answer(root, **DONE)
    ours = visit(dossier.world, "XC")
    page = ours.get(links(ours.see(f"requests/{root}/"))["Ask that it is kept longer"]).content.decode()
    assert set(of_kind(listed(page, "field.instrument"), "binding")) == {BUDAPEST}
    assert f'<option value="{BUDAPEST}" selected>' in page


def grounds(page: str) -> set[str]:
    return set(re.findall(r'name="field.grounds" value="([a-z-]+)"', page))


def test_an_answer_offers_the_grounds_of_its_text_alone_and_says_which_has_to_be_reserved(dossier: Dossier) -> None:
    know(dossier, PARTIES)
    root, theirs = dossier.ask(fields=BOUND), visit(dossier.world, "XD")
    shown = theirs.see(f"requests/{root}/")
    assert "open only to a State that reserved it" in shown and "It cannot be named here." in shown
    assert "open only to a State that reserved it" in visit(dossier.world, "XC").see(f"requests/{root}/")
    path, chosen = offered(theirs, root, "Refuse it")
    page = theirs.get(links(shown)["Refuse it"]).content.decode()
    assert grounds(page) == {"political-offence", "essential-interests", "dual-criminality"}
    answer = theirs.post(path, chosen | {"field.grounds": "dual-criminality"})
    assert answer.status_code == 400 and "only to a State that reserved it" in answer.content.decode()
    dossier.world.work()
    assert dossier.state("XC", root) != "refused"


def test_a_doubtful_ground_is_shown_once_more_before_it_is_sent_and_goes(dossier: Dossier) -> None:
    know(dossier, PARTIES + position("XC", "reservation", "2020-03-18", "art-29-4"))
    root, theirs = dossier.ask(fields=BOUND), visit(dossier.world, "XD")
    path, chosen = offered(theirs, root, "Refuse it")
    page = theirs.post(path, chosen | {"field.grounds": "dual-criminality"}).content.decode()
    assert "Check your answers" in page and "Only the side that asks made the reservation" in page
    take(theirs, root, "Refuse it", **{"field.grounds": "dual-criminality"})
    dossier.world.work()
    assert dossier.state("XC", root) == "refused"


def test_a_text_that_knows_other_grounds_offers_all_its_own_first(dossier: Dossier) -> None:
    root, theirs = dossier.ask("assistance-request-mla", ASSISTANCE), visit(dossier.world, "XD")
    page = theirs.get(links(theirs.see(f"requests/{root}/"))["Refuse it"]).content.decode()
    assert {"de-minimis", "own-national", "nobody-bound"} <= grounds(page)
    assert "Other grounds, which the text does not name" in page


def test_a_call_is_noted_under_a_text_between_the_two_and_never_under_a_template(dossier: Dossier) -> None:
    know(dossier, PARTIES)
    ours = visit(dossier.world, "XC")
    first = ours.see("requests/spoken")
    assert "Who was on the line?" in first and 'name="instrument"' not in first
    assert 'href="#to"' in ours.see("requests/spoken", status=400, to="Nowhere")
    page = ours.see("requests/spoken", to="XD", made="no")
    groups = listed(page, "instrument")
    assert set(of_kind(groups, "binding")) == {BUDAPEST} and UN in of_kind(groups, "courtesy")
    assert not {value for values in groups.values() for value in values} & NOTHING
    assert re.search(r'value="no" checked', page)
    call = CALL | {"at": f"{dossier.world.clock.now():%Y-%m-%dT%H:%MZ}"}
    for name in sorted(NOTHING):
        assert (
            'href="#instrument"'
            in ours.send("requests/spoken", status=400, **call | {"instrument": name}).content.decode()
        )
    checked = ours.send("requests/spoken", status=200, **call | {"instrument": BUDAPEST}).content.decode()
    assert f'<dd dir="auto">{load_instruments()[BUDAPEST].short}</dd>' in checked


def test_what_has_no_articles_is_not_said_to_have_one_called_none(dossier: Dossier) -> None:
    fields = PRESERVATION | {"instrument": "reciprocity", "clause": "preservation"}
    root, theirs = dossier.ask(fields=fields), visit(dossier.world, "XD")
    shown = theirs.see(f"requests/{root}/")
    answer = theirs.get(links(shown)["Refuse it"]).content.decode()
    between = theirs.see("instruments/between", **{"with": dossier.world.desk("XC").participant})
    for page in (shown, answer, between, theirs.see("instruments/reciprocity/")):
        assert not re.search(r"\bnone\b", plain(page))
    assert "article" not in plain(shown.partition('id="basis"')[2])


def test_a_side_that_is_neither_a_code_nor_a_participant_is_not_said_to_be_bound_by_nothing(dossier: Dossier) -> None:
    know(dossier, PARTIES)
    for name in ("xd", "XDX", "nobody"):
        page = visit(dossier.world, "XC").see("instruments/between", status=400, **{"with": name})
        assert "neither a country code nor the identifier of a participant" in page


def test_a_request_rests_on_the_own_treaty_of_the_two_that_an_operator_took_in(dossier: Dossier) -> None:
    for code in ("XC", "XD"):
        import_file(dossier.node(code), own(), name="xc-xd-2020", taken_from="treaty.toml")
    parties = [position(each, "ratification", "2020-03-18", text="xc-xd-2020") for each in ("XC", "XD")]
    know(dossier, b"".join(parties))
    ours = visit(dossier.world, "XC")
    number = draft(ours, "XD:central-authority")
    page = ours.see(f"write/{number}/text")
    assert set(of_kind(listed(page, "field.instrument"), "binding")) == {"xc-xd-2020"}
    assert {"mutual-assistance", "preservation"} <= listed(page, "field.clause")[""].keys()
    fill(ours, number, "how", **HOW)
    said = typed("preservation-request", BUDAPEST, clause="preservation", basis="binding")
    fill(ours, number, "text", **said | {"field.instrument": "xc-xd-2020"})
    assert "No page here says what this text demands of a request." in ours.see(f"write/{number}/check")
    send(ours, number)
    dossier.world.work()
    assert [each.instrument for each in dossier.list("XD")] == ["xc-xd-2020"]

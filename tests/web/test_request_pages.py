"""Does an officer see how each request stands, what is due for whom, and take every step from its page?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.officers.permissions import Role
from tests.node.cooperation.dossier import DONE, NOT_BEGUN, Dossier
from tests.web.visiting import Visitor, plain, visit


@pytest.fixture
def dossier(tmp_path: Path) -> Iterator[Dossier]:
    made = Dossier(tmp_path)
    with made.world:
        yield made


def test_the_list_says_how_a_request_stands_what_is_due_next_and_who_has_to_act(dossier: Dossier) -> None:
    root = dossier.ask(urgency="urgent")
    ours, theirs = visit(dossier.world, "XC"), visit(dossier.world, "XD")
    here, there = plain(ours.see("requests/")), plain(theirs.see("requests/"))
    assert "Request to preserve data" in here and "Made by us, to" in here and "Waiting for them" in here
    assert (
        "Made to us, by" in there and "Waiting for us" in there and "Securing the data" in there and "due in" in there
    )
    assert f"requests/{root}/" in ours.see("requests/")
    assert root not in ours.see("requests/", side="theirs")
    dossier.answer(root, **DONE)
    assert "Preservation" in plain(ours.see("requests/")) and "to the end of" in plain(ours.see("requests/"))
    dossier.world.advance(days=70)
    ours = visit(dossier.world, "XC")
    assert "Lapsed" in plain(ours.see("requests/"))
    assert re.search(r"Preservation.*Lapsed|Lapsed.*Preservation", plain(ours.see("requests/dates")))


def test_what_a_text_says_and_is_called_stands_there_in_the_language_of_the_reader(dossier: Dossier) -> None:
    root = dossier.ask()
    french = visit(dossier.world, "XD", language="fr")
    assert "Un État demande à un autre de faire conserver des données" in plain(french.see(f"requests/{root}/"))
    case = plain(french.see(f"cases/{dossier.request('XD', root).case}/"))
    assert "Convention des Nations Unies contre la cybercriminalité" in case and "42 · Conservation" in case
    assert "un-cybercrime-2024" not in case


def test_the_calendar_of_dates_names_no_request_and_nobody(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    visitor = visit(dossier.world, "XC")
    answer = visitor.get(visitor.at("requests/dates.ics"))
    text = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/calendar") and "SUMMARY:Preservation" in text
    assert "XC-2026-17" not in text and "XD" not in text


def test_a_calendar_program_fetches_the_dates_from_an_address_until_it_is_ended(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    ours = visit(dossier.world, "XC")
    page = ours.send("requests/dates/make", status=200).content.decode()
    address = re.search(r"https?://[^<]+(/duty/[^<]+[.]ics)", page)
    assert address and address[1] not in ours.see("requests/dates")
    stranger = Visitor(dossier.node("XC"))
    answer = stranger.get(address[1])
    assert answer.status_code == 200 and "SUMMARY:Preservation" in answer.content.decode()
    assert "Your own shifts" not in ours.see("duty/calendars") and "All shifts of the desk, with names" not in ours.see(
        "duty/calendars"
    )
    number = re.search(r"requests/dates/(\d+)/end", ours.see("requests/dates"))
    assert number
    ours.send(f"requests/dates/{number[1]}/end")
    assert stranger.get(address[1]).status_code == 404


def test_a_desk_without_requests_says_so_and_another_desk_sees_none(dossier: Dossier) -> None:
    assert "No request is under way" in visit(dossier.world, "XC").see("requests/")
    assert "No date runs" in visit(dossier.world, "XC").see("requests/dates")
    assert visit(dossier.world, "XC", Role.AUDITOR).see("requests/")


def links(page: str) -> dict[str, str]:
    """Where each link of a page leads, by its words."""
    found = re.findall(r'<a class="button" href="([^"]+)">([^<]+)</a>', page)
    return {words: html.unescape(path) for path, words in found}


def hidden(page: str) -> dict[str, list[str]]:
    """What a page that shows a step once more holds of it."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def offered(visitor: Visitor, root: str, words: str) -> tuple[str, dict[str, Any]]:
    """The page that a step of the request is taken on, and what is chosen there beforehand."""
    path = links(visitor.see(f"requests/{root}/"))[words]
    page = visitor.get(path).content.decode()
    chosen = dict(re.findall(r'name="(field[.][^"]+)" value="([^"]+)"[^>]* checked', page))
    chosen |= {"re": path.partition("re=")[2].partition("&")[0], "tlp": "amber", "urgency": "routine"}
    return path.partition("?")[0], chosen


def take(visitor: Visitor, root: str, words: str, **typed: Any) -> None:
    """Take a step of a request: choose it, fill it in, look at it once more, send it."""
    path, chosen = offered(visitor, root, words)
    checked = visitor.post(path, chosen | typed)
    assert checked.status_code == 200, checked.content.decode()
    assert "Nothing has been sent yet" in checked.content.decode()
    sent = visitor.post(path, hidden(checked.content.decode()) | {"go": "send"})
    assert sent.status_code == 302 and sent.headers["Location"].endswith(f"requests/{root}/?said=sent")


def test_one_request_shows_its_dates_its_text_and_its_course_to_both_sides(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    for code in ("XC", "XD"):
        page = plain(visit(dossier.world, code).see(f"requests/{root}/"))
        assert "Answered" in page and "Preservation" in page and "to the end of" in page
        assert "article 42" in page and "The official text decides" in page and "Courtesy only" in page
        assert "Data secured" in page and "by the side that is asked" in page
    auditor = visit(dossier.world, "XC", Role.AUDITOR).see(f"requests/{root}/")
    assert "What can be done now" not in auditor and "XC-2026-17" not in auditor


def test_a_request_is_accepted_and_answered_from_its_page_after_a_last_look(dossier: Dossier) -> None:
    root, theirs = dossier.ask(), visit(dossier.world, "XD")
    theirs.send(f"requests/{root}/seen")
    take(theirs, root, "Accept it")
    dossier.world.work()
    assert (dossier.state("XC", root), dossier.state("XD", root)) == ("accepted", "accepted")
    dossier.world.advance(minutes=1)
    take(theirs, root, "Give the last answer", **{"field.secured": "all"})
    dossier.world.work()
    assert dossier.state("XC", root) == "answered"
    ours = visit(dossier.world, "XC")
    assert "Accept it" not in links(ours.see(f"requests/{root}/"))
    dossier.world.advance(minutes=1)
    take(ours, root, "Close it", **{"field.outcome": "resolved"})
    dossier.world.work()
    assert (dossier.state("XC", root), dossier.state("XD", root)) == ("closed", "closed")


def test_what_would_not_count_is_refused_before_it_is_sent_and_nothing_typed_is_lost(dossier: Dossier) -> None:
    root, theirs = dossier.ask(), visit(dossier.world, "XD")
    path, chosen = offered(theirs, root, "Refuse it")
    reasons = {"field.reasons": "Because of this & that", "field.reasons.lang": "en"}
    answer = theirs.post(path, chosen | reasons)
    page = answer.content.decode()
    assert answer.status_code == 400 and "wants a ground named" in page and "Because of this &amp; that" in page
    dossier.world.work()
    assert dossier.state("XC", root) != "refused"
    take(theirs, root, "Refuse it", **reasons, **{"field.grounds": "essential-interests"})
    dossier.world.work()
    assert dossier.state("XC", root) == "refused"


def test_more_time_is_asked_for_with_what_the_earlier_request_said(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    ours = visit(dossier.world, "XC")
    page = ours.get(links(ours.see(f"requests/{root}/"))["Ask that it is kept longer"]).content.decode()
    assert "Prosecution service of XC" in page and root in page
    answer = ours.send(f"requests/{root}/assistance")
    assert "/write/" in answer.headers["Location"]
    assert "Prosecution service of XC" in ours.get(answer.headers["Location"].replace("/how", "/text")).content.decode()


def test_how_it_stands_is_asked_and_told_with_one_press_each(dossier: Dossier) -> None:
    root = dossier.ask()
    ours, theirs = visit(dossier.world, "XC"), visit(dossier.world, "XD")
    assert "Tell how it stands" not in theirs.see(f"requests/{root}/")
    ours.send(f"requests/{root}/status")
    dossier.world.work()
    dossier.world.advance(minutes=1)
    assert "Tell how it stands" in theirs.see(f"requests/{root}/")
    theirs.send(f"requests/{root}/status")
    dossier.world.work()
    assert "Told how it stands" in ours.see(f"requests/{root}/")


def test_a_step_at_home_is_noted_on_the_asked_side_alone_and_what_was_typed_is_kept(dossier: Dossier) -> None:
    root, theirs = dossier.ask(), visit(dossier.world, "XD")
    dossier.answer(root, decision="accepted", **NOT_BEGUN)
    typed: dict[str, Any] = {
        "moment": "ordered",
        "at": "2099-01-01T10:00",
        "zone": "Africa/Nairobi",
        "reference": "Order 4/2026",
    }
    page = theirs.send(f"requests/{root}/step", status=400, **typed).content.decode()
    assert "cannot lie ahead" in page and "Order 4/2026" in page and "Africa/Nairobi" in page
    assert (
        "not the name of a time zone"
        in theirs.send(
            f"requests/{root}/step", status=400, **typed | {"zone": "Nowhere/There", "at": "2026-01-01T10:00"}
        ).content.decode()
    )
    now = f"{dossier.world.clock.now():%Y-%m-%dT%H:%MZ}"
    theirs.send(f"requests/{root}/step", **typed | {"at": now})
    assert "Order 4/2026" in theirs.see(f"requests/{root}/")
    ours = visit(dossier.world, "XC")
    assert "Order 4/2026" not in ours.see(f"requests/{root}/")
    ours.see(f"requests/{root}/step", status=404)


def test_a_request_of_another_desk_is_not_there(dossier: Dossier) -> None:
    root = dossier.ask()
    ours = visit(dossier.world, "XC")
    ours.see("requests/" + "0" * 64 + "/", status=404)
    auditor = visit(dossier.world, "XC", Role.AUDITOR)
    auditor.send(f"requests/{root}/status", status=403)
    auditor.send(f"requests/{root}/seen", status=403)


CALL: dict[str, Any] = {
    "to": "XD",
    "form": "preservation-request",
    "instrument": "un-cybercrime-2024",
    "made": "yes",
    "urgency": "emergency",
    "summary": "Keep the logs of the account.",
    "lang": "en",
}


def test_a_request_made_by_telephone_is_noted_and_has_a_time_to_be_confirmed_in_writing(dossier: Dossier) -> None:
    ours = visit(dossier.world, "XC")
    at = f"{dossier.world.clock.now():%Y-%m-%dT%H:%MZ}"
    page = ours.send("requests/spoken", status=400, **CALL | {"to": "Nowhere", "at": at}).content.decode()
    assert "Keep the logs of the account." in page and 'href="#to"' in page
    page = ours.send("requests/spoken", status=200, **CALL, at=at).content.decode()
    assert "Nothing has been sent yet" in page
    shown: dict[str, Any] = {name: each[-1] for name, each in hidden(page).items()}
    ours.send("requests/spoken", **shown, go="send")
    told = plain(ours.see("requests/"))
    assert "Made by telephone, to be confirmed in writing" in told and "due in" in told and "State XD" in told
    assert "Confirmation in writing" in plain(ours.see("")) and "Dates of requests" in ours.see("")


def test_the_desk_page_shows_what_is_due_soon_here_and_what_was_missed(dossier: Dossier) -> None:
    dossier.ask()
    ours, theirs = visit(dossier.world, "XC"), visit(dossier.world, "XD")
    assert 'id="s-requests"' not in ours.see("") and "Securing the data" in theirs.see("")
    dossier.world.advance(days=3)
    page = plain(visit(dossier.world, "XC").see(""))
    assert "overdue by" in page and "Waiting for them" in page

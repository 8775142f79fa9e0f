"""Does a guest page show one case to whoever has its code, nothing before it, and never look like a signature?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from liaison.errors import UsageError
from liaison.messages.mail.reading import read_mail
from liaison.messages.transcript import FindingCode, Standing, decode_transcript, fold_own_log, verify_transcript
from liaison.node import models
from liaison.node.config import Pages
from liaison.node.services.line.transcripts import export_transcript
from liaison.node.services.mail.guests import MOST_SAID, Asked, Asking, Told, end_guest_pages, open_guest_page
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Role
from tests.gnupg import Correspondent
from tests.mailing import Post, keep, mailing_world, read_there, send
from tests.scenarios.test_mail import ASKS
from tests.web.visiting import Visitor, visit
from tests.world import World

Scene = tuple[World, Post, Correspondent]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with mailing_world(tmp_path) as (world, post, peer):
        with_pages(world)
        yield world, post, peer


def with_pages(world: World, url: str = "https://xc.example") -> None:
    node = world.nodes["XC"]
    world.nodes["XC"] = replace(node, config=msgspec.structs.replace(node.config, pages=Pages(url=url)))


def opened(world: World, case: str, **typed: str) -> str:
    """What an officer sees who opens the page."""
    given = {"asked": "telephone", "told": "telephone", "hours": "24"} | typed
    answer = visit(world, "XC").send(f"cases/{case}/guest/open", status=200, **given)
    return str(answer.content.decode())


def code_in(page: str) -> str:
    found = re.search(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}", page)
    assert found is not None, page
    return found[0]


def guest(world: World) -> Visitor:
    return Visitor(world.nodes["XC"])


def give(visitor: Visitor, reference: str, code: str) -> Any:
    return visitor.post("/guest/", {"reference": reference, "code": code})


def entered(scene: Scene, **changes: Any) -> tuple[str, Visitor]:
    """A case, and a guest who gave its code."""
    world, post, _ = scene
    case = send(world, fields=ASKS, **changes)
    visitor = guest(world)
    answer = give(visitor, read_mail(post.handed[-1][2]).tokens[0], code_in(opened(world, case)))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/guest/case")
    return case, visitor


def once(page: str) -> str:
    found = re.search(r'name="once" value="(\w+)"', page)
    assert found is not None
    return found[1]


def see(visitor: Visitor) -> str:
    answer = visitor.get("/guest/case")
    assert answer.status_code == 200
    return str(answer.content.decode())


def wrong_codes(world: World) -> list[int]:
    with world.at("XC"):
        return list(models.GuestPage.objects.values_list("wrong", flat=True))


def test_nothing_is_shown_before_the_code_and_the_case_after_it(scene: Scene) -> None:
    world, post, _ = scene
    case = send(world, fields=ASKS)
    visitor = guest(world)
    assert visitor.get("/guest/case").headers["Location"] == "/guest/"
    door = visitor.get("/guest/").content.decode()
    assert "Scanning" not in door
    assert "<script" not in door
    page = opened(world, case)
    assert "xc.example" in page
    reference = read_mail(post.handed[0][2]).tokens[0]
    typed = code_in(page).lower().replace("-", " ")
    assert give(visitor, reference.lower().removeprefix("lx-"), typed).headers["Location"] == "/guest/case"
    shown = see(visitor)
    for words in ("Scanning of port 22", "TLP:", "asserted by its sender", "not a legal order"):
        assert words in shown
    assert "<script" not in shown


def test_a_reference_of_nobody_and_a_wrong_code_are_refused_in_the_same_words_and_counted(scene: Scene) -> None:
    world, post, _ = scene
    case = send(world, fields=ASKS)
    reference, code = read_mail(post.handed[0][2]).tokens[0], code_in(opened(world, case))
    visitor = guest(world)
    nobody, malformed, wrong = (
        re.sub(r'value="[^"]*"', "", give(visitor, *typed).content.decode())
        for typed in (("LX-" + "A" * 16, code), ("../../", code), (reference, "AAAA-AAAA-AAAA"))
    )
    assert nobody == malformed == wrong
    assert "do not open a page" in wrong
    assert wrong_codes(world) == [1]
    for shown in (visit(world, "XC").see(), visit(world, "XC").see(f"cases/{case}/")):
        assert "1 wrong code was tried" in shown


def test_after_five_attempts_even_the_right_code_waits_and_another_reference_does_not(scene: Scene) -> None:
    world, post, _ = scene
    case, visitor = send(world, fields=ASKS), guest(world)
    reference, code = read_mail(post.handed[0][2]).tokens[0], code_in(opened(world, case))
    statuses = [give(visitor, reference, f"AAAA-AAAA-AAA{sign}").status_code for sign in "ABCDEFG"]
    assert statuses == [400] * 5 + [429] * 2
    assert give(visitor, reference, code).status_code == 429
    assert wrong_codes(world) == [5]
    world.advance(minutes=16)
    assert give(visitor, reference, code).status_code == 302


def test_one_address_is_refused_after_thirty_guesses_at_references(scene: Scene) -> None:
    world, _, _ = scene
    visitor = guest(world)
    statuses = {
        give(visitor, f"LX-{'A' * 14}{one}{other}", "AAAA").status_code for one in "ABCDEF" for other in "ABCDE"
    }
    assert statuses == {400}
    assert give(visitor, "LX-" + "B" * 16, "AAAA").status_code == 429


def test_what_a_guest_writes_enters_the_case_as_asserted_and_the_same_form_enters_once(scene: Scene) -> None:
    world = scene[0]
    case, visitor = entered(scene)
    file = {"file": SimpleUploadedFile("log of today.txt", b"blocked\n")}
    form = {"once": once(see(visitor)), "text": "We have blocked it.\x1b[2J"}
    for _ in range(2):
        assert visitor.post("/guest/answer", form | file).status_code == 302
        file["file"].seek(0)
    with world.at("XC"):
        came = models.IncomingCopy.objects.get()
        assert (came.way, came.form, came.notes, came.owed) == ("guest", "guest-reply", ["asserted-by-sender"], False)
        assert models.Case.objects.get(case=case).turn == "us"
        assert models.OutgoingCopy.objects.get().state == "answered"
    shown = visit(world, "XC").see(f"cases/{case}/")
    for words in ("Asserted by the sender", "We have blocked it.\ufffd[2J", "log of today.txt", "CSIRT of XD"):
        assert words in shown
    assert "From you, on this page" in see(visitor)


def test_that_it_was_seen_is_an_acknowledgement_that_says_it_is_asserted(scene: Scene) -> None:
    world = scene[0]
    case, visitor = entered(scene)
    visitor.post("/guest/answer", {"once": once(see(visitor)), "what": "seen"})
    with world.at("XC"):
        came = models.IncomingCopy.objects.get()
        assert (came.form, came.notes) == ("acknowledgement", ["asserted-by-sender"])
        assert models.OutgoingCopy.objects.get().state == "handed-over"
    assert "Asserted by the sender" in visit(world, "XC").see(f"cases/{case}/")


def test_a_transcript_has_a_guests_words_as_the_exporters_and_no_document_has_them(scene: Scene) -> None:
    world = scene[0]
    case, visitor = entered(scene)
    visitor.post("/guest/answer", {"once": once(see(visitor)), "text": "We say so."})
    officer = visit(world, "XC")
    document = officer.get(officer.at(f"cases/{case}/export"), {"as": "stix", "audience": "recipients"})
    assert b"We say so." not in document.content
    shown = officer.see(f"cases/{case}/transcript")
    assert "Asserted by the sender" in shown
    assert "nobody of the register signed it" in shown
    given = decode_transcript(export_transcript(world.nodes["XC"], case))
    report = verify_transcript(given, fold_own_log(given), {})
    (said,) = report.asserted
    assert (said.core.form, said.standing, said.heard) == ("guest-reply", Standing.ASSERTED, ())
    assert said.fields["text"]["text"] == "We say so."  # type: ignore[index,call-overload]
    assert [each.core.form for each in report.statements] == ["incident-notice"], "no statement of the other side"
    assert FindingCode.ASSERTED_ONLY in {each.code for each in report.findings}
    assert report.proven
    ticked = [f"{said.core_hash}:text"]
    hidden = officer.send(f"cases/{case}/transcript", status=200, what="download", withhold=ticked).content
    assert b"We say so." not in hidden
    report = verify_transcript(decode_transcript(hidden), fold_own_log(given), {})
    assert [each.withheld for each in report.asserted] == [("text",)]


def test_a_guest_sees_their_case_alone_and_no_word_from_elsewhere_in_it(scene: Scene) -> None:
    world, _, _ = scene
    keep(world, scene[2], mailbox="eve@xe.example", certificate=b"", channel="")
    other = send(world, fields=ASKS | {"title": {"lang": "en", "text": "Another matter"}})
    case, visitor = entered(scene)
    assert other != case
    assert "Another matter" not in see(visitor)
    with world.at("XC"):
        message = models.OutgoingMessage.objects.get(case=other).message_id
    assert visitor.get(f"/guest/files/{message}/0").status_code == 404
    assert visitor.get(visit(world, "XC").at(f"cases/{case}/")).status_code == 302


def test_a_page_ends_by_time_by_hand_by_a_newer_one_and_with_the_case(scene: Scene) -> None:
    world, post, _ = scene
    case, visitor = entered(scene)
    reference = read_mail(post.handed[-1][2]).tokens[0]
    code = code_in(opened(world, case))
    assert visitor.get("/guest/case").status_code == 302
    assert give(visitor, reference, code).status_code == 302
    visit(world, "XC").send(f"cases/{case}/guest/end")
    assert visitor.get("/guest/case").status_code == 302
    assert give(visitor, reference, code).status_code == 400
    code = code_in(opened(world, case))
    assert give(visitor, reference, code).status_code == 302
    world.advance(minutes=31)
    assert visitor.get("/guest/case").status_code == 302
    world.advance(hours=24)
    assert give(visitor, reference, code).status_code == 400
    assert end_guest_pages(world.nodes["XC"]) == 1


def test_a_code_inside_an_encrypted_mail_is_not_shown_and_the_mail_holds_no_link(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    page = opened(world, case, told="mail")
    assert not re.search(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}", page)
    send(world, fields=ASKS, case=case)
    inside = read_there(post, peer).replace("=\r\n", "").replace("=\n", "")
    assert "http" not in inside
    assert "xc.example" in inside
    visitor = guest(world)
    code = code_in(inside)
    assert code.encode() not in post.handed[-1][2]
    assert give(visitor, read_mail(post.handed[-1][2]).tokens[0], code).status_code == 302
    held = set(world.nodes["XC"].vault.seeds)  # type: ignore[attr-defined]
    visit(world, "XC").send(f"cases/{case}/guest/end")
    assert len(held - set(world.nodes["XC"].vault.seeds)) == 1  # type: ignore[attr-defined]


def test_without_a_key_the_code_goes_by_telephone_alone(scene: Scene) -> None:
    world, _, peer = scene
    keep(world, peer, certificate=b"", channel="")
    case = send(world, fields=ASKS)
    visitor = visit(world, "XC")
    typed = {"asked": "telephone", "told": "mail", "hours": "24"}
    refused = visitor.send(f"cases/{case}/guest/open", status=400, **typed).content.decode()
    assert "no mail can hold the code" in refused
    assert code_in(opened(world, case))


def test_a_page_is_offered_only_under_the_host_name_of_the_register(scene: Scene) -> None:
    world = scene[0]
    with_pages(world, "https://pages.elsewhere.example")
    case = send(world, fields=ASKS)
    assert "only under the host name" in visit(world, "XC").see(f"cases/{case}/guest")
    seat = Seat(world.register, world.desk("XC"), frozenset(Role))
    asking = Asking(asked=Asked.TELEPHONE, told=Told.TELEPHONE, hours=24)
    with pytest.raises(UsageError, match="guest-host"):
        open_guest_page(world.nodes["XC"], seat, case, asking, officer=1)


def test_a_case_with_a_desk_that_has_a_node_gets_no_guest_page(scene: Scene) -> None:
    world = scene[0]
    case = world.send("XC", "XD")[0].case
    assert visit(world, "XC").get(visit(world, "XC").at(f"cases/{case}/guest")).status_code == 404


def test_too_much_and_nothing_are_refused_and_what_was_typed_stays(scene: Scene) -> None:
    _, visitor = entered(scene)
    big = SimpleUploadedFile("big.bin", bytes((2 << 20) + 1))
    form = {"once": once(see(visitor)), "text": "Words that stay."}
    refused = visitor.post("/guest/answer", form | {"file": big})
    assert refused.status_code == 400
    assert "Words that stay." in refused.content.decode()
    assert visitor.post("/guest/answer", {"once": "x", "text": " "}).status_code == 400
    assert visitor.post("/guest/answer", {"once": "x", "text": "x" * 20_001}).status_code == 400


def test_a_page_takes_a_bounded_number_of_answers(scene: Scene) -> None:
    world = scene[0]
    _, visitor = entered(scene)
    statuses = [visitor.post("/guest/answer", {"once": f"o{n}", "text": f"{n}"}).status_code for n in range(MOST_SAID)]
    assert set(statuses) == {302}
    assert visitor.post("/guest/answer", {"once": "last", "text": "One more."}).status_code == 400
    with world.at("XC"):
        assert models.IncomingCopy.objects.count() == MOST_SAID


def test_a_guests_cookie_is_no_officers_and_cannot_be_read_by_a_script(scene: Scene) -> None:
    _, visitor = entered(scene)
    cookie = visitor.cookies[settings.GUEST_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    visitor.post("/guest/leave")
    assert visitor.get("/guest/case").status_code == 302


def test_a_payload_that_a_guest_types_runs_nowhere(scene: Scene) -> None:
    from tests.web.test_injection import PAYLOADS, Page

    world = scene[0]
    case, visitor = entered(scene)
    everything = "\n".join(PAYLOADS)[:19_000]
    visitor.post("/guest/answer", {"once": "o", "text": everything})
    for shown in (see(visitor), visit(world, "XC").see(f"cases/{case}/")):
        assert not Page(shown).runs


def test_a_program_reads_that_a_word_was_asserted(scene: Scene) -> None:
    world = scene[0]
    _, visitor = entered(scene)
    visitor.post("/guest/answer", {"once": "o", "text": "Said."})
    with world.at("XC"):
        told = json.loads(json.dumps(list(models.IncomingCopy.objects.values_list("notes", flat=True))))
    assert told == [["asserted-by-sender"]]

"""Does a case with a desk that has only gpg and a mailbox go its way: out, back, bounced, silent?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from liaison.errors import UsageError, VerificationError
from liaison.keys.openpgp.certificates import read_certificate
from liaison.messages.mail.reading import read_mail
from liaison.messages.message import open_message
from liaison.messages.transcript import Standing, decode_transcript, fold_own_log, verify_transcript
from liaison.node import models
from liaison.node.reads.desk.listing import Reader
from liaison.node.reads.desk.thread import read_thread
from liaison.node.reads.desk.undelivered import undelivered
from liaison.node.reads.mail.targets import mailbox_ref
from liaison.node.services.line.acknowledging import acknowledge, answer, find_original
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.line.sending import send_letter
from liaison.node.services.line.transcripts import export_transcript
from liaison.node.services.mail.fetching import fetch_mail, keep_silence
from liaison.node.services.people.officers import Seat
from liaison.node.services.programs.events import listen
from liaison.node.unit_of_work import unit_of_work
from liaison.node.work.rounds import Room, take_round
from liaison.wire.identifiers import format_instant
from tests.gnupg import Correspondent, encrypted_mail, entity, signed_mail
from tests.mailing import THEM, US, Post, keep, mailing_world, read_there, reply, send
from tests.messages.test_mail import BOUNCE
from tests.node.inside.test_retention import keep as rule
from tests.node.inside.test_retention import run
from tests.world import NOTICE, World

ASKS = NOTICE | {"expectation": "answer-asked"}
Scene = tuple[World, Post, Correspondent]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with mailing_world(tmp_path) as made:
        yield made


def states(world: World) -> list[str]:
    with world.at("XC"):
        return list(models.OutgoingCopy.objects.order_by("pk").values_list("state", flat=True))


def thread(world: World, case: str) -> Any:
    return read_thread(world.nodes["XC"], world.desk("XC"), case, reader=Reader(contents=True))


@pytest.mark.engine
def test_a_notice_goes_as_mail_and_the_signed_compressed_reply_becomes_a_message_of_the_case(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    assert states(world) == ["handed-over"]
    assert "Scanning of port 22" in read_there(post, peer)
    token = read_mail(post.handed[0][2]).tokens[0]
    post.box.append(reply(post, peer, f"We have blocked it.\n> {token}", files={"log.txt": b"blocked\n"}))
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    assert states(world) == ["answered"]
    seen = thread(world, case).entries[-1]
    assert (seen.core.form, seen.ours, seen.owed) == ("mail-reply", False, True)
    assert seen.fields["text"]["text"].startswith("We have blocked it.")
    assert seen.fields["signed_by"] == read_certificate(peer.certificate).groups
    assert seen.notes == ("by-mail",)
    assert [(each.name, each.state) for each in seen.attachments] == [("log.txt", "held")]
    with world.at("XC"):
        assert models.Case.objects.get(case=case).turn == "us"


def test_an_answer_to_the_reply_goes_back_by_mail_in_its_thread_with_their_ticket_number(scene: Scene) -> None:
    world, post, peer = scene
    send(world, fields=ASKS)
    first = read_mail(post.handed[0][2])
    post.box.append(reply(post, peer, f"Noted. {first.tokens[0]}", subject="[csirt.xd.example #4711] Re"))
    fetch_mail(world.nodes["XC"])
    with world.at("XC"):
        came = models.IncomingCopy.objects.get()
        theirs = models.FetchedMail.objects.get().message_id
    node = world.nodes["XC"]
    for each in acknowledge(node, find_original(node, came.message_id), leased=True):
        deliver(node, each.leases[0])
    second = read_mail(post.handed[1][2])
    assert second.answers[0] == theirs
    assert first.message_id in second.answers
    assert second.subject.startswith("[csirt.xd.example #4711] ")
    assert first.tokens[0] in read_there(post, peer)
    with world.at("XC"):
        assert models.IncomingCopy.objects.get().owed is False


@pytest.mark.engine
def test_two_fetches_and_two_deliveries_of_one_reply_make_one_message(scene: Scene) -> None:
    world, post, peer = scene
    send(world, fields=ASKS)
    sealed = reply(post, peer, "Once.")
    again = b"Received: by another path\r\n" + sealed
    post.box += [sealed, sealed, again]
    node = world.nodes["XC"]
    assert fetch_mail(node).standings == {"taken-over": 1, "again": 2}
    with world.at("XC"):
        models.MailboxPlace.objects.all().delete()  # The mailbox was made anew: its numbers begin again.
    assert fetch_mail(node).standings == {"again": 3}
    with world.at("XC"):
        assert models.IncomingCopy.objects.count() == 1


def test_programs_of_the_desk_hear_of_a_reply_that_came_by_mail(scene: Scene) -> None:
    world, post, peer = scene
    send(world, fields=ASKS)
    node, desk = world.nodes["XC"], world.desk("XC")
    with unit_of_work(node):
        listen(Seat(world.register, desk, frozenset()))
    post.box += [reply(post, peer, "Once.")] * 2
    fetch_mail(node)
    with world.at("XC"):
        incoming = models.IncomingCopy.objects.get()
        told = list(models.EventRow.objects.values_list("kind", "message", "desk"))
    assert told == [("message-received", incoming.message_id, desk.desk)]


def test_what_is_unsigned_or_signed_by_another_is_kept_and_not_taken_over(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    ours = read_mail(post.handed[0][2])
    part = entity(f"Blocked. {ours.tokens[0]}")
    head = {"From": THEM, "Subject": f"Re: {ours.subject}"}
    plain = "".join(f"{name}: {value}\r\n" for name, value in head.items()).encode() + part
    post.box += [
        reply(post, peer, "I am the desk.", signer="eve@xe.example"),
        encrypted_mail(peer.run("--encrypt", "--armor", "--recipient", US, data=part), **head),
        plain,
        signed_mail(peer, part, **head).replace(b"Blocked", b"Dropped"),
    ]
    assert fetch_mail(world.nodes["XC"]).standings == {"unverified": 4}
    assert states(world) == ["handed-over"]
    assert len(thread(world, case).entries) == 1
    with world.at("XC"):
        kept = models.FetchedMail.objects.order_by("pk")
        assert [bytes(each.raw) for each in kept] == post.box
        assert [each.reason for each in kept] == ["signed-by-another", "unsigned", "unsigned", "signed-by-another"]


def test_a_plain_signed_reply_counts_and_says_when_only_its_envelope_names_the_case(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    ours = read_mail(post.handed[0][2])
    post.box.append(signed_mail(peer, entity("Fixed."), From=THEM, Subject=f"Re: {ours.subject}"))
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    assert thread(world, case).entries[-1].notes == ("by-mail", "case-named-outside")


def test_a_mail_that_is_signed_first_and_then_encrypted_counts(scene: Scene) -> None:
    world, post, peer = scene
    send(world, fields=ASKS)
    ours = read_mail(post.handed[0][2])
    inner = signed_mail(peer, entity(f"Fixed. {ours.tokens[0]}"))
    sealed = peer.run("--encrypt", "--armor", "--recipient", US, data=inner)
    post.box.append(encrypted_mail(sealed, From=THEM, Subject="...", In_Reply_To=ours.message_id))
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}


def test_a_clear_signature_pasted_from_a_terminal_counts_for_what_it_signs(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    ours = read_mail(post.handed[0][2])
    text = peer.run("--clearsign", "--local-user", THEM, data=f"Fixed. {ours.tokens[0]}\n".encode())
    post.box.append(
        f"From: {THEM}\r\nSubject: Re\r\nIn-Reply-To: {ours.message_id}\r\n\r\n".encode() + text + b"Forged."
    )
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    assert thread(world, case).entries[-1].fields["text"]["text"] == f"Fixed. {ours.tokens[0]}"


def test_a_correspondent_speaks_in_no_case_of_another(scene: Scene) -> None:
    world, post, peer = scene
    theirs = peer.run("--export", "eve@xe.example")
    keep(world, peer, mailbox="eve@xe.example", certificate=theirs, read_out=read_certificate(theirs).groups)
    send(world, fields=ASKS)
    world.send("XC", to=(mailbox_ref("eve@xe.example"),), fields=ASKS)
    first, second = (read_mail(each[2]) for each in post.handed)
    for inner, outer in ((first, second), (first, first)):
        sealed = peer.seal(entity(f"Case closed. {inner.tokens[0]}"), US, signer="eve@xe.example")
        post.box.append(encrypted_mail(sealed, From=THEM, Subject=outer.subject))
    assert fetch_mail(world.nodes["XC"]).standings == {"unverified": 2}
    assert states(world) == ["handed-over", "handed-over"]


def test_a_machines_answer_answers_nothing_and_nothing_answers_it(scene: Scene) -> None:
    world, post, _ = scene
    send(world, fields=ASKS)
    ours = read_mail(post.handed[0][2])
    away = f"From: {THEM}\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: {ours.message_id}\r\n\r\nAway.\r\n"
    post.box.append(away.encode())
    assert fetch_mail(world.nodes["XC"]).standings == {"automatic": 1}
    world.work("XC")
    assert (states(world), len(post.handed)) == (["handed-over"], 1)


@pytest.mark.engine
def test_a_bounce_and_silence_stand_on_the_desks_page_and_a_late_answer_ends_both(scene: Scene) -> None:
    world, post, peer = scene
    node = world.nodes["XC"]
    send(world, fields=ASKS)
    send(world, fields=ASKS, urgency="emergency")
    token = read_mail(post.handed[0][2]).tokens[0]
    post.box.append(BOUNCE.format(action="failed", status="5.1.1", token=token).encode())
    assert fetch_mail(node).standings == {"bounced": 1}
    world.advance(hours=2)
    assert keep_silence(node, world.clock.now()) == 1
    assert states(world) == ["bounced", "silent"]
    assert sorted(each.state for each in undelivered(node, world.desk("XC")).rows) == ["bounced", "silent"]
    post.box.append(reply(post, peer, "Here we are."))
    assert fetch_mail(node).standings == {"taken-over": 1}
    assert states(world) == ["bounced", "answered"]


def test_a_delay_and_a_report_about_no_mail_of_ours_change_nothing(scene: Scene) -> None:
    world, post, _ = scene
    send(world, fields=ASKS)
    token = read_mail(post.handed[0][2]).tokens[0]
    post.box += [
        BOUNCE.format(action="delayed", status="4.4.1", token=token).encode(),
        BOUNCE.format(action="failed", status="5.1.1", token="LX-" + "A" * 16).encode(),
    ]
    assert fetch_mail(world.nodes["XC"]).standings == {"delayed": 1, "stray": 1}
    assert states(world) == ["handed-over"]


def test_the_server_down_the_mail_waits_and_goes_with_the_same_message_id(scene: Scene) -> None:
    world, post, _ = scene
    post.down = True
    send(world)
    assert states(world) == ["queued"]
    post.down = False
    world.advance(minutes=6)
    world.work("XC")
    assert states(world) == ["handed-over"]
    with world.at("XC"):
        assert not models.PeerHealth.objects.filter(failures__gt=0).exists()
        token = models.SentMail.objects.get().token
    assert read_mail(post.handed[0][2]).message_id == f"<{token.lower()}@csirt.xc.example>"


def test_an_attempt_whose_outcome_was_lost_sends_the_same_mail_again_and_no_other(scene: Scene) -> None:
    world, post, _ = scene
    node = world.nodes["XC"]
    letter = world.letter("XC", to=(mailbox_ref(THEM),))
    send_letter(node, letter, leased=True)  # Killed after the server took it: the lease runs out.
    world.advance(minutes=4)
    world.work("XC")
    with world.at("XC"):
        models.Delivery.objects.all().delete()
    assert states(world) == ["handed-over"]
    assert len({read_mail(each[2]).message_id for each in post.handed}) == 1


def test_a_large_mail_is_handed_over_once_however_often_the_worker_looks_meanwhile(scene: Scene) -> None:
    world, post, _ = scene
    node, send_on = world.nodes["XC"], post.send
    file = seal_attachment(node, name="log.bin", media_type="application/octet-stream", chunks=[bytes(600_000)])
    taken: list[int] = []

    def slowly(sender: str, recipient: str, mail: bytes) -> None:
        world.advance(seconds=5)
        taken.append(len(take_round(node, Room()).leases))
        send_on(sender, recipient, mail)

    post.send = slowly  # type: ignore[method-assign]
    send(world, attachments=(file,))
    assert (states(world), taken, len(post.handed)) == (["handed-over"], [0], 1)
    with world.at("XC"):
        assert not models.Delivery.objects.exists()


def test_a_mail_that_outlasts_its_lease_is_noted_by_whoever_handed_it_over_first(scene: Scene) -> None:
    world, post, _ = scene
    node, send_on = world.nodes["XC"], post.send

    def too_slowly(sender: str, recipient: str, mail: bytes) -> None:
        world.advance(seconds=1000)
        assert take_round(node, Room()).leases
        send_on(sender, recipient, mail)

    post.send = too_slowly  # type: ignore[method-assign]
    send(world)
    assert states(world) == ["handed-over"]
    with world.at("XC"):
        assert not models.Delivery.objects.exists()


def test_a_refusal_for_good_is_a_bounce_at_once(scene: Scene) -> None:
    world, post, _ = scene
    post.refuses = True
    send(world)
    assert states(world) == ["bounced"]
    with world.at("XC"):
        assert models.SentMail.objects.get().said == "550 5.1.1 no such user"
        assert not models.Delivery.objects.exists()


def test_without_a_key_the_mail_says_only_whom_to_telephone(scene: Scene) -> None:
    world, post, peer = scene
    keep(world, peer, certificate=b"", channel="")
    case = send(world)
    mail = post.handed[0][2].decode()
    assert "+999 555 1" in mail.replace("=\r\n", "")
    assert "Subject: EXERCISE " in mail and "EXERCISE EXERCISE EXERCISE" in mail  # The register is one for rehearsals.
    for secret in ("Scanning", "ncident", "port 22", case):
        assert secret not in mail


def test_a_certificate_is_taken_only_with_the_fingerprint_that_was_read_out(scene: Scene) -> None:
    world, _, peer = scene
    with pytest.raises(VerificationError, match="mail-fingerprint-differs"):
        keep(world, peer, read_out="0" * 40)


def test_a_case_by_mail_is_between_two_desks(scene: Scene) -> None:
    world, _, _ = scene
    both = tuple(sorted((mailbox_ref(THEM), world.desk("XD"))))
    with pytest.raises(UsageError, match="mail-case-of-two"):
        world.send("XC", to=both)
    assert len(world.send("XC", to=both, together=False)) == 2


def test_another_desk_does_not_know_this_mailbox(scene: Scene) -> None:
    world, _, _ = scene
    with pytest.raises(UsageError, match="mailbox-not-kept"):
        world.send("XC", to=(mailbox_ref("who@nowhere.example"),))


def test_a_transcript_shows_our_words_and_no_mail_as_the_other_sides(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    post.box.append(reply(post, peer, "We say so."))
    fetch_mail(world.nodes["XC"])
    given = decode_transcript(export_transcript(world.nodes["XC"], case))
    report = verify_transcript(given, fold_own_log(given), {})
    assert [each.core.form for each in report.statements] == ["incident-notice"]
    assert [(each.core.form, each.standing) for each in report.asserted] == [("mail-reply", Standing.ASSERTED)]
    assert report.proven
    stranger = replace(given, exported_by=world.desk("XD"))
    assert not verify_transcript(stranger, fold_own_log(given), {}).proven, "another node did not write that down"


def test_an_answer_wanted_by_a_time_is_missed_at_that_time(scene: Scene) -> None:
    world, _, _ = scene
    wanted = world.clock.now() + timedelta(hours=3)
    send(world, fields=ASKS, wanted_by=format_instant(wanted))
    assert keep_silence(world.nodes["XC"], wanted - timedelta(seconds=1)) == 0
    assert keep_silence(world.nodes["XC"], wanted) == 1


def test_our_next_word_goes_by_mail_too_and_the_signed_message_is_inside(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    post.box.append(reply(post, peer, "Which port?"))
    node = world.nodes["XC"]
    fetch_mail(node)
    with world.at("XC"):
        came = models.IncomingCopy.objects.get().message_id
    said = {"answer": "accepted", "information": {"lang": "en", "text": "Port 22."}}
    for each in answer(node, find_original(node, came), form="reply", fields=said, leased=True):
        deliver(node, each.leases[0])
    assert "Port 22." in read_there(post, peer)
    with world.at("XC"):
        inside = open_message(bytes(models.OutgoingCopy.objects.order_by("-pk").first().plaintext))
    assert inside.core.case == case


def test_a_destroyed_case_leaves_no_word_of_its_mails(scene: Scene) -> None:
    world, post, peer = scene
    rule(world, "XC")
    case = send(world, fields=ASKS)
    post.box.append(reply(post, peer, "We have blocked it."))
    post.box.append(reply(post, peer, "Send it to me.", signer="eve@xe.example"))
    node = world.nodes["XC"]
    fetch_mail(node)
    with world.at("XC"):
        came = models.IncomingCopy.objects.get().message_id
    for each in acknowledge(node, find_original(node, came), leased=True):
        deliver(node, each.leases[0])
    assert "destroy" in run(world, "XC", 45)
    with world.at("XC"):
        assert models.Case.objects.get(case=case).destroyed_at is not None
        assert {bytes(each.raw) for each in models.FetchedMail.objects.all()} == {b""}

"""Which case does a signed mail enter that names several of ours, and do the others hear of it?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.keys.openpgp.certificates import read_certificate
from liaison.messages.mail.reading import read_mail
from liaison.node import models
from liaison.node.reads.inside.sharing import notes_of
from liaison.node.reads.mail.targets import mailbox_ref
from liaison.node.services.mail.fetching import fetch_mail
from liaison.node.unit_of_work import unit_of_work
from tests.gnupg import Correspondent, encrypted_mail, entity
from tests.mailing import THEM, US, Post, keep, mailing_world, reply, send
from tests.scenarios.test_mail import ASKS, thread
from tests.world import World

Scene = tuple[World, Post, Correspondent]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with mailing_world(tmp_path) as made:
        yield made


def two_cases(scene: Scene) -> tuple[tuple[str, str], tuple[str, str]]:
    """Two cases with the correspondent: of each its identifier and the token of our mail."""
    world, post, _ = scene
    cases = send(world, fields=ASKS), send(world, fields=ASKS)
    tokens = [read_mail(each[2]).tokens[0] for each in post.handed]
    return (cases[0], tokens[0]), (cases[1], tokens[1])


def entered(world: World) -> list[tuple[str, tuple[str, ...]]]:
    """The case of each reply that was taken over, with its notes."""
    with world.at("XC"):
        rows = models.IncomingCopy.objects.order_by("pk").values_list("case", "notes")
        return [(case, tuple(notes)) for case, notes in rows]


def internal(world: World, case: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.code, each.cases) for each in notes_of(world.nodes["XC"], world.register, world.desk("XC"), case)]


@pytest.mark.parametrize("where", ["signed subject", "subject", "in reply to", "references"])
def test_a_reply_whose_text_names_another_case_enters_the_one_it_answers_and_both_say_so(
    scene: Scene, where: str
) -> None:
    """A person writes "as in LX-…" above what their program quotes."""
    world, post, peer = scene
    (first, named), (second, answered) = two_cases(scene)
    ours = read_mail(post.handed[1][2])
    inner = entity(f"As in {named}, fixed.\n> Reference {answered}", subject=ours.subject if "signed" in where else "")
    outer = {"Subject": f"Re: {ours.subject}" if where == "subject" else "Re: yours"}
    outer |= {"In_Reply_To": ours.message_id} if where == "in reply to" else {}
    outer |= {"References": f"{read_mail(post.handed[0][2]).message_id} {ours.message_id}"} if where[0] == "r" else {}
    post.box.append(encrypted_mail(peer.seal(inner, US), From=THEM, **outer))
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    assert entered(world) == [(second, ("by-mail", "names-other-cases"))]
    assert internal(world, second) == [("mail-names-cases", (first,))]
    assert internal(world, first) == [("mail-entered-elsewhere", (second,))]
    assert len(thread(world, first).entries) == 1


def test_what_was_signed_comes_before_what_anybody_on_the_way_could_write(scene: Scene) -> None:
    world, post, peer = scene
    (first, named), (second, _) = two_cases(scene)
    sealed = peer.seal(entity(f"Fixed. {named}"), US)
    post.box.append(encrypted_mail(sealed, From=THEM, Subject=f"Re: {read_mail(post.handed[1][2]).subject}"))
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    assert entered(world) == [(first, ("by-mail", "names-other-cases"))]
    assert internal(world, second) == [("mail-entered-elsewhere", (first,))]


def test_where_the_mail_around_it_alone_names_cases_the_nearest_of_its_references_counts(scene: Scene) -> None:
    world, post, peer = scene
    (first, _), (second, _) = two_cases(scene)
    ids = " ".join(read_mail(each[2]).message_id for each in post.handed)
    post.box.append(encrypted_mail(peer.seal(entity("Fixed."), US), From=THEM, Subject="Re", References=ids))
    fetch_mail(world.nodes["XC"])
    assert entered(world) == [(second, ("by-mail", "case-named-outside", "names-other-cases"))]
    assert internal(world, second) == [("mail-names-cases", (first,))]


def test_of_a_case_with_somebody_else_no_note_tells(scene: Scene) -> None:
    world, post, peer = scene
    theirs = peer.run("--export", "eve@xe.example")
    keep(world, peer, mailbox="eve@xe.example", certificate=theirs, read_out=read_certificate(theirs).groups)
    world.send("XC", to=(mailbox_ref("eve@xe.example"),), fields=ASKS)
    case = send(world, fields=ASKS)
    foreign, ours = (read_mail(each[2]) for each in post.handed)
    post.box.append(reply(post, peer, f"Fixed. {ours.tokens[0]} {foreign.tokens[0]}"))
    fetch_mail(world.nodes["XC"])
    assert entered(world) == [(case, ("by-mail",))]
    assert internal(world, case) == []


def test_a_note_is_added_to_no_archived_case(scene: Scene) -> None:
    world, post, peer = scene
    (first, named), (second, _) = two_cases(scene)
    with unit_of_work(world.nodes["XC"]):
        models.Case.objects.filter(case=first).update(archived_at=world.clock.now())
    post.box.append(reply(post, peer, f"As in {named}, fixed."))
    fetch_mail(world.nodes["XC"])
    assert internal(world, second) == [("mail-names-cases", (first,))] and internal(world, first) == []

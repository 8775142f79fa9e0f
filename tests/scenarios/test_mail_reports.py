"""Do rows of a feed reach a desk that has only a mailbox, and does its answer about them come back?"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from liaison.messages.mail.answers import read_entity
from liaison.messages.mail.reading import encrypted_part, read_mail
from liaison.node import models
from liaison.node.reads.facts import forget_facts
from liaison.node.services.feeds.reports import FeedFacts, Report, send_reports
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.mail.fetching import fetch_mail
from liaison.node.unit_of_work import unit_of_work
from liaison.register.bodies import Part
from liaison.register.records import Address, Contact, Way
from liaison.routing.claims import Desk, Standing
from liaison.routing.feeds.numbering import numbered_row
from liaison.routing.feeds.shape import Format, Shape
from liaison.routing.route import Basis
from tests.mailing import THEM, mailing_world, reply
from tests.mirrored import mirror
from tests.register.registry import RegisterBuilder, small_register
from tests.routing.test_providers import OFFICE, providers
from tests.world import World

SHAPE = Shape(Format.CSV, ",", 1, ("time", "ip"), header=True)
ROUTED: Any = SimpleNamespace(
    basis=Basis.ALLOCATION, ground="203.0.113.0/24", code="FR", source="demo", date="2026-11-01"
)


def test_rows_of_a_feed_go_by_mail_to_a_nominated_desk_that_is_kept(tmp_path: Path) -> None:
    builder = small_register("XC", "XD", "XE")
    part = builder.record(
        Contact(
            institution="CSIRT of FR", unit=None, mailbox=THEM, telephone=None, time_zone=None, hours=None, persons=()
        ),
        "participants",
    )
    builder.nominate("FR", parts=(Part("participants", part),))
    with mailing_world(tmp_path, registry=builder) as (world, post, peer):
        path = tmp_path / "fr-technical.csv"
        path.write_bytes(b"time,ip\n1,203.0.113.9\n")
        desk = Desk(world.register, None, None, "fr-technical", Standing.NOMINATED)
        given = Report(
            desk=desk, path=path, shape=SHAPE, head=b"time,ip\n", rows=1, counted_only=0,
            reasons=((ROUTED, 1),), row_digests=b"",
        )  # fmt: skip
        feed = FeedFacts(name="blocklist")
        outcomes = list(send_reports(world.nodes["XC"], [given], feed=feed, leased=True))
        assert [(each.fate.value, each.error) for each in outcomes] == [("sent", None)]
        deliver(world.nodes["XC"], outcomes[0].leases[0])
        told = read_entity(peer.open(encrypted_part(read_mail(post.handed[0][2]))))
        assert [(each.name, each.data) for each in told.files] == [
            (path.name, b"time,ip,liaison_row\n" + numbered_row(SHAPE, b"1,203.0.113.9", 1))
        ]
        again = send_reports(world.nodes["XC"], [given], feed=feed)
        assert [each.fate.value for each in again] == ["already-sent"]
        post.box.append(reply(post, peer, "Fixed.", subject="[abuse #12]"))
        assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
        with world.at("XC"):
            assert models.SentMail.objects.get().ticket == "[abuse #12]"


def contact(mailbox: str | None) -> Contact:
    return Contact(
        institution="Provider P1", unit=None, mailbox=mailbox, telephone=None, time_zone=None, hours=None, persons=()
    )


def provider(named: str, mailbox: str) -> RegisterBuilder:
    """A register of providers, where P1's desk names a mailbox in its contacts or as a way to its node."""
    builder = providers("P1")
    if named == "contact":
        part = Part("public", builder.record(contact(mailbox), "public"))
        body = builder.desk_body("security", OFFICE, parts=(part,))
        builder.add(builder.drafted(body, "P1", "main"), "P1/main/entry")
    else:
        builder.publish_node("P1", "security", ways=(Address(way=Way.MAIL, at=mailbox, by=None),))
    return builder


def follow(world: World, builder: RegisterBuilder) -> Desk:
    """XC's node follows the register too, and takes part in it with no desk."""
    node = world.nodes["XC"]
    forget_facts(node)
    with unit_of_work(node):
        mirror(builder)
    return Desk(builder.entries[0].leaf, builder.ids["P1"], "main", "security")


def to_provider(folder: Path, desk: Desk) -> Report:
    path = folder / "P1-security.csv"
    path.write_bytes(b"time,ip\n1,198.51.100.200\n")
    return Report(
        desk=desk, path=path, shape=SHAPE, head=b"time,ip\n", rows=1, counted_only=0,
        reasons=((ROUTED, 1),), row_digests=b"",
    )  # fmt: skip


@pytest.mark.parametrize("named", ["contact", "way"])
def test_a_state_writes_by_mail_to_a_desk_of_the_providers_register_that_it_keeps(tmp_path: Path, named: str) -> None:
    with mailing_world(tmp_path) as (world, post, peer):
        given = to_provider(tmp_path, follow(world, provider(named, THEM)))
        outcomes = list(send_reports(world.nodes["XC"], [given], feed=FeedFacts(name="blocklist"), leased=True))
        assert [(each.fate.value, each.error) for each in outcomes] == [("sent", None)]
        deliver(world.nodes["XC"], outcomes[0].leases[0])
        told = read_entity(peer.open(encrypted_part(read_mail(post.handed[0][2]))))
        assert [each.data for each in told.files] == [
            b"time,ip,liaison_row\n" + numbered_row(SHAPE, b"1,198.51.100.200", 1)
        ]
        post.box.append(reply(post, peer, "Fixed.", subject="[abuse #13]"))
        assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
        again = send_reports(world.nodes["XC"], [given], feed=FeedFacts(name="blocklist"))
        assert [each.fate.value for each in again] == ["already-sent"]


def test_a_desk_of_the_providers_register_that_nobody_here_keeps_is_told_to_be_not_reached(tmp_path: Path) -> None:
    with mailing_world(tmp_path) as (world, post, _):
        given = to_provider(tmp_path, follow(world, provider("contact", "abuse@p1.example")))
        outcomes = send_reports(world.nodes["XC"], [given], feed=FeedFacts(name="blocklist"))
        assert [each.fate.value for each in outcomes] == ["no-desk-here"]
        assert post.handed == []


def test_a_rehearsal_of_providers_is_written_to_by_nobody_who_means_it(tmp_path: Path) -> None:
    with mailing_world(tmp_path, registry=small_register(rehearsal=False)) as (world, post, _):
        given = to_provider(tmp_path, follow(world, provider("contact", THEM)))
        outcomes = send_reports(world.nodes["XC"], [given], feed=FeedFacts(name="blocklist"))
        assert [each.fate.value for each in outcomes] == ["no-desk-here"]
        assert post.handed == []

"""Is a desk whose node names a mailbox and no door written to by what the register says of it?"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
import pytest

from liaison.keys.openpgp.private import OpenPgpKey
from liaison.messages.mail.answers import read_entity
from liaison.messages.mail.reading import encrypted_part, read_mail
from liaison.messages.parties import DeskRef
from liaison.node.config import Address, Config, Mail
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.mail.targets import mail_targets
from liaison.node.services import mirror, publication, records
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.services.mail.keys import desk_key, make_key
from liaison.register.records import Address as Addressed
from liaison.register.records import Way
from tests.mailing import Post
from tests.node.stories import Story
from tests.register.registry import small_register
from tests.world import NOTICE, World


def with_mail(node: Node, address: str, url: str, post: Post | None) -> Node:
    config = msgspec.structs.replace(node.config, mail=Mail(address=address), address=Address(url))
    return dataclasses.replace(node, config=config, mail=post)


def test_the_certificate_and_mailbox_come_from_the_register(tmp_path: Path) -> None:
    story, post = Story(tmp_path), Post()
    xc, xd = story.join("xc", "XC"), story.join("xd", "XD")
    ours, theirs = (DeskRef(each.participant, "main", "duty") for each in (xc, xd))
    there = with_mail(xd.node, "duty@xd.example", "", None)
    make_key(there, story.register, theirs, name="XD / duty")
    publication.publish_node(there, xd.place)
    here = with_mail(xc.node, "desk@xc.example", "https://xc.example", post)
    make_key(here, story.register, ours, name="XC / duty")
    mirror.sync_register(here, register=story.register)
    records.fetch_records(here, register=story.register)
    letter = Letter(
        register=story.register, sender=ours, to=(theirs,), form="incident-notice", stage="notification", fields=NOTICE
    )
    for lease in send_letter(here, letter, leased=True)[0].leases:
        assert deliver(here, lease)
    ((_, mailbox, mail),) = post.handed
    key: OpenPgpKey = desk_key(there, story.register, theirs)
    opened = key.open(encrypted_part(read_mail(mail)), desk_key(here, story.register, ours).certificate, limit=1 << 20)
    assert mailbox == "duty@xd.example"
    assert opened.signer == desk_key(here, story.register, ours).certificate.fingerprint
    assert "Scanning of port 22" in read_entity(opened.text).text


def test_a_node_that_publishes_twice_publishes_its_certificate_once(tmp_path: Path) -> None:
    story = Story(tmp_path)
    xc = story.join("xc", "XC")
    node = with_mail(xc.node, "desk@xc.example", "https://xc.example", None)
    make_key(node, story.register, DeskRef(xc.participant, "main", "duty"), name="XC / duty")
    assert len(publication.publish_node(node, xc.place)) == 1
    mirror.sync_register(node, register=story.register)
    assert publication.publish_node(node, xc.place) == []


@pytest.mark.parametrize("mailbox", ["düty@xd.example", "duty@xd.example, eve@xe.example", "duty"])
def test_what_no_mail_server_takes_is_no_way_to_a_desk(tmp_path: Path, mailbox: str) -> None:
    way = Addressed(way=Way.MAIL, at=mailbox, by=None)
    registry = small_register()
    registry.publish_node("XD", "duty", ways=(way,))
    with World(tmp_path, registry=registry, configs={"XD": Config()}) as world:
        facts = register_facts(world.nodes["XC"], world.register)
        assert mail_targets(facts, world.desk("XC"), (world.desk("XD"),)) == {}

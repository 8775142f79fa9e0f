"""Do rows of a feed reach a desk that has only a mailbox, and does its answer about them come back?"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from liaison.messages.mail.answers import read_entity
from liaison.messages.mail.reading import encrypted_part, read_mail
from liaison.node import models
from liaison.node.services.feeds.reports import FeedFacts, Report, send_reports
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.mail.fetching import fetch_mail
from liaison.register.bodies import Part
from liaison.register.records import Contact
from liaison.routing.claims import Desk, Standing
from liaison.routing.feeds.numbering import numbered_row
from liaison.routing.feeds.shape import Format, Shape
from liaison.routing.route import Basis
from tests.mailing import THEM, mailing_world, reply
from tests.register.registry import small_register

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

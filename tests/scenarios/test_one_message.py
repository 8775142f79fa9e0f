"""Across a dead letter box, a bounced mail, a lost file and two ways at once: is there exactly one message in each
inbox, and does every receipt say how it was obtained?"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from liaison.messages.mail.reading import read_mail
from liaison.node import models
from liaison.node.reads.mail.targets import mailbox_ref
from liaison.node.services.letterbox.collecting import collect_all
from liaison.node.services.line.files import export_sealed, import_file
from liaison.node.services.mail.fetching import fetch_mail
from tests.letterbox.boxes import behind_nat, inbox, obtained, settle_down
from tests.mailing import THEM, give_mail, reply
from tests.messages.test_mail import BOUNCE
from tests.web.visiting import visit
from tests.world import NOTICE, World

pytestmark = pytest.mark.engine
ASKS = NOTICE | {"expectation": "answer-asked"}


def copies(world: World) -> dict[str, str]:
    """How the copies of XC stand, by their way."""
    with world.at("XC"):
        rows = models.OutgoingCopy.objects.values_list("node", "state")
        return {"mail" if node == "mailbox" else "line": state for node, state in rows}


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_whatever_way_fails_one_message_arrives_and_the_receipt_says_how_it_came(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        post, peer = give_mail(world)
        xc, xd = world.nodes["XC"], world.nodes["XD"]

        # XD is behind NAT and its letter box is dead; the other desk's mail server knows nobody of that name.
        world.network.down = {"XE"}
        line = world.send("XC", "XD", fields=ASKS)[0]
        mail = world.send("XC", to=(mailbox_ref(THEM),), fields=ASKS)[0]
        token = read_mail(post.handed[0][2]).tokens[0]
        post.box.append(BOUNCE.format(action="failed", status="5.1.1", token=token).encode())
        fetch_mail(xc)
        assert copies(world) == {"line": "queued", "mail": "bounced"}

        # So a file is carried by hand, and lost; then the letter box is back, and a second file goes at the same time.
        b"".join(export_sealed(xc, line.message_id)[1])
        carried = b"".join(export_sealed(xc, line.message_id)[1])
        world.network.down = set()
        world.advance(minutes=6)
        world.work("XC")
        imported = import_file(xd, io.BytesIO(carried).read)
        collect_all(xd)
        assert inbox(world, "XD") == [line.message_id]
        assert obtained(world, "XC") == []

        # The receipt comes back as a file, and then once more through the letter box: the same bytes.
        import_file(xc, io.BytesIO(imported.receipt_file or b"").read)
        settle_down(world)
        assert (inbox(world, "XD"), obtained(world, "XC")) == ([line.message_id], ["file"])

        # And whoever has gpg alone got it after all: the signed reply comes twice, and enters the case once.
        answer = reply(post, peer, f"Told by telephone, now in writing. {token}")
        post.box += [answer, b"Received: by another path\r\n" + answer]
        fetch_mail(xc)
        with world.at("XC"):
            assert list(models.IncomingCopy.objects.values_list("case", "way")) == [(mail.case, "mail")]
        assert copies(world) == {"line": "received", "mail": "answered"}

        officer = visit(world, "XC")
        assert "The receipt came as a file" in words(officer.see(f"cases/{line.case}/"))
        assert "By OpenPGP mail" in words(officer.see(f"cases/{mail.case}/"))

"""Does the page of a contact centre say how to reach it, how it is known to be them, and prove what it says?"""

from __future__ import annotations

import re
from pathlib import Path

from liaison.keys.words import format_words
from liaison.node.models import CallBack, RecordPart
from liaison.node.reads.writing.centres import find_entry
from liaison.node.services.line.acknowledging import acknowledge, find_original
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from liaison.register.vocabulary import Channel
from liaison.tlog.tlogproof import parse_proof
from tests.mirrored import START
from tests.web.visiting import visit
from tests.world import World


def path_of(world: World, code: str) -> str:
    return f"centres/{world.desk(code).participant[:16]}/duty/"


def test_it_says_how_to_reach_it_and_by_which_keys_it_is_known(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        page = visit(world, "XC").see(path_of(world, "XD"))
        sealing = world.registry.sealing("XD/duty").public.fingerprint
        for told in ("03:02", "there now", "tel:+0005550100", "duty@contact.example", "60 minutes", sealing,
                     format_words(sealing), "not yet witnessed", "Never tested from here", "2 of 2",
                     "Nobody of this node has called back"):  # fmt: skip
            assert told in page, told
        assert page.count('class="qr"') == 3, "the sealing key and two roots"
        assert "style=" not in page


def test_every_change_can_be_taken_away_with_its_proof(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        page = visitor.see(path_of(world, "XD"))
        indexes = [int(index) for index in re.findall(r'register/log/(\d+)/proof" download', page)]
        kinds = [world.registry.entries[index].payload.kind for index in indexes]
        assert kinds == ["resources.published", "node.published", "desk.published", "participant.keys",
                         "participant.admitted"]  # fmt: skip
        answer = visitor.get(visitor.at(f"register/log/{indexes[0]}/proof"))
        assert parse_proof(answer.content).index == indexes[0]
        assert "attachment" in answer.headers["Content-Disposition"]
        assert visitor.get(visitor.at("register/log/99999/proof")).status_code == 400


def test_a_line_test_shows_when_and_how_it_was_answered(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        test = {"form": "line-test", "stage": None, "fields": {"person_asked": True}}
        world.network.down.add("XD")
        world.send("XC", "XD", **test)
        assert "Not received yet" in visitor.see(path_of(world, "XD"))
        world.network.down.clear()
        (sent,) = world.send("XC", "XD", **test)
        assert "None to this desk yet" not in visitor.see(path_of(world, "XD"))
        acknowledge(world.nodes["XD"], find_original(world.nodes["XD"], sent.message_id))
        world.work("XD")
        assert "Answered by a person" in visitor.see(path_of(world, "XD"))


def test_a_call_back_to_the_present_key_shows_and_a_part_not_here_is_not_taken_for_none(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, visitor = world.nodes["XC"], visit(world, "XC")
        entry = find_entry(node, world.register, world.desk("XD"))
        place = {"register": world.register, "participant": entry.participant, "desk": "duty"}
        with unit_of_work(node):
            for digest in (entry.sealing, "0" * 64):
                CallBack.objects.create(
                    **place, digest=digest, fingerprint="1" * 64, channel=Channel.TELEPHONE, confirmed_at=START
                )
            RecordPart.objects.filter(digest=entry.parts[0].digest).delete()
        page = visitor.see(path_of(world, "XD"))
        assert page.count("An officer of this node had the key read out") == 1
        assert "1 part of its record is not here" in page
        assert "tel:" not in page


def test_a_call_is_logged_from_the_page_of_the_centre(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        assert 'value="call-note"' in visitor.see(path_of(world, "XD"))
        auditor = visit(world, "XC", Role.AUDITOR)
        assert 'value="call-note"' not in auditor.see(path_of(world, "XD"))
        assert visitor.get(visitor.at("centres/0123456789abcdef/duty/")).status_code == 400


def test_the_telephone_sheet_says_every_sentence_in_both_languages_under_one_code(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        page = visit(world, "XC", language="ar").see(f"{path_of(world, 'XD')}call", **{"in": "fr"})
        assert page.count('dir="ltr">D1</bdi>') == 1
        assert "Nous vous avons envoyé un message scellé" in page
        assert 'lang="fr" dir="ltr"' in page
        assert format_words(world.registry.sealing("XD/duty").public.fingerprint) in page


def test_the_telephone_sheet_begins_with_a_language_the_other_side_publishes(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        page = visit(world, "XC", language="fr").see(f"{path_of(world, 'XD')}call")
        assert '<option value="en" lang="en" dir="ltr" selected>' in page

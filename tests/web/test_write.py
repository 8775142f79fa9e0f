"""Does an officer write a correct notice page by page, with nothing lost and nothing sent twice or unseen?"""

from __future__ import annotations

import io
import re
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest

from liaison.errors import UsageError
from liaison.messages.message import Attachment
from liaison.node.config import Attachments
from liaison.node.models import AuditRow, Draft, IncomingCopy, OutgoingMessage
from liaison.node.services.care.orphans import OLD_SECONDS, sweep_orphans
from liaison.node.services.line.attachments import open_attachment
from liaison.officers.permissions import Role
from liaison.web.pages.write.cards import desk_key
from liaison.web.pages.write.uploads import SealingUpload
from tests.node.test_concurrency import at_once
from tests.register.registry import small_register
from tests.web.hosting import hosted_register
from tests.web.visiting import Visitor, visit
from tests.world import World

pytestmark = pytest.mark.engine


HOW = {"stage": "notification", "tlp": "amber", "urgency": "urgent"}
TEXT = {
    "field.title": "Scanning of port 22",
    "field.title.lang": "en",
    "field.incident_type": "information-gathering:scanner",
    "field.expectation": "for-information",
    "field.observables": "192.0.2.10",
}


def begin(visitor: Visitor, *, form: str = "incident-notice", **given: Any) -> int:
    """A new draft; its number."""
    answer = visitor.send("write/", form=form, **given)
    return int(re.search(r"write/(\d+)/", answer.headers["Location"])[1])  # type: ignore[index]


def version(visitor: Visitor, number: int, step: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', visitor.see(f"write/{number}/{step}"))
    assert found is not None
    return found[1]


def fill(visitor: Visitor, number: int, step: str, *, status: int = 302, **given: Any) -> Any:
    return visitor.send(f"write/{number}/{step}", status=status, version=version(visitor, number, step), **given)


def written(visitor: Visitor, *to: str, together: str = "", **how: Any) -> int:
    """A complete draft."""
    number = begin(visitor)
    for code in to:
        fill(visitor, number, "to", add=code, go="add", to=keys_of(visitor, number))
    if together:
        fill(visitor, number, "to", to=keys_of(visitor, number), together=together)
    fill(visitor, number, "how", **(HOW | how))
    fill(visitor, number, "text", **TEXT)
    return number


def keys_of(visitor: Visitor, number: int) -> list[str]:
    return re.findall(r'name="to" value="([^"]+)"', visitor.see(f"write/{number}/to"))


def send(visitor: Visitor, number: int, *, status: int = 302, **given: Any) -> Any:
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', visitor.see(f"write/{number}/check"))
    assert seen is not None
    return visitor.send(f"write/{number}/send", status=status, seen=seen[1], **given)


def test_a_notice_is_written_checked_sent_and_received(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        assert "Tell other desks of an incident that concerns them." in visitor.see("write/")
        number = written(visitor, "XD")
        page = visitor.see(f"write/{number}/check")
        for told in (
            "State XD / duty",
            "03:02 there now",
            "within 60 minutes",
            "TLP:AMBER",
            "Scanning of port 22",
            "1 address has no time",
        ):
            assert told in page, told
        sent = visitor.get(send(visitor, number).headers["Location"])
        assert "It has arrived" in sent.content.decode()
        with world.at("XD"):
            assert IncomingCopy.objects.get().verdict == "accepted"
        assert "Nothing is being written." in visitor.see("write/")
        with world.at("XC"):
            assert list(AuditRow.objects.filter(action="message-sent").values_list("params__form")) == [
                ("incident-notice",)
            ]


def test_a_button_pressed_twice_sends_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = written(visitor, "XD")
        first = send(visitor, number).headers["Location"]
        again = visitor.send(f"write/{number}/send", seen="0" * 64)
        assert again.headers["Location"] == first
        with world.at("XC"):
            assert OutgoingMessage.objects.count() == 1


def test_a_button_pressed_many_times_at_once_leads_to_what_was_sent_each_time(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number, windows = written(visitor, "XD"), [Visitor(world.nodes["XC"]) for _ in range(4)]
        seen = re.search(r'name="seen" value="([0-9a-f]{64})"', visitor.see(f"write/{number}/check"))[1]  # type: ignore[index]
        for window in windows:
            window.cookies = visitor.cookies
        presses = [partial(window.post, visitor.at(f"write/{number}/send"), {"seen": seen}) for window in windows]
        (led,) = {f"{answer.status_code} {answer.headers.get('Location')}" for answer in at_once(presses)}
        assert led.startswith("302 ") and "/write/sent/" in led
        with world.at("XC"):
            assert OutgoingMessage.objects.count() == 1


def test_what_changed_after_it_was_shown_is_shown_again_and_not_sent(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = written(visitor, "XD")
        seen = re.search(r'name="seen" value="(\w+)"', visitor.see(f"write/{number}/check"))[1]  # type: ignore[index]
        fill(visitor, number, "text", **(TEXT | {"field.title": "Another title"}))
        answer = visitor.send(f"write/{number}/send", status=409, seen=seen)
        assert "Another title" in answer.content.decode()
        with world.at("XC"):
            assert OutgoingMessage.objects.count() == 0


def test_what_ends_before_it_begins_is_not_sent(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = written(visitor, "XD")
        fill(visitor, number, "text", **TEXT, **{"field.began": "2026-11-22 02:00", "field.ended": "2026-11-22 01:00"})
        assert "The end of the period lies before its beginning." in visitor.see(f"write/{number}/check")
        visitor.send(f"write/{number}/send", status=400, seen="0" * 64)
        fill(visitor, number, "text", **TEXT, **{"field.began": "2026-11-22 01:00", "field.ended": "2026-11-22 02:00"})
        assert send(visitor, number).headers["Location"]


def test_several_recipients_must_be_told_together_or_one_case_each(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = written(visitor, "XD", "XE")
        assert "Choose whether all of them share one case" in visitor.see(f"write/{number}/check")
        assert 'name="seen"' not in visitor.see(f"write/{number}/check")
        fill(visitor, number, "to", to=keys_of(visitor, number), together="each")
        sent = visitor.get(send(visitor, number).headers["Location"]).content.decode()
        assert "2 contact centres have it." in sent
        with world.at("XC"):
            rows = list(OutgoingMessage.objects.values_list("case", "batch"))
            assert len({case for case, _ in rows}) == 2
            assert len({batch for _, batch in rows}) == 1


def test_together_is_one_case(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        send(visitor, written(visitor, "XD", "XE", together="together"))
        with world.at("XC"):
            assert OutgoingMessage.objects.get().copies.count() == 2


def test_a_peer_that_is_down_keeps_nobody_waiting_and_the_page_says_so(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.network.down.add("XD")
        visitor = visit(world, "XC")
        page = visitor.get(send(visitor, written(visitor, "XD")).headers["Location"]).content.decode()
        assert "Kept safe here, and on its way" in page
        world.network.down.clear()
        world.advance(minutes=10)
        world.work("XC")
        with world.at("XD"):
            assert IncomingCopy.objects.count() == 1


def test_a_window_that_is_behind_is_told_and_overwrites_nothing_until_asked_again(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = begin(visitor)
        old = version(visitor, number, "text")
        fill(visitor, number, "text", go="save", **(TEXT | {"field.title": "From the first window"}))
        late = TEXT | {"field.title": "From the second window"}
        answer = visitor.send(f"write/{number}/text", status=409, version=old, go="save", **late)
        page = answer.content.decode()
        assert "the draft was changed in another window" in page
        assert "From the second window" in page
        assert "From the first window" in visitor.see(f"write/{number}/text")
        newest = re.search(r'name="version" value="(\d+)"', page)[1]  # type: ignore[index]
        visitor.send(f"write/{number}/text", version=newest, go="save", **late)
        assert "From the second window" in visitor.see(f"write/{number}/text")


def test_a_script_saves_while_one_types_and_is_told_when_it_is_behind(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = begin(visitor)
        given = {"version": "1", "go": "quiet", "field.title": "Half a ti"}
        assert visitor.send(f"write/{number}/text", status=200, **given).json() == {
            "version": 2,
            "words": "Saved 03:02",
        }
        assert visitor.send(f"write/{number}/text", status=200, **given).json()["version"] == 2, "the same again"
        behind = visitor.send(f"write/{number}/text", status=409, **(given | {"field.title": "Other"}))
        assert "another window" in behind.json()["refused"]


def test_what_is_wrong_is_listed_on_top_and_what_was_typed_is_kept(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = begin(visitor)
        bad = TEXT | {"field.began": "the day before", "field.incident_type": ""}
        page = fill(visitor, number, "text", status=200, **bad).content.decode()
        assert 'href="#field-began"' in page
        assert 'href="#field-incident_type"' in page
        assert 'value="the day before"' in page
        assert "the day before" in visitor.see(f"write/{number}/text"), "kept although it cannot be sent"


def test_a_recipient_is_found_by_code_desk_or_name_and_one_that_is_not_clear_is_asked_for(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = begin(visitor)
        fill(visitor, number, "to", add="State XD", go="add")
        assert keys_of(visitor, number) == [desk_key(world.desk("XD"))]
        page = fill(visitor, number, "to", status=200, add="State", to=keys_of(visitor, number)).content.decode()
        assert "Several contact centres fit" in page
        assert 'value="State"' in page
        fill(visitor, number, "to", pick=desk_key(world.desk("XE")), to=keys_of(visitor, number))
        assert len(keys_of(visitor, number)) == 2
        fill(visitor, number, "to", remove=desk_key(world.desk("XD")), to=keys_of(visitor, number))
        assert keys_of(visitor, number) == [desk_key(world.desk("XE"))]
        assert "own desk" in fill(visitor, number, "to", status=200, add="XC").content.decode()
        assert "XJ" in fill(visitor, number, "to", status=200, add="XJ").content.decode()


def test_a_file_is_sealed_as_it_arrives_and_opens_at_the_recipient(tmp_path: Path) -> None:
    plain = b"row of a log\n" * 20_000
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = written(visitor, "XD")
        file = SimpleUploadedFile("../../access log.csv", plain, content_type="text/csv; charset=x")
        visitor.send(f"write/{number}/files/add", file=file)
        page = visitor.see(f"write/{number}/files")
        assert "access log.csv" in page
        assert ".." not in re.sub(r"<[^>]*>", "", page)
        with world.at("XC"):
            attachment = msgspec.convert(Draft.objects.get().attachments[0], Attachment)
        node = world.nodes["XC"]
        assert b"".join(open_attachment(node, attachment)) == plain
        assert not any(plain[:64] in each.read_bytes() for each in node.home.rglob("*") if each.is_file())
        send(visitor, number)
        with world.at("XC"):
            assert OutgoingMessage.objects.get().attachments.get().name == "access log.csv"


def test_a_file_of_a_draft_is_not_swept_away_while_one_writes_on(tmp_path: Path) -> None:
    import os
    import time

    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = begin(visitor)
        for name in ("kept.txt", "removed.txt"):
            visitor.send(f"write/{number}/files/add", file=SimpleUploadedFile(name, name.encode()))
        with world.at("XC"):
            kept, removed = (each["sealed"] for each in Draft.objects.get().attachments)
        visitor.send(f"write/{number}/files/remove", sealed=removed)
        node = world.nodes["XC"]
        long_ago = time.time() - 2 * OLD_SECONDS
        for path in (node.home / "blobs").rglob("*"):
            os.utime(path, (long_ago, long_ago))
        assert sweep_orphans(node) == 1
        assert node.blobs.has(kept)
        assert not node.blobs.has(removed)


def test_a_file_above_the_limit_leaves_nothing_behind(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        config = msgspec.structs.replace(node.config, attachments=Attachments(largest=1000))
        object.__setattr__(node, "config", config)
        visitor = visit(world, "XC")
        number = begin(visitor)
        answer = visitor.send(f"write/{number}/files/add", status=400, file=SimpleUploadedFile("a.bin", b"x" * 2000))
        assert "1000" in answer.content.decode()
        assert not [each for each in (node.home / "blobs").rglob("*") if each.is_file()]


def test_an_upload_that_breaks_off_is_no_file(tmp_path: Path) -> None:
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    body = head + b"x" * 100_000
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        handler = SealingUpload(HttpRequest(), node)
        whole = body + b"\r\n--edge--\r\n"
        _, files = handler.handle_raw_input(io.BytesIO(whole), {}, len(whole), b"edge")
        assert files["file"].attachment.size == 100_000
        with pytest.raises(UsageError, match="upload-cut-off"):
            handler.handle_raw_input(io.BytesIO(body), {}, len(whole), b"edge")


def test_an_upload_without_the_token_of_the_page_is_refused(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = begin(visitor)
        visitor.handler.enforce_csrf_checks = True
        answer = visitor.post(visitor.at(f"write/{number}/files/add"), {"file": SimpleUploadedFile("a.txt", b"a")})
        assert answer.status_code == 400
        with world.at("XC"):
            assert Draft.objects.get().attachments == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.DIRECTORY])
def test_who_may_not_write_sees_no_draft(tmp_path: Path, role: Role) -> None:
    with World(tmp_path) as world:
        number = begin(visit(world, "XC"))
        other = visit(world, "XC", role)
        for page in ("write/", f"write/{number}/text", f"write/{number}/check"):
            other.see(page, status=403)
        other.send(f"write/{number}/discard", status=403)


def test_a_stranger_sends_no_file(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = begin(visitor)
        stranger = Visitor(world.nodes["XC"])
        answer = stranger.post(visitor.at(f"write/{number}/files/add"), {"file": SimpleUploadedFile("a.txt", b"a")})
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in")
        with world.at("XC"):
            assert Draft.objects.get().attachments == []


def test_a_draft_is_discarded_only_after_asking(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = begin(visitor)
        assert "It cannot be brought back." in visitor.see(f"write/{number}/discard")
        assert str(number) in visitor.see("write/")
        visitor.send(f"write/{number}/discard")
        assert "Nothing is being written." in visitor.see("write/")


def test_the_form_most_used_by_a_desk_stands_first(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        names = re.findall(r'name="form" value="([\w-]+)"', visitor.see("write/"))
        assert names[0] == "incident-notice"
        assert "clarification" not in names, "only diplomatic desks ask for clarification"
        world.send("XC", "XD", form="line-test", fields={"person_asked": False}, stage=None)
        assert re.findall(r'name="form" value="([\w-]+)"', visitor.see("write/"))[0] == "line-test"


def test_who_hosts_a_recipient_is_said_on_every_page_and_has_to_be_confirmed_for_red(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD"), registry=hosted_register()) as world:
        world.network.down.add("XE")
        visitor = visit(world, "XC")
        number = written(visitor, "XE", tlp="red")
        for page in ("to", "how", "check"):
            assert re.search("[Hh]osted by (<[^>]*>)?State XD", visitor.see(f"write/{number}/{page}")), page
        assert "State XD" in visitor.see("find/", q="XE")
        assert "Hosted by" in visitor.see(f"centres/{world.registry.ids['XE'][:16]}/duty/")
        refused = send(visitor, number, status=409).content.decode()
        assert 'href="#host_may_read"' in refused
        with world.at("XC"):
            assert OutgoingMessage.objects.count() == 0
        send(visitor, number, host_may_read="on")
        with world.at("XC"):
            assert OutgoingMessage.objects.count() == 1


def test_a_desk_that_is_only_nominated_can_be_telephoned_and_not_written_to(tmp_path: Path) -> None:
    registry = small_register()
    registry.nominate("XL")
    with World(tmp_path, registry=registry) as world:
        visitor = visit(world, "XC")
        page = visitor.see("find/", q="XL")
        assert "Permanent Mission of XL" in page
        assert "Nominated by letter" in page
        assert "Write to them" not in page
        number = begin(visitor)
        fill(visitor, number, "to", status=200, add="Permanent Mission of XL")
        assert keys_of(visitor, number) == []

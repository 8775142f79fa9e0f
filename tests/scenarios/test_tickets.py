"""Does a desk's own ticket system get its reports as files and as mail, and do its answers and numbers come back?"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from liaison.adapters.reports.spool_folder import SpoolFolder
from liaison.errors import MalformedError, UsageError
from liaison.exchange.reports.reading import decode_report_file
from liaison.exchange.xarf.mail import decode_report_mail, is_mail
from liaison.messages.mail.reading import body_of, parts, read_mail
from liaison.node.config import Mail, Tickets
from liaison.node.models import FetchedMail, IncomingCopy, OutgoingMessage
from liaison.node.services.feeds.documents import as_feed
from liaison.node.services.mail.fetching import fetch_mail
from liaison.node.services.tickets.answers import take_answers
from liaison.node.services.tickets.handing import hand_reports
from tests.feeding import Feeding, feed
from tests.mailing import Post

QUEUE, US = "abuse@rt.xd.example", "desk@csirt.xd.example"


class Ticketing(Feeding):
    """XD's desk has a spool and a ticket system behind a mailbox."""

    def __init__(self, folder: Path, *, form: str = "csv", mailbox: str = QUEUE) -> None:
        super().__init__(folder)
        self.spool = folder / "spool"
        self.post = Post()
        given = Tickets(desk="duty", spool=str(self.spool), mailbox=mailbox, form=form)  # type: ignore[arg-type]
        node = self.world.nodes["XD"]
        config = msgspec.structs.replace(node.config, tickets=(given,), mail=Mail(address=US, imap="localhost"))
        self.world.nodes["XD"] = dataclasses.replace(node, config=config, mail=self.post)

    def hand(self) -> int:
        return hand_reports(self.xd, SpoolFolder)

    def put(self, tail: str, text: str) -> str:
        """A file of answers as the ticket system writes it; its name."""
        name = f"{self.report('XD').message_id}{tail}"
        (self.spool / "answers").mkdir(parents=True, exist_ok=True)
        (self.spool / "answers" / name).write_text(text)
        return name

    def take(self) -> int:
        taken = take_answers(self.xd, SpoolFolder)
        self.world.work()
        return taken

    def there(self, folder: str) -> list[str]:
        return sorted(path.name for path in (self.spool / folder).iterdir())


@pytest.fixture
def ticketing(tmp_path: Path) -> Iterator[Ticketing]:
    with Ticketing(tmp_path) as made:
        yield made


def test_a_report_stands_in_the_spool_as_a_file_and_a_side_file_with_its_reference(ticketing: Ticketing) -> None:
    ticketing.send(feed(1, 2))
    assert ticketing.hand() == 2  # once to the spool, once by mail
    stem = f"EXERCISE-{ticketing.report('XD').message_id}"
    assert ticketing.there("reports") == [f"{stem}-1.csv", f"{stem}.json"]
    told = json.loads((ticketing.spool / "reports" / f"{stem}.json").read_text())
    assert (told["reference"], told["rows"], told["files"]) == ("XC-2026-77", 2, [f"{stem}-1.csv"])
    sheet = decode_report_file((ticketing.spool / "reports" / f"{stem}-1.csv").read_bytes())
    assert dict(sheet.cells(2))["note"] == "=n2"
    assert ticketing.hand() == 0


def test_a_killed_hand_over_is_done_again_under_the_same_names(ticketing: Ticketing) -> None:
    ticketing.send(feed(1))

    class Ending(SpoolFolder):
        def put(self, name: str, data: bytes) -> None:
            if name.endswith(".json"):
                raise KeyboardInterrupt
            super().put(name, data)

    with pytest.raises(KeyboardInterrupt):
        hand_reports(ticketing.xd, Ending)
    ticketing.hand()
    assert len(ticketing.there("reports")) == 2


def test_xarf_goes_over_with_every_column(tmp_path: Path) -> None:
    with Ticketing(tmp_path, form="xarf") as ticketing:
        ticketing.send(feed(1, 2))
        ticketing.hand()
        (name,) = [each for each in ticketing.there("reports") if each.endswith(".jsonl")]
        sheet = decode_report_file((ticketing.spool / "reports" / name).read_bytes())
        assert (dict(sheet.cells(1))["note"], dict(sheet.cells(1))["liaison_code"]) == ("=n1", "XD")


def test_answers_to_rows_are_read_from_the_spool_once_and_moved(ticketing: Ticketing) -> None:
    ticketing.send(feed(1, 2, 3))
    name = ticketing.put(".csv", "liaison_row,answer,ticket\n1,fixed,RT#1\n3,not-ours,RT#2\n")
    assert ticketing.take() == 1
    assert (ticketing.there("answers"), ticketing.there("done")) == ([], [name])
    report = ticketing.report("XC")
    assert (report.answers, report.open) == ({"fixed": 1, "not-ours": 1}, 1)


def test_an_answer_about_the_whole_file_brings_the_ticket_back(ticketing: Ticketing) -> None:
    ticketing.send(feed(1, 2))
    ticketing.put(".json", json.dumps({"answer": "customer-told", "ticket": "RT#4711"}))
    ticketing.take()
    report = ticketing.report("XC")
    assert (report.answers, report.ticket) == ({"customer-told": 2}, "RT#4711")


def test_a_file_that_was_answered_and_not_moved_is_not_answered_again(ticketing: Ticketing) -> None:
    ticketing.send(feed(1))

    class Stuck(SpoolFolder):
        def settle(self, name: str, reason: str = "") -> None:
            raise KeyboardInterrupt

    ticketing.put(".csv", "row,answer\n1,fixed\n")
    with pytest.raises(KeyboardInterrupt):
        take_answers(ticketing.xd, Stuck)
    ticketing.take()
    with ticketing.world.at("XD"):
        assert OutgoingMessage.objects.filter(form="report-answer").count() == 1
    assert len(ticketing.there("done")) == 1


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        (".csv", "row,answer\n9,fixed\n", "answers-foreign-row"),
        (".csv", "row,answer\n1,fixed\n1,fixed\n", "answers-doubled"),
        (".json", '{"answer":"guilty"}', "answers-unknown"),
        (".json", '{"answer":"fixed","person":"N. N."}', "answers-json"),
        (".json", "[" * 100_000, "answers-too-large"),
        (".json", "{}", "answer-says-nothing"),
        (".csv", "\x00\x01", "document-characters"),
    ],
)
def test_what_cannot_be_meant_goes_to_failed_with_its_reason_and_nothing_is_sent(
    ticketing: Ticketing, name: str, text: str, code: str
) -> None:
    ticketing.send(feed(1))
    file = ticketing.put(name, text)
    assert ticketing.take() == 0
    assert ticketing.there("failed") == [file, f"{file}.reason.txt"]
    assert (ticketing.spool / "failed" / f"{file}.reason.txt").read_text().startswith(f"{code}\n")
    assert ticketing.report("XC").answers == {}


def test_a_file_about_no_report_of_this_desk_is_refused_and_what_is_no_file_is_left_alone(
    ticketing: Ticketing, tmp_path: Path
) -> None:
    ticketing.send(feed(1))
    ticketing.put(".csv", "row,answer\n1,fixed\n")
    answers = ticketing.spool / "answers"
    (answers / "notes.csv").write_text("row,answer\n1,fixed\n")
    other = "01920000-0000-7000-8000-000000000000.csv"
    (answers / other).write_text("row,answer\n1,fixed\n")
    (answers / ".writing.csv").write_text("row,ans")
    (tmp_path / "secret").write_text("row,answer\n1,fixed\n")
    (answers / "link.csv").symlink_to(tmp_path / "secret")
    (answers / "folder.csv").mkdir()
    assert ticketing.take() == 1
    assert {each for each in ticketing.there("failed") if not each.endswith(".txt")} == {"notes.csv", other}
    assert ticketing.there("answers") == [".writing.csv", "folder.csv", "link.csv"]


def test_the_mail_to_the_ticket_system_has_words_the_rows_and_a_mark_for_its_thread(tmp_path: Path) -> None:
    with Ticketing(tmp_path, form="xarf") as ticketing:
        ticketing.send(feed(1, 2))
        ticketing.hand()
        ((sender, recipient, raw),) = ticketing.post.handed
        mail = read_mail(raw)
        assert (sender, recipient, len(mail.tokens)) == (US, QUEUE, 1)
        assert mail.subject == f"EXERCISE [{mail.tokens[0]}] blocklist: 2 rows"
        assert mail.message_id == f"<{mail.tokens[0].lower()}@csirt.xd.example>"
        kinds = [part.get_content_type() for part in parts(mail.parsed) if not part.is_multipart()]
        assert kinds == ["text/plain", "application/json"]
        text = next(body_of(part).decode() for part in parts(mail.parsed) if part.get_content_type() == "text/plain")
        assert "reference: XC-2026-77" in text and "not a legal order" in text
        assert [each.what.value for each in decode_report_mail(raw).indicators] == ["198.51.100.1", "198.51.100.2"]


def test_more_rows_than_one_mail_holds_go_in_the_thread_of_the_first(ticketing: Ticketing) -> None:
    ticketing.send(feed(*range(1, 1203)))
    ticketing.hand()
    mails = [read_mail(raw) for _, _, raw in ticketing.post.handed]
    assert [mail.subject.rpartition(" ")[2] for mail in mails] == ["(1/2)", "(2/2)"]
    assert mails[1].answers == (mails[0].message_id,)
    assert mails[1].message_id != mails[0].message_id


def test_while_the_mail_server_is_away_nothing_is_lost_and_then_it_goes_once(ticketing: Ticketing) -> None:
    ticketing.send(feed(1))
    ticketing.post.down = True
    ticketing.hand()
    assert ticketing.post.handed == []
    ticketing.post.down = False
    ticketing.hand()
    ticketing.hand()
    assert len(ticketing.post.handed) == 1


def automatic(ticketing: Ticketing, *, sender: str = QUEUE, subject: str = "") -> bytes:
    """What RT answers by itself: its own number and our mark in the subject, in our thread."""
    ours = read_mail(ticketing.post.handed[0][2])
    return (
        f"From: {sender}\r\nTo: {US}\r\nSubject: {subject or f'[rt.xd.example #4711] AutoReply: {ours.subject}'}\r\n"
        f"Message-ID: <rt-{abs(hash(sender))}@rt.xd.example>\r\nIn-Reply-To: {ours.message_id}\r\n"
        "Auto-Submitted: auto-replied\r\nContent-Type: text/plain\r\n\r\nWe have your report.\r\n"
    ).encode()


def test_the_ticket_number_of_an_automatic_answer_leaves_with_the_next_answer(ticketing: Ticketing) -> None:
    ticketing.send(feed(1))
    ticketing.hand()
    ticketing.post.box.append(automatic(ticketing))
    assert fetch_mail(ticketing.xd).standings == {"stray": 1}
    assert ticketing.report("XD").own_ticket == "[rt.xd.example #4711]"
    assert ticketing.report("XC").ticket == ""
    ticketing.put(".json", '{"answer":"fixed"}')
    ticketing.take()
    assert ticketing.report("XC").ticket == "[rt.xd.example #4711]"


def test_a_mail_from_anywhere_else_gives_no_number_and_answers_nothing(ticketing: Ticketing) -> None:
    ticketing.send(feed(1))
    ticketing.hand()
    ticketing.post.box += [
        automatic(ticketing, sender="eve@xe.example"),
        automatic(ticketing, subject="[rt.xd.example #1] another thing").replace(b"In-Reply-To", b"X-Nothing"),
    ]
    fetch_mail(ticketing.xd)
    assert ticketing.report("XD").own_ticket == ""
    with ticketing.world.at("XD"):
        assert FetchedMail.objects.count() == 2
        assert not OutgoingMessage.objects.filter(form="report-answer").exists()


def test_a_report_in_a_mail_is_a_feed(tmp_path: Path) -> None:
    with Ticketing(tmp_path, form="xarf") as ticketing:
        ticketing.send(feed(1, 2))
        ticketing.hand()
        raw = ticketing.post.handed[0][2]
    rows, document = as_feed([raw[:1000], raw[1000:]])
    assert document is not None and document.exercise
    assert [json.loads(row)["resource"] for row in rows] == ["198.51.100.1", "198.51.100.2"]


def test_a_report_whose_name_of_the_format_stands_last_is_a_feed_and_lines_of_json_are_none() -> None:
    told = {"category": "connection", "evidence": [{"payload": "A" * 200_000}], "source_identifier": "192.0.2.7",
            "type": "login_attack", "xarf_version": "4.0.0"}  # fmt: skip
    told |= {"report_id": "22b2c7df-9120-4969-8460-05956fe6b065", "timestamp": "2026-11-22T03:00:00Z"}
    raw = json.dumps(told, sort_keys=True).encode()
    rows, document = as_feed([raw[:1000], raw[1000:]])
    assert document is not None and [json.loads(row)["resource"] for row in rows] == ["192.0.2.7"]
    lines = [b'{"ip":"192.0.2.7"}\n', b'{"ip":"192.0.2.8"}\n' * (5 << 16), b'{"ip":"192.0.2.9"}\n']
    rows, document = as_feed(iter(lines))
    assert document is None and b"".join(rows) == b"".join(lines)


@pytest.mark.parametrize(
    "data", [b"time,ip\n1,192.0.2.7\n", b"# Message-ID: x\n192.0.2.7\n", b"note: 192.0.2.7\n", b""]
)
def test_a_feed_is_not_taken_for_a_mail(data: bytes) -> None:
    assert not is_mail(data)


def test_a_mail_without_a_report_is_refused() -> None:
    raw = b"From: a@b.example\r\nMessage-ID: <1@b.example>\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
    assert is_mail(raw)
    with pytest.raises(MalformedError):
        decode_report_mail(raw)


def test_a_file_that_is_still_on_its_way_is_waited_for_and_keeps_nothing_else_back(ticketing: Ticketing) -> None:
    ticketing.send(feed(1))
    with ticketing.world.at("XD"):
        first = IncomingCopy.objects.get()
        first.attachments.update(state="wanted")
    ticketing.send(feed(2))
    assert ticketing.hand() == 2  # the second, both ways
    with ticketing.world.at("XD"):
        first.attachments.update(state="held")
    assert ticketing.hand() == 2


def test_a_report_whose_mail_would_be_too_large_stays_on_the_page_and_keeps_nothing_else_back(
    tmp_path: Path,
) -> None:
    with Ticketing(tmp_path) as ticketing:
        node = ticketing.xd
        mail = msgspec.structs.replace(node.config.mail, largest=64 << 10)
        small = dataclasses.replace(node, config=msgspec.structs.replace(node.config, mail=mail))
        ticketing.send(feed(*range(1, 400), extra="x" * 100))
        ticketing.send(feed(500))
        hand_reports(small, SpoolFolder)
        assert [read_mail(raw).subject.rpartition(": ")[2] for _, _, raw in ticketing.post.handed] == ["1 rows"]


def test_a_desk_that_two_are_called_is_named_whole(ticketing: Ticketing) -> None:
    from liaison.node.services.tickets.handing import own_desk_of

    whole = str(ticketing.world.desk("XD"))
    assert own_desk_of(ticketing.xd, Tickets(desk=whole)) == ticketing.world.desk("XD")
    with pytest.raises(UsageError):
        own_desk_of(ticketing.xd, Tickets(desk="nowhere"))


def test_a_name_that_leads_out_of_the_spool_is_refused(tmp_path: Path) -> None:
    spool: Any = SpoolFolder(tmp_path / "spool")
    for name in ("../x", "a/b", ".hidden", "", "x" * 200):
        with pytest.raises(UsageError):
            spool.put(name, b"")

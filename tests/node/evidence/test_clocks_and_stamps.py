"""Does nobody forget what has to be destroyed, and is each line stamped without anything waiting for it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from liaison.cooperation.evidence.stamps import parse_trust
from liaison.cooperation.evidence.verify import verify_record
from liaison.errors import UnreachableError
from liaison.node.config import Evidence
from liaison.node.models import ContactMethod, EvidenceItem, EvidenceLine, Notification
from liaison.node.reads.judging import own_mirror
from liaison.node.services.escalation.sending import send_due
from liaison.node.services.evidence.ending import Destruction, destroy_evidence, remind
from liaison.node.services.evidence.keeping import record_of
from liaison.node.services.evidence.stamping import stamp_lines
from liaison.node.services.people.officers import add_officer, grant
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from liaison.wire.identifiers import format_instant
from tests.cooperation.evidence.authority import Authority
from tests.cooperation.evidence.records import CONDITIONS
from tests.node.evidence.exchange import OFFICER, Exchange


@pytest.fixture
def between(tmp_path: Path) -> Iterator[Exchange]:
    with Exchange(tmp_path, codes=("XC", "XD")) as built:
        yield built


@dataclass
class HandStamps:
    """An authority that answers, or does not."""

    authority: Authority
    silent: bool = False
    wrong: bool = False

    def certificates(self) -> bytes:
        return self.authority.pem

    def ask(self, question: bytes) -> bytes:
        if self.silent:
            raise UnreachableError("stamp-not-reached", reason="silent")
        return b"no answer" if self.wrong else self.authority.answer(question)


def test_every_own_line_is_stamped_once_the_authority_answers_and_nothing_waits_for_it(
    between: Exchange, tmp_path: Path
) -> None:
    stamps = HandStamps(Authority(tmp_path / "authority"), silent=True)
    config = msgspec.structs.replace(between.node("XC").config, evidence=Evidence("http://tsa.example", "tsa.pem"))
    between.nodes["XC"] = replace(between.node("XC"), config=config, stamps=stamps)
    evidence = between.collect()
    between.hand_over(evidence)
    assert stamp_lines(between.node("XC")) == 0
    stamps.silent, stamps.wrong = False, True
    assert stamp_lines(between.node("XC")) == 0
    stamps.wrong = False
    assert stamp_lines(between.node("XC")) == 2
    assert stamp_lines(between.node("XC")) == 0
    trust = parse_trust(stamps.certificates())
    with between.at("XC"):
        report = verify_record(
            record_of(EvidenceItem.objects.get()), own_mirror(between.node("XC"), between.register), trust=trust
        )
        assert EvidenceLine.objects.filter(own=False).exclude(stamp=b"").count() == 0
    assert report.proven
    assert [each.stamped is not None for each in report.lines] == [True, True]


def test_a_stamp_travels_with_the_record(between: Exchange, tmp_path: Path) -> None:
    stamps = HandStamps(Authority(tmp_path / "authority"))
    config = msgspec.structs.replace(between.node("XC").config, evidence=Evidence("http://tsa.example", "tsa.pem"))
    between.nodes["XC"] = replace(between.node("XC"), config=config, stamps=stamps)
    evidence = between.collect()
    stamp_lines(between.node("XC"))
    between.hand_over(evidence)
    with between.at("XD"):
        assert EvidenceLine.objects.exclude(stamp=b"").count() == 1


def test_who_is_on_duty_is_told_before_the_date_on_it_and_after_it_until_it_is_kept(between: Exchange) -> None:
    ends = between.clock.now() + timedelta(days=20)
    put_on_duty(between)
    evidence = between.collect()
    between.hand_over(evidence, conditions=msgspec.structs.replace(CONDITIONS, ends_by=format_instant(ends)))
    told, node = [], between.node("XD")
    for _ in range(40):
        if remind(node):
            told.append((between.clock.now() - ends).days)
        between.advance(days=1)
    assert told == [-14, -3, 0, 7, 14]
    assert remind(between.node("XC")) == 0
    destroy_evidence(node, between.seat("XD"), evidence, Destruction("erased"), by=OFFICER)
    between.advance(days=30)
    assert remind(node) == 0
    with between.at("XD"):
        assert list(Notification.objects.values_list("purpose", flat=True)) == ["evidence"] * 5
    send_due(node)
    heard = between.phones["XD"].heard("+10")
    assert len(heard) == 5
    assert all("has to be given back or destroyed" in each and evidence[:8] not in each for each in heard)


def put_on_duty(between: Exchange) -> None:
    """An officer of XD who is reached by a text message."""
    node, now = between.node("XD"), between.clock.now()
    officer = add_officer(node, login="ada", name="Ada")
    grant(node, officer, between.register, between.desk("XD"), Role.OFFICER)
    with unit_of_work(node):
        ContactMethod.objects.create(officer=officer, channel="sms", address="+10", made_at=now, verified_at=now)


def test_items_whose_dates_come_together_are_one_notification(between: Exchange) -> None:
    ends = format_instant(between.clock.now() + timedelta(days=20))
    put_on_duty(between)
    for data in (b"one", b"another"):
        between.hand_over(between.collect({"log": data}), conditions=msgspec.structs.replace(CONDITIONS, ends_by=ends))
    between.advance(days=6)
    assert remind(between.node("XD")) == 2
    with between.at("XD"):
        assert Notification.objects.count() == 1

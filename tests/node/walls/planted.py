"""One node of XC that also serves XD, with texts planted at three desks that must never meet.

with Planted(tmp_path) as world:
    world.places          XC's duty desk, XC's ministry, XD's duty desk
    world.mark(place)     the text that stands in everything of that desk, and of no other
    world.foreign(place)  what may not be seen from there: marks of the other desks, names of another State's people
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from liaison.conduct.drafting import Mark, Saved
from liaison.cooperation.evidence.conditions import Words
from liaison.duty.exercises.scenario import decode_scenario
from liaison.duty.rota import DAY, Layer, Spell
from liaison.errors import UsageError
from liaison.messages.message import Attachment
from liaison.node import homes, models
from liaison.node.config import Config
from liaison.node.models import Officer, OutgoingMessage
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.memory import forget
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.conduct.own.drafting import begin_report, save_answer
from liaison.node.services.desk.answering import acknowledge_message
from liaison.node.services.desk.following import FollowUpRead, set_follow_up
from liaison.node.services.duty import rotas
from liaison.node.services.duty.notes import leave_note
from liaison.node.services.evidence.adding import Source, add_evidence
from liaison.node.services.exercises.planning import Plan, plan_exercise
from liaison.node.services.inside.clearance import Asking, send_or_ask
from liaison.node.services.inside.rules import hold, make_clearance_rule, make_retention_rule
from liaison.node.services.inside.sharing import add_note
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.sending import send_letter
from liaison.node.services.own_entry import own_entry, propose
from liaison.node.services.people.case_access import close_case
from liaison.node.services.people.officers import Seat, add_officer, grant
from liaison.node.services.writing.book import import_contacts
from liaison.node.services.writing.drafts import attach, begin_draft
from liaison.node.unit_of_work import unit_of_work
from liaison.officers import retention
from liaison.officers.clearance import Demand, Rule, Silence
from liaison.officers.permissions import Role
from liaison.register.bodies import Said, StandDeclared
from liaison.register.vocabulary import Act, DeskKind
from liaison.wire.canonical import encode_struct
from liaison.wire.identifiers import digest
from tests.mirrored import hold_keys, seed_node
from tests.node.conduct.networks import counted, keep_measurement
from tests.node.inside.desks import HOUR
from tests.register.registry import RegisterBuilder, small_register
from tests.world import NOTICE, World

ROLES = frozenset(Role)
MARKS = {("XC", "duty"): "quartz-heron", ("XC", "ministry"): "juniper-anvil", ("XD", "duty"): "copper-lantern"}
CODE = "0007"
"""By which an officer was told of something at each of the three desks."""
BETWEEN = "saffron-kettle"
"""What XC's duty desk and XD's say to one another on the one node: theirs, and not the ministry's."""


def shared_register() -> RegisterBuilder:
    """XC with two desks on its node, XD whose door is the same, and XE."""
    registry = small_register("XC", "XD", "XE")
    registry.publish_desk("XC", "ministry", DeskKind.DIPLOMATIC)
    registry.publish_node("XC", "duty", "ministry")
    registry.publish_node("XD", "duty", at="https://xc.example:8443")
    return registry


@dataclass(frozen=True)
class Planting:
    """A desk with its mark, and who is there."""

    code: str
    seat: Seat
    mark: str
    officer: int

    @property
    def person(self) -> str:
        """What stands in the names of the people of its participant."""
        return f"person-of-{self.code.lower()}"


class Planted(World):
    """The node `XC`, which serves XC and XD, and XE's."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, codes=("XC", "XE"), registry=shared_register())
        self.node = self.nodes["XC"]
        seed_node(self.node, self.registry, "XC", "XD")
        with unit_of_work(self.node):
            hold_keys(self.node, self.registry, "XC", "ministry")
        forget(self.node)
        homes.create_folders(self.node.home)
        homes.write_config(self.node.home, Config())
        homes.write_credential(self.node.home / "credential", b"0" * 32)
        self.exercises = list[str]()
        self.plantings = [self._people(code, desk, mark) for (code, desk), mark in MARKS.items()]
        for each in self.plantings:
            self._plant(each)
        self._between(self.plantings[0], self.plantings[2])
        self.work()
        for each in self.plantings:
            self._request(each)
        with self.at("XC"):
            tables = (models.IncomingCopy, models.OutgoingMessage)
            self.said = {row for table in tables for row in table.objects.values_list("case", "message_id")}

    def foreign(self, seen_from: Planting) -> list[str]:
        """What may not be seen from a desk."""
        marks = [each.mark for each in self.plantings if each != seen_from]
        names = [each.person for each in self.plantings if each.code != seen_from.code]
        return [*marks, *names, *([BETWEEN] if seen_from.seat.desk.desk == "ministry" else [])]

    def _people(self, code: str, desk: str, mark: str) -> Planting:
        seat = Seat(self.register, self.desk(code, desk), ROLES)
        officer = add_officer(self.node, login=f"{code.lower()}.{desk}", name=f"A person-of-{code.lower()} at {desk}")
        for role in Role:
            grant(self.node, officer, self.register, seat.desk, role)
        return Planting(code, seat, mark, officer.pk)

    def _plant(self, at: Planting) -> None:
        node, desk, seat, by = self.node, at.seat.desk, at.seat, at.officer
        fields = {**NOTICE, "title": {"lang": "en", "text": at.mark}, "own_reference": at.mark}
        theirs, ours = (self._file(each, at) for each in (self.nodes["XE"], node))
        letter = replace(self.letter("XE", "XC", fields=fields), to=(desk,), attachments=(theirs,))
        (came,) = send_letter(self.nodes["XE"], letter)
        (closed,) = send_letter(self.nodes["XE"], replace(letter, attachments=()))
        out = replace(self.letter("XC", "XE", fields=fields), sender=desk, attachments=(ours,))
        (went,) = send_letter(node, out)
        self.work()
        place = columns(self.register, desk) | {"case": went.case, "noted_by": by, "noted_at": self.clock.now()}
        with unit_of_work(node):
            models.CitedNorm.objects.create(**place, instrument=at.mark, clause="planted")
        for case in (came.case, went.case):
            add_note(node, seat, case, f"note {at.mark}", by=by)
            due = FollowUpRead(self.clock.now(), f"come back {at.mark}")
            set_follow_up(node, desk, case, due, officer=by)
            hold(node, seat, case, f"hold {at.mark}", by=by)
        close_case(node, seat, closed.case, officers=[by], by=by)
        make_retention_rule(node, seat, retention.Rule("", "", 30, 60, 90), by=by)
        make_clearance_rule(node, seat, Rule("information-request", "", Demand.NEEDED, HOUR, Silence.RETURNS), by=by)
        make_clearance_rule(node, seat, Rule("close", "", Demand.INFORM), by=by)
        self._ask(at, came.case, came.core_hash)
        self._evidence(at, went.case)
        self._leave(at, went.case)
        place = Place(self.register, desk)
        number = begin_draft(
            node, place, officer=by, form="incident-notice", typed={"field.title": [f"draft {at.mark}"]}
        )
        attach(node, place, number, officer=by, attachment=ours)
        book = f"name,email,country\n{at.mark},{at.mark}@contact.example,XE\n".encode()
        import_contacts(node, place, book, source=f"source {at.mark}", dated="2026-11-01", officer=by)
        self._report(at)
        self._propose(at)
        self._duty(at)
        self._told(at)
        self._exercise(at)
        self._measured(at)

    def _measured(self, at: Planting) -> None:
        """What the desk measured of a network, from a source that bears the mark."""
        evidence = counted(self, source=at.mark)
        keep_measurement(self.node, self.register, at.seat.desk, of=self.desk("XE"), evidence=evidence)

    def _report(self, at: Planting) -> None:
        """A report that is being written, which is the participant's: its words bear the name of its people."""
        where = (self.node, self.register, at.seat.desk)
        number = begin_report(*where, "budapest-2001", 2026, officer=at.officer)
        said = {"measure.1.kind": "law", "measure.1.text.1": f"report of a {at.person}", "measure.1.lang.1": "en"}
        for words, version in ((said, 0), (said | {"audience": "public"}, 1), (said | {"audience": "participants"}, 0)):
            saved = Saved(words, Mark.DONE, version, f"page {version}", at.officer)
            save_answer(*where, number, "art-29", saved=saved)

    def _duty(self, at: Planting) -> None:
        """A rota whose layer bears the mark, a time away, a holiday, and a note for the next officer."""
        node, seat, by, now = self.node, at.seat, at.officer, self.clock.now()
        first = now.replace(tzinfo=None, second=0, microsecond=0)
        rotas.keep_layer(node, seat, Layer(f"layer {at.mark}", "UTC", first, DAY, (str(by),)), by=by)
        rotas.be_away(node, seat, Spell(now + 2 * HOUR, now + 3 * HOUR, str(by)), by=by)
        rotas.keep_holiday(node, seat, now.date(), f"holiday {at.mark}", by=by)
        leave_note(node, seat, f"hand-over {at.mark}", by=by)

    def _told(self, at: Planting) -> None:
        """One officer is told of something at every desk, by the same code, whose case bears the mark."""
        officer, now = self.plantings[0].officer, self.clock.now()
        place = {"register": self.register, "participant": at.seat.desk.participant, "node": "main"}
        place |= {"desk": at.seat.desk.desk, "case": at.mark, "clock": "answer", "due_at": now, "moment": now}
        with unit_of_work(self.node):
            way = models.ContactMethod.objects.create(officer_id=officer, channel="sms", address="0", made_at=now)
            reminder = models.RequestReminder.objects.create(**place, code=CODE, told_at=now, seen_at=now)
            models.Notification.objects.create(
                purpose="clock", reminder=reminder, officer_id=officer, method=way, code=CODE, state="sent", made_at=now
            )

    def _exercise(self, at: Planting) -> None:
        """An exercise whose every text bears the mark, with XE as the one who plays."""
        scenario = decode_scenario(
            f'''
id = "planted"
version = 1
en = "exercise {at.mark}"
purpose = "{at.mark}"
roles.one = {{ kind = "technical", en = "{at.mark}" }}
injects.first = {{ to = ["one"], en = "{at.mark}", text = "{at.mark}" }}
'''.encode()
        )
        cast = {"one": (self.desk("XE"),)}
        plan = Plan(scenario=scenario, cast=cast, starts_at=self.clock.now() + HOUR, guidance=at.mark)
        self.exercises.append(plan_exercise(self.node, at.seat, plan, by=at.officer))

    def _request(self, at: Planting) -> None:
        """A request with everything that a desk keeps of one, each bearing the mark."""
        place = {"register": self.register, "participant": at.seat.desk.participant, "node": "main"}
        place |= {"desk": at.seat.desk.desk}
        now, root = self.clock.now(), digest(at.mark.encode())
        said = {"case": root[:36], "root": root}
        with unit_of_work(self.node):
            models.RequestFile.objects.create(
                **place, **said, message_id=root[:36], form="preservation-request", instrument=at.mark, ours=False,
                urgency="routine", exercise=False, state="answered", since=now, sent_at=now, grounds=[at.mark],
            )  # fmt: skip
            models.RequestClock.objects.create(
                **place, **said, clock=at.mark, acts="requested", ours=True, lapses=False, urgency="routine",
                exercise=False, began=now, due_at=now + HOUR, state="running",
            )  # fmt: skip
            models.RequestReminder.objects.create(
                **place, **said, clock=at.mark, due_at=now, moment=now, code="0000", told_at=now
            )
            models.HomeStep.objects.create(
                **place, **said, moment="ordered", at=now, reference=at.mark, noted_by=at.officer, noted_at=now
            )
            models.SpokenRequest.objects.create(
                **place, case=root[:36], message_id=root[:36], form="preservation-request", instrument=at.mark,
                ours=True, urgency="routine", exercise=False, spoken_at=now, noted_by=at.officer, noted_at=now,
            )  # fmt: skip

    def _evidence(self, at: Planting, case: str) -> None:
        """A file of the desk in its custody, described by the mark."""
        source = Source(f"{at.mark}.bin", "application/octet-stream", [at.mark.encode()])
        add_evidence(self.node, at.seat, case, [source], Words("en", f"evidence {at.mark}"), by=at.officer)

    def _leave(self, at: Planting, case: str) -> None:
        """Leave for an auditor to read a case, and a stand that is proposed, each with the mark in its words."""
        place = {"register": self.register, "participant": at.seat.desk.participant, "node": at.seat.desk.node}
        place |= {"desk": at.seat.desk.desk}
        now, words = self.clock.now(), Said("en", f"stand {at.mark}")
        stand = StandDeclared("budapest-2001", Act.SIGNATURE, "2020-01-15", (), None, words, None, None)
        with unit_of_work(self.node):
            models.AuditGrant.objects.create(
                **place, case=case, officer_id=at.officer, reason=f"leave {at.mark}", granted_by=at.officer,
                granted_at=now, until=now + 24 * HOUR,
            )  # fmt: skip
            models.StandProposal.objects.create(
                **place,
                instrument=stand.instrument,
                stand=encode_struct(stand),
                proposed_by=at.officer,
                proposed_at=now,
            )

    def _file(self, node: Node, at: Planting) -> Attachment:
        return seal_attachment(node, name=f"{at.mark}.txt", media_type="text/plain", chunks=[at.mark.encode()])

    def _ask(self, at: Planting, case: str, re: str) -> None:
        """A question that waits for a second person, and a word that left with others told of it."""
        asked = {"question": {"lang": "en", "text": f"question {at.mark}"}, "reason": {"lang": "en", "text": at.mark}}
        closing = {"outcome": "resolved", "summary": {"lang": "en", "text": f"summary {at.mark}"}}
        for form, fields in (("information-request", asked), ("close", closing)):
            letter = replace(
                self.letter("XC", "XE", fields=fields), sender=at.seat.desk, case=case, re=re, form=form, stage=None
            )
            with unit_of_work(self.node):
                send_or_ask(self.node, letter, Asking(officer=at.officer, typed={"field.summary": [at.mark]}))

    def _propose(self, at: Planting) -> None:
        declared = own_entry(self.node, self.register, at.seat.desk).declared
        with suppress(UsageError):
            propose(self.node, self.register, at.seat.desk, replace_languages(declared), officer=at.officer)

    def _between(self, one: Planting, other: Planting) -> None:
        fields = {**NOTICE, "title": {"lang": "en", "text": BETWEEN}}
        letter = replace(self.letter("XC", "XD", fields=fields), sender=one.seat.desk, to=(other.seat.desk,))
        (sent,) = send_letter(self.node, letter)
        self.work()
        acknowledge_message(self.node, other.seat.desk, sent.message_id, officer=other.officer)
        for each in (one, other):
            add_note(self.node, each.seat, sent.case, f"note {each.mark}", by=each.officer)
            due = FollowUpRead(self.clock.now(), f"come back {each.mark}")
            set_follow_up(self.node, each.seat.desk, sent.case, due, officer=each.officer)

    def named(self) -> dict[str, list[Any]]:
        """Everything on the node that something can be asked for by: of all desks, own and foreign."""
        with self.at("XC"):
            cases = sorted(set(models.Case.objects.values_list("case", flat=True)))
            messages = sorted(
                set(models.IncomingCopy.objects.values_list("message_id", flat=True))
                | set(OutgoingMessage.objects.values_list("message_id", flat=True))
            )
            numbers = range(1, 1 + max(_largest(), default=0))
            officers = list(Officer.objects.values_list("pk", flat=True))
            roots = sorted(models.RequestFile.objects.values_list("root", flat=True))
            evidence = list(models.EvidenceItem.objects.values_list("evidence", flat=True))
        found = {"root": roots, "case": cases, "message": messages, "number": list(numbers), "officer": officers}
        return found | {"exercise": list(self.exercises), "evidence": evidence}


def replace_languages(declared: Any) -> Any:
    """A proposal that changes something."""
    import msgspec

    return msgspec.structs.replace(declared, languages=("en", "fr"))


def _largest() -> Iterator[int]:
    """The highest keys of tables whose rows are asked for by number."""
    tables = (models.Draft, models.ClearanceRequest, models.Review, models.CaseStub, models.ClearanceRule)
    for table in (
        *tables,
        models.RetentionRule,
        models.Measurement,
        models.DutySpell,
        models.DutySwap,
        models.HandoverNote,
    ):
        yield table.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

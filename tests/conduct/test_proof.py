"""Does the log alone say of a report whether it stands, was superseded, withdrawn, signed by a lost key, or forged?"""

from __future__ import annotations

import json

import pytest

from liaison.conduct.parts import Opened, join_parts, make_parts, report_body
from liaison.conduct.proof import Judged, Standing, decode_parts, encode_parts, judge_parts
from liaison.conduct.reports import OWN, PARTICIPANTS, PUBLIC, Report, encode_report, seen_by
from liaison.errors import LiaisonError, MalformedError
from liaison.register.bodies import ImplementationReported
from liaison.register.records import Addresses, Record, make_record
from liaison.wire.canonical import encode
from tests.conduct.examples import answer, report, salts
from tests.register.registry import RegisterBuilder
from tests.register.test_rules_instruments import TREATY, carrying

REGISTER = "7a" * 32
DRAW = salts()


def said(participant: str, mark: str) -> Report:
    public, all_, own = (answer(f"art-{n}", who, mark) for n, who in enumerate((PUBLIC, PARTICIPANTS, OWN), start=1))
    return report(participant, public, all_, own, instrument=TREATY)


def publish(registry: RegisterBuilder, who: str, mark: str, version: int) -> tuple[Record, ...]:
    made = make_parts(said(registry.ids[who], mark), DRAW)
    registry.by_node(report_body(said(registry.ids[who], mark), made, version=version), who)
    return made


def judged(registry: RegisterBuilder, *parts: Record) -> list[Standing]:
    return [each.standing for each in judgement(registry, encode_parts(REGISTER, parts))]


def judgement(registry: RegisterBuilder, data: bytes) -> tuple[Judged, ...]:
    return judge_parts(decode_parts(data), registry.view)


def test_what_the_last_report_names_is_in_force_and_the_rest_was_superseded_or_withdrawn() -> None:
    registry = carrying("XC", "XD")
    first = publish(registry, "XC", "first", 1)
    assert judged(registry, *first) == [Standing.IN_FORCE] * 2
    second = publish(registry, "XC", "second", 2)
    assert judged(registry, *first, *second) == [Standing.SUPERSEDED] * 2 + [Standing.IN_FORCE] * 2
    registry.by_node(ImplementationReported(TREATY, 2026, 3, (), withdrawn=True), "XC")
    assert judged(registry, *first, *second) == [Standing.WITHDRAWN] * 4


def test_a_part_in_force_says_which_entry_names_it_and_how_many_are_absent() -> None:
    registry = carrying("XC")
    public = [each for each in publish(registry, "XC", "one", 1) if each.audience == PUBLIC]
    (found,) = judgement(registry, encode_parts(REGISTER, public))
    assert (found.version, found.index, found.absent) == (1, registry.view.size - 1, 1)
    shown = seen_by(said(registry.ids["XC"], "one"), None)
    assert found.content is not None and join_parts([Opened(public[0], found.content)]) == shown


def test_what_the_log_does_not_name_is_forged() -> None:
    registry = carrying("XC", "XD")
    publish(registry, "XC", "one", 1)
    never = make_parts(said(registry.ids["XC"], "other words"), DRAW)
    unknown = make_parts(said("f" * 64, "one"), DRAW)
    assert judged(registry, *never, *unknown) == [Standing.FORGED] * 4


def test_a_report_that_another_participant_passes_off_as_its_own_or_as_of_another_year_is_forged() -> None:
    registry = carrying("XC", "XD")
    parts = make_parts(said(registry.ids["XC"], "words of XC"), DRAW)
    registry.by_node(report_body(said(registry.ids["XD"], "x"), parts, version=1), "XD")
    assert judged(registry, *parts) == [Standing.FORGED] * 2
    older = make_parts(report(registry.ids["XC"], answer("art-1", PUBLIC, "x"), instrument=TREATY, period=2025), DRAW)
    registry.by_node(report_body(said(registry.ids["XC"], "x"), older, version=1), "XC")
    assert judged(registry, *older) == [Standing.FORGED]


def test_one_changed_letter_is_forged() -> None:
    registry = carrying("XC")
    data = encode_parts(REGISTER, publish(registry, "XC", "first", 1))
    found = judgement(registry, data.replace(b"first law", b"First law"))
    assert [each.standing for each in found] == [Standing.FORGED] * 2
    plain = json.loads(data)
    plain["parts"][0]["salt"] = plain["parts"][1]["salt"]
    assert [each.standing for each in judgement(registry, encode(plain))] == [Standing.FORGED, Standing.IN_FORCE]


def test_what_a_lost_key_signed_is_suspect() -> None:
    registry = carrying("XC")
    parts = publish(registry, "XC", "one", 1)
    registry.revoke("XC/main/entry", "XC", "XC/roots/1", "XC/roots/2", since=registry.view.size - 1)
    assert judged(registry, *parts) == [Standing.SUSPECT] * 2


def test_what_a_key_signed_before_it_was_lost_stands() -> None:
    registry = carrying("XC")
    parts = publish(registry, "XC", "one", 1)
    registry.revoke("XC/main/entry", "XC", "XC/roots/1", "XC/roots/2")
    assert judged(registry, *parts) == [Standing.IN_FORCE] * 2


@pytest.mark.parametrize("data", [b"", b"{}", b'{"answers":[],"x":1}', b'{"format":"liaison-report-parts"}'])
def test_other_bytes_are_refused_with_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(LiaisonError):
        decode_parts(data)


def test_a_report_without_salts_is_told_so() -> None:
    with pytest.raises(MalformedError) as error:
        decode_parts(encode_report(said("c" * 64, "x")))
    assert error.value.code == "report-without-salts"
    with pytest.raises(MalformedError):
        encode_parts(REGISTER, ())


def test_a_part_of_another_kind_is_refused() -> None:
    address = make_record(Addresses(ways=()), PUBLIC, salt=DRAW())
    with pytest.raises(MalformedError) as error:
        judgement(carrying("XC"), encode_parts(REGISTER, [address]))
    assert error.value.code == "record-kind"

"""Are networks counted by number with source and days, and does a notice say all that was counted?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from liaison.conduct.measured.evidence import (
    ACTIONS,
    COUNTS,
    MOST_ROWS,
    Asked,
    Evidence,
    Measure,
    Source,
    evidence_fields,
    measure_bogons,
    measure_contact,
    measure_origins,
    read_evidence,
)
from liaison.conduct.measured.routes import Origins, Roa, Route, Validity
from liaison.errors import MalformedError
from liaison.messages.forms import check_fields, latest_form

SEEN = datetime(2026, 11, 20, 6, tzinfo=UTC)
SOURCE = Source("Collector of XC", (("seen.csv", "0" * 64),))


def seen(asn: int, prefix: str, validity: Validity | None = None, hours: int = 0) -> Route:
    return Route(asn, ip_network(prefix), SEEN + timedelta(hours=hours), validity)


ROUTES = [
    seen(64496, "192.0.2.0/24", Validity.VALID),
    seen(64496, "198.51.100.0/24", Validity.INVALID, 2),
    seen(64496, "203.0.113.0/24", Validity.NOT_FOUND, 1),
    seen(64497, "2001:db8::/32", Validity.VALID),
]


def test_each_network_is_counted_by_itself_with_its_days_and_the_rows_to_look_at() -> None:
    one, other = measure_origins(ROUTES, SOURCE)
    assert (one.asn, dict(one.counts)) == (64496, {"valid": 1, "invalid": 1, "not_found": 1})
    assert (one.since, one.until) == (SEEN, SEEN + timedelta(hours=2))
    assert one.rows == (
        "198.51.100.0/24 invalid 2026-11-20T08:00:00Z",
        "203.0.113.0/24 not_found 2026-11-20T07:00:00Z",
    )
    assert (other.asn, sum(other.counts.values()), other.rows) == (64497, 1, ())
    assert one.action == ACTIONS[Measure.ROUTE_ORIGIN]


def test_a_validators_export_decides_instead_of_the_file() -> None:
    origins = Origins([Roa(64496, ip_network("198.51.100.0/24"), 24)])
    one, other = measure_origins(ROUTES, SOURCE, origins)
    assert dict(one.counts) == {"valid": 1, "invalid": 0, "not_found": 2}
    assert dict(other.counts) == {"valid": 0, "invalid": 0, "not_found": 1}


def test_announcements_without_a_state_are_not_counted_as_anything() -> None:
    assert measure_origins([seen(64496, "192.0.2.0/24")], SOURCE) == []


def test_reserved_and_unallocated_space_is_counted_beside_allocated_space() -> None:
    kinds = {"192.0.2.0/24": "allocated", "198.51.100.0/24": "special_purpose", "203.0.113.0/24": "not_allocated"}
    (found,) = measure_bogons(ROUTES[:3], SOURCE, lambda route: kinds[str(route.prefix)])
    assert dict(found.counts) == {"allocated": 1, "special_purpose": 1, "not_allocated": 1}
    assert [row.split()[0] for row in found.rows] == ["198.51.100.0/24", "203.0.113.0/24"]


def test_answers_of_a_contact_are_counted_apart_for_persons_and_nodes_and_nothing_where_nobody_asked() -> None:
    asked = [Asked(SEEN, True, True), Asked(SEEN, True, False), Asked(SEEN + timedelta(days=1), False, True)]
    found = measure_contact(64496, asked, SOURCE)
    assert found is not None
    assert dict(found.counts) == {
        "persons_answered": 1, "persons_silent": 1, "node_answered": 1, "node_silent": 0,
    }  # fmt: skip
    assert measure_contact(64496, [], SOURCE) is None


def test_a_notice_says_all_of_it_and_reads_as_the_same() -> None:
    for each in measure_origins(ROUTES, SOURCE):
        fields = evidence_fields(each)
        check_fields(latest_form("conformance-notice"), fields | {"answer_until": "2026-12-04T06:00:00Z"})
        assert read_evidence(fields) == each


def test_the_rows_of_a_notice_fit_its_form_and_the_counts_cover_those_that_do_not() -> None:
    many = [seen(64496, f"2001:db8:{number:x}::/48", Validity.INVALID) for number in range(MOST_ROWS + 50)]
    (found,) = measure_origins(many, SOURCE)
    assert (len(found.rows), found.counts["invalid"]) == (MOST_ROWS, MOST_ROWS + 50)
    check_fields(latest_form("conformance-notice"), evidence_fields(found) | {"answer_until": "2026-12-04T06:00:00Z"})


@pytest.mark.parametrize(
    "change",
    [
        {"measure": "reputation"},
        {"valid": 0, "invalid": 0, "not_found": 0},
        {"asn": 0},
        {"until": "2026-11-19T06:00:00Z"},
        {"source": ""},
        {"allocated": 3},
        {"measure": "bogons"},
    ],
)
def test_a_notice_that_says_too_little_or_counts_something_else_is_refused(change: dict[str, Any]) -> None:
    fields = evidence_fields(measure_origins(ROUTES, SOURCE)[0])
    with pytest.raises(MalformedError):
        read_evidence(fields | change)


def test_nothing_of_a_measure_is_a_score() -> None:
    names = {name for counts in COUNTS.values() for name in counts} | set(Evidence.__dataclass_fields__)
    assert not [name for name in names if any(word in name for word in ("score", "rank", "grade", "band", "share"))]

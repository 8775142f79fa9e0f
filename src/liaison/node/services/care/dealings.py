"""Is all well between this node and others: clock, TLS key, registers, outbox, letter boxes, jobs?"""

from __future__ import annotations

from datetime import timedelta

from liaison.errors import At, Param
from liaison.node.log.views import RowsView
from liaison.node.models import Alarm, Delivery, FollowedRegister, OwnLetterBox, Timer
from liaison.node.node import Node
from liaison.node.reads.own import hostings, setting
from liaison.node.services.care.clocks import receipt_delays, signed_times
from liaison.node.services.care.findings import FAIL, OK, WARN, Finding
from liaison.node.services.care.surroundings import Surroundings
from liaison.node.services.secretariat import is_secretariat
from liaison.node.unit_of_work import READ_ONLY

CLOCK_TOLERANCE = timedelta(minutes=5)
MIRROR_OLD = timedelta(hours=24)
DELIVERY_OLD = timedelta(hours=1)
LETTERS_OLD = timedelta(hours=1)


def check_clock(node: Node, around: Surroundings) -> Finding:
    """Does the clock agree with what others signed?"""
    now, times, delays = node.clock.now(), signed_times(node), receipt_delays()
    newest = max(times, key=lambda each: each[0], default=None)
    if newest is not None and newest[0] > now + CLOCK_TOLERANCE:
        return Finding("clock", FAIL, "clock-behind", {"seconds": _seconds(newest[0] - now), "who": newest[1]})
    usual = sorted(delays)[(len(delays) - 1) // 2] if delays else timedelta(0)
    if usual < -CLOCK_TOLERANCE:
        return Finding("clock", WARN, "clock-behind-peers", {"seconds": _seconds(-usual)})
    if usual > CLOCK_TOLERANCE:
        return Finding("clock", WARN, "clock-ahead", {"seconds": _seconds(usual)})
    return Finding("clock", OK, "clock-agrees" if times or delays else "clock-alone")


def check_tls(node: Node, around: Surroundings) -> Finding:
    """Is the TLS key the one that peers expect?"""
    if around.tls is None:
        return Finding("tls", FAIL, "tls-unreadable")
    published = False
    for own in hostings(node):
        state = RowsView(own.register).participant(own.participant)
        said = state.nodes[own.node].publication if state is not None and own.node in state.nodes else None
        if said is None:
            continue
        if around.tls not in said.body.tls:
            return Finding("tls", FAIL, "tls-differs", {"node": own.node})
        published = True
    return Finding("tls", OK, "tls-published") if published else Finding("tls", WARN, "tls-not-published")


def check_mirrors(node: Node, around: Surroundings) -> Finding:
    """How old is what this node knows of its registers?"""
    now, rows = node.clock.now(), list(FollowedRegister.objects.order_by("register"))
    if not rows:
        return Finding("mirrors", WARN, "mirrors-none")
    for row in rows:
        if is_secretariat(node, row.register):
            continue
        if row.checked_at is None:
            return Finding("mirrors", WARN, "mirrors-never", {"register": row.register[:16]})
        if now - row.checked_at > MIRROR_OLD:
            hours = _hours(now - row.checked_at)
            return Finding("mirrors", WARN, "mirrors-old", {"register": row.register[:16], "hours": hours})
    return Finding("mirrors", OK, "mirrors-fresh", {"count": len(rows)})


def check_registers(node: Node, around: Surroundings) -> Finding:
    """Is a register stopped, does an alarm stand?"""
    stopped = FollowedRegister.objects.exclude(stopped="").order_by("register").first()
    if stopped is not None:
        named = {"register": stopped.register[:16], "reason": stopped.stopped}
        return Finding("registers", FAIL, "registers-stopped", named)
    count = Alarm.objects.count()
    if count:
        return Finding("registers", WARN, "registers-alarms", {"count": count})
    return Finding("registers", OK, "registers-quiet")


def check_outbox(node: Node, around: Surroundings) -> Finding:
    """Does work wait for too long?"""
    now = node.clock.now()
    old = Delivery.objects.filter(since__lt=now - DELIVERY_OLD).order_by("since")
    first = old.first()
    if first is None:
        return Finding("outbox", OK, "outbox-moving", {"count": Delivery.objects.count()})
    named: dict[str, Param] = {"count": old.count(), "hours": _hours(now - first.since)}
    if not first.last_error:
        return Finding("outbox", WARN, "outbox-untried", named)
    return Finding("outbox", WARN, "outbox-stuck", {**named, "error": first.last_error})


def check_letter_boxes(node: Node, around: Surroundings) -> Finding:
    """Can others leave something for this node, and is it fetched?"""
    now, boxes = node.clock.now(), list(OwnLetterBox.objects.order_by("since"))
    if not boxes:
        alone = not node.config.address.url and bool(hostings(node))
        return Finding("letter-boxes", WARN if alone else OK, "letter-boxes-missing" if alone else "letter-boxes-none")
    for row in boxes:
        silent = now - (row.asked_at or row.since)
        if silent > LETTERS_OLD:
            named = {"node": row.by_node, "hours": _hours(silent), "error": row.last_error or "none"}
            return Finding("letter-boxes", WARN, "letter-boxes-silent", named)
    return Finding("letter-boxes", OK, "letter-boxes-asked", {"count": len(boxes)})


def check_jobs(node: Node, around: Surroundings) -> Finding:
    """Did the jobs that come back end well?"""
    failed = Timer.objects.exclude(last_error="").order_by("name").first()
    if failed is None:
        return Finding("jobs", OK, "jobs-well")
    return Finding("jobs", WARN, "jobs-failing", {"job": failed.name, "error": failed.last_error})


def check_writing(node: Node, around: Surroundings) -> Finding:
    """May the node speak?"""
    since = setting(node, READ_ONLY)
    if not since:
        return Finding("writing", OK, "writing-open")
    return Finding("writing", WARN, "writing-closed", {"since": At(since)})


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _hours(span: timedelta) -> int:
    return int(span.total_seconds() // 3600)

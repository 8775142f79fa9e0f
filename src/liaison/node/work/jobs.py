"""Which jobs does a node run by itself, and how often?

Invariants: a job looks at every register the node follows or keeps; what fails for one is told and tried again the
next time, and does not stop the others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from liaison.node import wiring
from liaison.node.node import Node
from liaison.node.reads.facts import forget_facts
from liaison.node.services import mirror, rotation, witnessing
from liaison.node.services.care import orphans
from liaison.node.services.checks import asking, persons, watching
from liaison.node.services.cooperation import reminding
from liaison.node.services.duty import noticing as noticing_duty
from liaison.node.services.evidence import ending, stamping, taking
from liaison.node.services.exercises.running import run_exercises
from liaison.node.services.feeds import holding
from liaison.node.services.inside import clearance, retention
from liaison.node.services.inside.between.told import KEEP_DEADLINES
from liaison.node.services.letterbox import collecting, keeping
from liaison.node.services.mail import fetching, guests
from liaison.node.services.programs import events
from liaison.node.services.recovery import noticing
from liaison.node.services.tickets import answers, handing
from liaison.node.work.timers import Job


def mirror_registers(node: Node) -> None:
    """Bring the copy of every followed register and its record parts up to date."""
    mirror.sync_all(node)
    forget_facts(node)


def collect_witnesses(node: Node) -> None:
    """As the secretariat: ask the witnesses for their lines on the present checkpoint."""
    if witnessing.cosign_all(node):
        forget_facts(node)


def note_checkpoints(node: Node) -> None:
    """As the secretariat: log a cosigned checkpoint, so that log time goes on."""
    witnessing.note_all(node)


def rotate_sealing_keys(node: Node) -> None:
    """Publish fresh sealing keys where they are due, and destroy those long replaced."""
    rotation.rotate_all(node)
    forget_facts(node)


def compare_with_peers(node: Node) -> None:
    """Ask some peers whether they hold what this node has forgotten."""
    noticing.compare_with_peers(node)


def sweep_attachments(node: Node) -> None:
    """Remove sealed files that no message names, and what arrived of those nobody fetches."""
    orphans.sweep_orphans(node)


def keep_clearance_deadlines(node: Node) -> None:
    """Apply what silence means to letters that nobody cleared or returned in time."""
    clearance.keep_deadlines(node)


def keep_request_clocks(node: Node) -> None:
    """Tell desks of the dates of requests that come near or have come."""
    reminding.keep_request_clocks(node)


def tell_duty(node: Node) -> None:
    """Tell officers that their duty begins, or ends in an hour."""
    noticing_duty.tell_duty(node)


def keep_retention(node: Node) -> None:
    """Close, archive and destroy the cases whose desks' rules say so."""
    retention.keep_retention(node)


def fetch_letters(node: Node) -> None:
    """Fetch what others left for this node where somebody keeps it."""
    collecting.collect_all(node)


def expire_letters(node: Node) -> None:
    """End what this node keeps for others and nobody fetched in time."""
    keeping.expire_letters(node)


def fetch_mail(node: Node) -> None:
    """Take in what came into the mailbox, end guest pages, and note which mails nobody answered in time."""
    guests.end_guest_pages(node)
    fetching.keep_silence(node, node.clock.now())
    fetching.fetch_mail(node)


def send_held_reports(node: Node) -> None:
    """Let reports leave that were held until the interval of their desk."""
    holding.send_due(node)


def feed_ticket_systems(node: Node) -> None:
    """Hand reports to the desks' own ticket systems, and take their answers."""
    if node.config.tickets:
        answers.take_answers(node, wiring.open_spool)
        handing.hand_reports(node, wiring.open_spool)


def sweep_old_events(node: Node) -> None:
    """Forget events that programs had a month to read."""
    events.sweep_events(node)


def check_nodes(node: Node) -> None:
    """Look at the nodes whose moment of the day has come."""
    asking.look_around(node)


def check_persons(node: Node) -> None:
    """Ask for persons at other desks where a round is due."""
    persons.ask_due(node)


def tell_outside(node: Node) -> None:
    """Tell the service outside that this node lives."""
    watching.tell_outside(node)


def hold_exercises(node: Node) -> None:
    """Send what is due in the exercises that desks of this node control."""
    run_exercises(node)


def keep_evidence(node: Node) -> None:
    """Take evidence into custody whose record has come, and remind of what has to be given back or destroyed."""
    taking.take_evidence(node)
    ending.remind(node)


def stamp_evidence(node: Node) -> None:
    """Have the lines of custody records stamped by an authority, where one is configured."""
    stamping.stamp_lines(node)


AT_START = "compare-with-peers"
"""The job that runs whenever a worker starts: what was put back was put back while none ran."""

FETCH_LETTERS, TELL_OUTSIDE = "fetch-letters", "tell-outside"
"""The jobs whose interval the operator chooses (`jobs_of`)."""

JOBS: tuple[Job, ...] = (
    Job("mirror-registers", timedelta(seconds=60), mirror_registers),
    Job(AT_START, timedelta(minutes=10), compare_with_peers),
    Job("collect-witnesses", timedelta(seconds=60), collect_witnesses),
    Job("note-checkpoints", timedelta(days=7), note_checkpoints),
    Job("rotate-sealing-keys", timedelta(hours=6), rotate_sealing_keys),
    Job(KEEP_DEADLINES, timedelta(seconds=60), keep_clearance_deadlines),
    Job("keep-request-clocks", timedelta(seconds=60), keep_request_clocks),
    Job(FETCH_LETTERS, timedelta(seconds=30), fetch_letters),
    Job("expire-letters", timedelta(hours=1), expire_letters),
    Job("hold-exercises", timedelta(seconds=10), hold_exercises),
    Job("keep-evidence", timedelta(seconds=60), keep_evidence),
    Job("tell-duty", timedelta(seconds=60), tell_duty),
    Job("keep-retention", timedelta(hours=24), keep_retention),
    Job("fetch-mail", timedelta(seconds=60), fetch_mail),
    Job("send-held-reports", timedelta(seconds=60), send_held_reports),
    Job("feed-ticket-systems", timedelta(seconds=60), feed_ticket_systems),
    Job("sweep-events", timedelta(hours=24), sweep_old_events),
    Job("sweep-attachments", timedelta(hours=24), sweep_attachments),
)

BESIDE: tuple[Job, ...] = (
    Job(TELL_OUTSIDE, timedelta(minutes=5), tell_outside),
    Job("check-persons", timedelta(minutes=5), check_persons),
    Job("stamp-evidence", timedelta(minutes=1), stamp_evidence),
    Job(asking.CHECK_NODES, timedelta(minutes=10), check_nodes),
)
"""What may wait for one silent node after the other, so it has a thread of its own and holds up none of the rest."""


def jobs_of(node: Node) -> tuple[Job, ...]:
    """The jobs with the intervals that this node's operator chose."""
    return tuple(_as_chosen(node, job) for job in JOBS)


def jobs_beside(node: Node) -> tuple[Job, ...]:
    """Those of `BESIDE`, likewise."""
    jobs = tuple(_as_chosen(node, job) for job in BESIDE)
    return jobs if node.config.watch.url else tuple(job for job in jobs if job.name != TELL_OUTSIDE)


def _as_chosen(node: Node, job: Job) -> Job:
    chosen = {
        FETCH_LETTERS: timedelta(seconds=node.config.letter_box.ask_every_seconds),
        TELL_OUTSIDE: timedelta(minutes=node.config.watch.every_minutes),
    }
    return replace(job, every=chosen[job.name]) if job.name in chosen else job

"""Which jobs does a node run by itself, and how often?

Invariants: a job looks at every register the node follows or keeps; what fails for one is told and tried again the
next time, and does not stop the others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from liaison.node.node import Node
from liaison.node.reads.facts import forget_facts
from liaison.node.services import mirror, rotation, witnessing
from liaison.node.services.care import orphans
from liaison.node.services.exercises.running import run_exercises
from liaison.node.services.inside import clearance, retention
from liaison.node.services.letterbox import collecting, keeping
from liaison.node.services.mail import fetching
from liaison.node.services.programs import events
from liaison.node.services.recovery import noticing
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
    """Take in what came into the mailbox, and note which mails nobody answered in time."""
    fetching.keep_silence(node, node.clock.now())
    fetching.fetch_mail(node)


def sweep_old_events(node: Node) -> None:
    """Forget events that programs had a month to read."""
    events.sweep_events(node)


def hold_exercises(node: Node) -> None:
    """Send what is due in the exercises that desks of this node control."""
    run_exercises(node)


AT_START = "compare-with-peers"
"""The job that runs whenever a worker starts: what was put back was put back while none ran."""

FETCH_LETTERS = "fetch-letters"
"""The one job whose interval the operator chooses (`jobs_of`)."""

JOBS: tuple[Job, ...] = (
    Job("mirror-registers", timedelta(seconds=60), mirror_registers),
    Job(AT_START, timedelta(minutes=10), compare_with_peers),
    Job("collect-witnesses", timedelta(seconds=60), collect_witnesses),
    Job("note-checkpoints", timedelta(days=7), note_checkpoints),
    Job("rotate-sealing-keys", timedelta(hours=6), rotate_sealing_keys),
    Job("keep-clearance-deadlines", timedelta(seconds=60), keep_clearance_deadlines),
    Job(FETCH_LETTERS, timedelta(seconds=30), fetch_letters),
    Job("expire-letters", timedelta(hours=1), expire_letters),
    Job("hold-exercises", timedelta(seconds=10), hold_exercises),
    Job("keep-retention", timedelta(hours=24), keep_retention),
    Job("fetch-mail", timedelta(seconds=60), fetch_mail),
    Job("sweep-events", timedelta(hours=24), sweep_old_events),
    Job("sweep-attachments", timedelta(hours=24), sweep_attachments),
)


def jobs_of(node: Node) -> tuple[Job, ...]:
    """The jobs with the intervals that this node's operator chose."""
    chosen = timedelta(seconds=node.config.letter_box.ask_every_seconds)
    return tuple(replace(job, every=chosen) if job.name == FETCH_LETTERS else job for job in JOBS)

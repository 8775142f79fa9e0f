"""Who takes turns at a desk, and what changes them?

Invariants: rows name their own desk, and officers by number; nothing here ever enters the register or a message.
Instants are instants; `first`, `begins` and `ends` of a layer and the day of a holiday are of the layer's own clock.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.inside import WORDS, OfDesk
from liaison.node.models.register import HASH

NAME = 60


class DutyLayer(OfDesk):
    """Officers who take turns; `weekdays` are digits from 0 for Monday, empty where the layer answers all day."""

    position = models.IntegerField()
    name = models.CharField(max_length=NAME)
    zone = models.CharField(max_length=64)
    first = models.CharField(max_length=16)
    hours = models.IntegerField()
    members = models.JSONField(default=list)
    weekdays = models.CharField(max_length=7, default="")
    begins = models.CharField(max_length=5, default="")
    ends = models.CharField(max_length=5, default="")
    on_holidays = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "name"], name="duty_layer_once_a_desk"
            )
        ]


class DutySpell(OfDesk):
    """A time in which an officer has a `layer` (empty: answers first), or is away (`absence`).

    `source` is empty, or the identifier that a calendar gave it.
    """

    absence = models.BooleanField(default=False)
    layer = models.CharField(max_length=NAME, default="")
    officer = models.BigIntegerField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    source = models.CharField(max_length=255, default="")
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["participant", "node", "desk", "ends"], name="duty_spell_of_desk")]


class DutySwap(OfDesk):
    """Two spells of a layer whose officers stand for each other once `state` is `agreed`; `one` asked."""

    layer = models.CharField(max_length=NAME)
    one = models.BigIntegerField()
    one_begins = models.DateTimeField()
    one_ends = models.DateTimeField()
    other = models.BigIntegerField()
    other_begins = models.DateTimeField()
    other_ends = models.DateTimeField()
    state = models.CharField(max_length=16, default="asked")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["participant", "node", "desk", "state"], name="duty_swap_of_desk")]


class DutyHoliday(OfDesk):
    """A day on which layers rest that do not answer on holidays."""

    day = models.DateField()
    name = models.CharField(max_length=100, default="")
    source = models.CharField(max_length=255, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "day"], name="duty_holiday_once_a_desk"
            )
        ]


class HandoverNote(OfDesk):
    """What an officer leaves for whoever is on duty next."""

    words = models.CharField(max_length=WORDS)
    written_by = models.BigIntegerField()
    written_at = models.DateTimeField()
    seen_by = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["participant", "node", "desk", "seen_at"], name="handover_note_of_desk")]


class DutyFeed(OfDesk):
    """A calendar that a program fetches with a token, kept as its hash: an officer's own shifts, all of the desk, or
    the dates of its requests, as `about` says."""

    officer = models.BigIntegerField()
    about = models.CharField(max_length=16, default="shifts")
    whole_desk = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=HASH, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class DutyNotice(OfDesk):
    """An officer was told that their duty begins, or ends, `at` an instant."""

    officer = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "officer", "kind", "at"], name="duty_notice_once"
            )
        ]

"""How do two officers stand in for each other?

    ask_swap(node, seat, Swap("nights", mine, theirs), by=7)      the other sees it on the desk page
    answer_swap(node, seat, number, agrees=True, by=9)            from now on it counts

Invariants: only the two speak for themselves: one asks, the other agrees; a swap is of spells that the two have when it
is asked and when it is agreed, both still to come; what is not agreed changes nothing.
"""

from __future__ import annotations

from liaison.duty.checking import check_spell
from liaison.duty.rota import Rota, Spell, Swap
from liaison.duty.shifts import layer_spells
from liaison.errors import UsageError
from liaison.node.models import DutySwap
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import AGREED, people, rota_of
from liaison.node.reads.inside.rules import columns
from liaison.node.services.duty.rotas import tell
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require

ASKED, DECLINED, WITHDRAWN = "asked", "declined", "withdrawn"
OPEN_AT_ONCE = 20


def ask_swap(node: Node, seat: Seat, swap: Swap, *, by: int) -> None:
    """Ask a colleague to stand in for one's own spell, and stand in for theirs. Raises UsageError."""
    require(Action.ACKNOWLEDGE, seat.roles)
    if swap.one.officer != str(by) or swap.other.officer == str(by):
        raise UsageError("duty-swap-own")
    place = columns(seat.register, seat.desk)
    with unit_of_work(node):
        _check(node, seat, swap)
        if DutySwap.objects.filter(**place, state=ASKED, one=by).count() >= OPEN_AT_ONCE:
            raise UsageError("duty-too-many", most=OPEN_AT_ONCE)
        DutySwap.objects.create(
            **place,
            layer=swap.layer,
            one=by,
            one_begins=swap.one.begins,
            one_ends=swap.one.ends,
            other=int(swap.other.officer),
            other_begins=swap.other.begins,
            other_ends=swap.other.ends,
            asked_at=node.clock.now(),
        )
        tell(node, seat, "duty-swap-asked", by, subject=swap.other.officer, params={"layer": swap.layer})


def answer_swap(node: Node, seat: Seat, number: int, *, agrees: bool, by: int) -> None:
    """Say yes or no to a colleague who asked; whoever asked takes it back with no. Raises UsageError."""
    require(Action.ACKNOWLEDGE, seat.roles)
    place = columns(seat.register, seat.desk)
    with unit_of_work(node):
        row = DutySwap.objects.select_for_update().filter(**place, pk=number, state=ASKED).first()
        if row is None or by not in (row.one, row.other):
            raise UsageError("duty-swap-not-found")
        if agrees and by != row.other:
            raise UsageError("duty-swap-own")
        one = Spell(row.one_begins, row.one_ends, str(row.one))
        swap = Swap(row.layer, one, Spell(row.other_begins, row.other_ends, str(row.other)))
        if agrees:
            _check(node, seat, swap)
        row.state = AGREED if agrees else DECLINED if by == row.other else WITHDRAWN
        row.decided_at = node.clock.now()
        row.save(update_fields=["state", "decided_at"])
        tell(node, seat, f"duty-swap-{row.state}", by, subject=str(row.one), params={"layer": row.layer})


def _check(node: Node, seat: Seat, swap: Swap) -> None:
    """Return if both have their spell of the layer now. Raises UsageError."""
    known, now = {str(each) for each in people(node, seat.register, seat.desk)}, node.clock.now()
    rota = rota_of(node, seat.register, seat.desk)
    for spell in (swap.one, swap.other):
        check_spell(spell, known, now=now)
        if not _has(rota, swap.layer, spell):
            raise UsageError("duty-swap-not-theirs")
    if swap.one.begins < swap.other.ends and swap.other.begins < swap.one.ends:
        raise UsageError("duty-swap-same-time")


def _has(rota: Rota, name: str, spell: Spell) -> bool:
    layer = next((each for each in rota.layers if each.name == name), None)
    found = layer_spells(rota, layer, spell.begins, spell.ends) if layer is not None else ()
    return len(found) == 1 and found[0] == spell

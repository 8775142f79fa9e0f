"""How does the secretariat say which texts its register carries?

    publish_instrument(node, register, text)                      the next version, unless nothing changed
    publish_instrument(node, register, text, withdrawn=True)      carried no longer; what was declared stays declared

Invariants: only the secretariat's node can; the entry holds the hash of the text's data, its clause ids, the acts it is
open to and whom it addresses, so that every node judges stands by the log alone, whatever data it has.
"""

from __future__ import annotations

from liaison.errors import UsageError
from liaison.instruments.texts import Instrument, TextKind, text_hash
from liaison.node.log.views import RowsView
from liaison.node.node import Node
from liaison.node.reads.facts import forget_facts
from liaison.node.services.ceremony import own_node
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.services.publication import Place, publish_bodies
from liaison.node.services.secretariat import Handed, is_secretariat
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register.bodies import InstrumentPublished
from liaison.register.vocabulary import REGISTER


def publish_instrument(
    node: Node,
    register: str,
    text: Instrument,
    *,
    document: str | None = None,
    withdrawn: bool = False,
    by: int = SYSTEM,
) -> list[Handed]:
    """Publish a text as it is known here; nothing where the register says so already. Raises UsageError."""
    if not is_secretariat(node, register):
        raise UsageError("not-the-secretariat", register=register)
    if text.kind not in (TextKind.TREATY, TextKind.CONDUCT):
        raise UsageError("instrument-not-a-treaty", instrument=text.id)
    before = _published(node, register, text.id)
    if before is None and withdrawn:
        raise UsageError("instrument-not-carried", instrument=text.id)
    if document is None and before is not None:
        document = before.document
    version = 1 if before is None else before.version + 1
    body = _body(text, version, document, withdrawn)
    if before is not None and before == _body(text, before.version, document, withdrawn):
        return []
    place = Place(register, REGISTER, own_node(node, register, REGISTER))
    handed = publish_bodies(node, place, [body])
    forget_facts(node)
    with unit_of_work(node):
        told: dict[str, bool | int] = {"entry": handed[0].index or 0, "withdrawn": withdrawn}
        note(node, "instrument-published", participant=REGISTER, officer=by, subject=text.id, params=told)
    return handed


def _body(text: Instrument, version: int, document: str | None, withdrawn: bool) -> InstrumentPublished:
    return InstrumentPublished(
        instrument=text.id,
        version=version,
        title=text.en[:200],
        text=text_hash(text),
        document=document,
        address=text.address or None,
        acts=tuple(sorted(text.acts)),
        clauses=tuple(sorted(text.clauses)),
        withdrawn=withdrawn,
        addressed=text.addressees(),
    )


def _published(node: Node, register: str, instrument: str) -> InstrumentPublished | None:
    with reading(node):
        secretariat = RowsView(register, pending=True).participant(REGISTER)
    found = secretariat.instruments.get(instrument) if secretariat is not None else None
    return found.body if found is not None else None

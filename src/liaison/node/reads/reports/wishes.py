"""How does a desk want its reports: in which formats, how often, how large?

Invariant: only a part that hashes to what the log names counts; a desk whose wishes are not here has none.
"""

from __future__ import annotations

from liaison.messages.parties import DeskRef
from liaison.node.log.parts import read_parts
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.unit_of_work import reading
from liaison.register import records


def wishes_of(node: Node, register: str, desk: DeskRef) -> records.ReportWishes | None:
    """What the desk publishes of it, as far as this node may read it."""
    state = register_facts(node, register).desk_state(desk)
    digests = [part.digest for part in state.parts] if state is not None else []
    with reading(node):
        contents = read_parts(register, digests)
    return next((content for content in contents.values() if isinstance(content, records.ReportWishes)), None)

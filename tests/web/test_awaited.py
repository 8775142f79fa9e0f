"""Does the head of a case say what is still awaited, and from whom?"""

from __future__ import annotations

from pathlib import Path

from liaison.node.models import IncomingCopy
from tests.web.test_cases import real
from tests.web.visiting import visit


def test_a_notice_for_information_awaits_no_answer_and_says_that_nobody_there_has_acknowledged_it(
    tmp_path: Path,
) -> None:
    with real(tmp_path) as world:
        case = world.send("XC", "XD")[0].case
        head = visit(world, "XC").see(f"cases/{case}/").partition("<h2")[0]
        assert "No answer awaited" in head and "Not acknowledged there yet" in head
        theirs = visit(world, "XD").see(f"cases/{case}/").partition("<h2")[0]
        assert "No answer awaited" in theirs and "Nobody of this desk has acknowledged this yet" in theirs
        with world.at("XD"):
            message = IncomingCopy.objects.get().message_id
        visit(world, "XD").send("acknowledge", message=message)
        world.work()
        head = visit(world, "XC").see(f"cases/{case}/").partition("<h2")[0]
        assert "No answer awaited" in head and "Not acknowledged there yet" not in head

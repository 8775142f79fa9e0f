"""Is a message sent once when a program sends its request twice at the same moment?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections

from liaison.node.models import OutgoingMessage
from tests.api.calling import Program, call
from tests.api.test_line import NEW
from tests.world import World

pytestmark = pytest.mark.engine


def test_two_requests_with_one_key_at_once_send_one_message_and_get_one_answer(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        made = call(world, "XC")

        def ask(_: int) -> tuple[int, bytes]:
            try:
                answer = Program(made.node, made.token).ask("POST", "/messages", NEW, idempotency_key="the-same-key")
                return answer.status_code, answer.content
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            answers = set(pool.map(ask, range(4)))
        assert {status for status, _ in answers} == {201} and len(answers) == 1
        with world.at("XC"):
            assert OutgoingMessage.objects.count() == 1

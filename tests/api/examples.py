"""The examples of a page of the documents, run from its top to its end against a node behind a real port.

run_examples("api.md", url, token, SECRET=…)          its blocks of Python and of HTTP, with `URL` and `TOKEN`
"""

from __future__ import annotations

import http.client
import re
from typing import Any
from urllib.parse import urlsplit

from tests import house

PAGES = house.ROOT / "docs" / "using"
FENCE = re.compile(r"^```(python|http)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def run_examples(page: str, url: str, token: str, **names: Any) -> None:
    """Run the examples in order; those in Python share their names, those in HTTP must be answered as they say."""
    known = {"URL": url, "TOKEN": token, **names}
    examples = FENCE.findall((PAGES / page).read_text(encoding="utf-8"))
    assert {kind for kind, _ in examples} == {"python", "http"}
    for kind, text in examples:
        if kind == "python":
            exec(compile(text, page, "exec"), known)  # The page is ours.
        else:
            replay(url, text, token)


def replay(url: str, example: str, token: str) -> None:
    """Send the request of an example and compare the status of the answer."""
    asked, _, told = example.replace("TOKEN", token).partition("\n\n")
    line, *headers = asked.splitlines()
    method, path, _ = line.split(" ")
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    connection.request(method, path, headers=dict(each.split(": ", 1) for each in headers))
    answer = connection.getresponse()
    assert f"HTTP/1.1 {answer.status} {answer.reason}" == told.strip()
    answer.read()
    answer.close()
    connection.close()

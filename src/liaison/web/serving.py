"""How do the pages get a process and a port of their own? A second server under the supervisor of `node serve`.

Invariants: pages share nothing with the peer door but the node's tables and files, so nothing an officer's browser does
holds up a peer; plain HTTP is spoken on the loopback address only (`check_pages`); it dies with the supervisor.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from liaison.node.config import Pages

THREADS = 12
"""Of which a few may be held by programs that wait for events (`liaison.api.operations.events`)."""


def load_site() -> Any:
    """The WSGI callable of the pages of the node whose home is `LIAISON_HOME`, static files included."""
    from django.core.wsgi import get_wsgi_application

    from liaison.node.databases import leave_folding
    from liaison.node.wiring import open_node
    from liaison.node.work.process import die_with
    from liaison.web.site import open_pages

    die_with(os.getppid())
    node = open_node()
    leave_folding(node.database)
    return with_files(open_pages(node, get_wsgi_application()))


def with_files(pages: Any) -> Any:
    """The pages, and before them the files of ours, with the headers of pages but for the cache."""
    from django.conf import settings
    from whitenoise import WhiteNoise

    from liaison.web.middleware import HEADERS, over_tls

    told = {name: value for name, value in (HEADERS | over_tls()).items() if name != "Cache-Control"}

    def add(headers: Any, path: str, url: str) -> None:
        for name, value in told.items():
            headers[name] = value

    root = str(settings.STATIC_FOLDER)
    return WhiteNoise(
        pages, root=root, prefix="static/", max_age=86_400, allow_all_origins=False, add_headers_function=add
    )


def serve_pages(pages: Pages) -> None:
    """Serve until told to stop."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, SSLProtocols

    server = Granian(
        "liaison.web.serving:load_site",
        address=pages.host,
        port=pages.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        log_enabled=False,
    )
    if pages.certificate:
        tls = str(SSLProtocols.tls12)
        server.ssl_ctx = (True, Path(pages.certificate), Path(pages.key), None, tls, None, [], False)
    server.serve(target_loader=load_site, wrap_loader=False)

"""How is a file held that comes with a form, and what becomes of one that is too large?

    FILE_UPLOAD_HANDLERS = ["liaison.web.forms.uploads.HeldUpload"]
    request.upload_handlers = [HeldUpload(request, 16 << 20)]        where a page takes more than the others

Invariants:
- A file is held in memory alone; of what is larger than the page takes, nothing is.
- What was too large is there all the same, with its size, and is refused when it is read: no page takes it for a file
  that was never chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest

from liaison.errors import UsageError


@dataclass(frozen=True, slots=True)
class TooLarge:
    """What stands in `request.FILES` for a file of which nothing was held; sizes in bytes."""

    name: str
    size: int
    limit: int

    def read(self, _: int = -1) -> bytes:
        """Raises UsageError."""
        raise UsageError("upload-too-large", size=self.size, limit=self.limit)

    def close(self) -> None:
        """Nothing is open."""


class HeldUpload(MemoryFileUploadHandler):
    """Holds the files of a request that has at most `limit` bytes, those of settings unless a page says another."""

    def __init__(self, request: HttpRequest | None = None, limit: int | None = None) -> None:
        super().__init__(request)
        self._limit = limit or int(settings.FILE_UPLOAD_MAX_MEMORY_SIZE)

    def handle_raw_input(
        self, input_data: Any, META: Mapping[str, Any], content_length: int, boundary: bytes, encoding: Any = None
    ) -> None:
        """Look at the length that the request says it has; the parser reads no more than that."""
        self.activated = content_length <= self._limit

    def file_complete(self, file_size: int) -> Any:
        """The file, or what stands for it."""
        if self.activated:
            return super().file_complete(file_size)
        return TooLarge(str(self.file_name), file_size, self._limit)

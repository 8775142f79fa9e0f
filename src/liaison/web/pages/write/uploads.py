"""How does a file that an officer attaches arrive without ever lying on the disk as it is?

    request.upload_handlers = [SealingUpload(request, node)]       before anything reads request.POST
    request.FILES.getlist("file")[0].attachment                    sealed, kept, ready to be named in a message

Invariants:
- A file is sealed as its bytes come in: in memory there is one piece of it, on the disk only what is sealed.
- A file that is too large, badly named or cut off leaves nothing behind.
- Ordinary inputs are read as Django reads them, within the same limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import FIELD, FILE, ChunkIter, LazyStream, Parser, exhaust
from django.utils.datastructures import MultiValueDict
from django.utils.encoding import force_str

from liaison.errors import UsageError
from liaison.messages.message import MOST_ATTACHMENTS, Attachment
from liaison.node.node import Node
from liaison.node.services.line.attachments import seal_attachment

CHUNK = 64 * 1024
SLACK = 1 << 20
"""What a request may have beside its files."""
UNKNOWN = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What stands in `request.FILES`."""

    attachment: Attachment

    def close(self) -> None:
        """Nothing is open."""


def check_length(request: HttpRequest, node: Node) -> None:
    """Refuse a request that says itself that it is too large, before its bytes are read. Raises UsageError."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    limit = node.config.attachments.largest
    if length > limit + SLACK:
        raise UsageError("attachment-over-limit", limit=limit)


class _Counted:
    """The body, at most as long as it said it would be, and how much of it has come."""

    def __init__(self, source: Any, length: int) -> None:
        self._source = source
        self.left = length

    def read(self, size: int) -> bytes:
        data: bytes = self._source.read(min(size, self.left))
        self.left -= len(data)
        return data


class SealingUpload(FileUploadHandler):
    """Reads a multipart body and seals every file in it."""

    chunk_size = CHUNK

    def __init__(self, request: HttpRequest, node: Node) -> None:
        super().__init__(request)
        self.node = node  # Where the sealed bytes are kept.

    def handle_raw_input(
        self, input_data: Any, META: Mapping[str, Any], content_length: int, boundary: bytes, encoding: Any = None
    ) -> tuple[Any, Any]:
        """The inputs and the sealed files. Raises UsageError, MalformedError, NotNowError."""
        post, files, read = QueryDict(mutable=True), MultiValueDict(), 0
        body = _Counted(input_data, content_length)
        stream = LazyStream(ChunkIter(body, CHUNK))
        for kind, told, content in Parser(stream, boundary):
            name, file_name = _names(told)
            if kind == FIELD and name:
                text = content.read(size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE - read + 1)
                read += len(text)
                if read > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                    raise RequestDataTooBig
                post.appendlist(name, force_str(text, settings.DEFAULT_CHARSET, errors="replace"))
            elif kind == FILE and name and file_name:
                if len(files.getlist(name)) >= MOST_ATTACHMENTS:
                    raise UsageError("draft-files-too-many", limit=MOST_ATTACHMENTS)
                files.appendlist(name, self._seal(file_name, told, content))
            else:
                exhaust(content)
        while body.read(CHUNK):
            pass
        if body.left:  # What was cut off may look like a whole file.
            raise UsageError("upload-cut-off", missing=body.left)
        return post, files

    def _seal(self, name: str, told: Mapping[str, Any], content: Any) -> Any:
        media_type = str(told.get("content-type", ("",))[0]).strip().lower()
        if not _MEDIA_TYPE.fullmatch(media_type):
            media_type = UNKNOWN
        return self.arrived(name, media_type, iter(content))

    def arrived(self, name: str, media_type: str, chunks: Iterator[bytes]) -> Any:
        """One file as its bytes come in; what stands for it in `request.FILES`."""
        return SealedFile(seal_attachment(self.node, name=name, media_type=media_type, chunks=chunks))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Never called: `handle_raw_input` reads the body."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Never called: `handle_raw_input` reads the body."""


def _names(told: Mapping[str, Any]) -> tuple[str, str]:
    """The input's name and that of the file, without a path and without what could steer a screen."""
    disposition = told.get("content-disposition", ("", {}))[1]
    name = force_str(disposition.get("name") or b"", errors="replace").strip()
    file_name = force_str(disposition.get("filename") or b"", errors="replace")
    file_name = re.split(r"[/\\]", file_name)[-1]
    return name, _UNFIT.sub("", file_name).strip()[:200]

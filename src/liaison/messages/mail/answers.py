"""What did somebody say in a mail whose signature is good?

    answer.text       "We have blocked it. …"           what stood there, cleared of what no text may hold
    answer.files      what was attached, and what of the text did not fit
    answer.ticket     "[csirt.xd.example #4711]"        the number of the receiver's own system, from the true subject

Invariants: the text is what was signed, all of it or its beginning with the whole beside it as a file; where there is
HTML alone it is the words of that, which stays beside it as a file; names of files are for display and made fit for it;
nothing is run, rendered or fetched.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from email.message import Message

from liaison.errors import MalformedError
from liaison.messages.mail.html_words import plain_of
from liaison.messages.mail.reading import body_of, header, parse, parts, text_of
from liaison.messages.mail.tokens import tokens_in
from liaison.messages.mail.writing import MailFile
from liaison.messages.names import LONGEST_NAME, check_media_type

LONGEST_TEXT = 20_000
MOST_FILES = 32
TICKET = re.compile(r"\[[^\[\]#]{0,40}#\s?[0-9]{1,12}\]")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_UNFIT_IN_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069/\\\\]")
_OURS = "liaison-message.json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a signed mail says."""

    text: str
    files: tuple[MailFile, ...]
    ticket: str
    tokens: tuple[str, ...]
    """The tokens within what was signed."""
    subject: tuple[str, ...] = ()
    """Those of them in the subject that was signed."""


def read_entity(data: bytes, *, subject: str = "") -> Answer:
    """The answer in a signed MIME entity; `subject` is used where none is inside. Raises MalformedError."""
    entity = parse(data)
    texts, files, html = list[str](), list[MailFile](), list[str]()
    for part in parts(entity):
        if part.is_multipart() or _repeats_headers(part, entity):
            continue
        if part.get_content_type() == "text/plain" and not part.get_filename():
            texts.append(text_of(part))
        elif part.get_filename() != _OURS:
            files.append(_file(part, len(files)))
            html += [text_of(part)] if part.get_content_type() == "text/html" and not part.get_filename() else []
    if not any(text.strip() for text in texts):
        texts = [plain_of(each) for each in html]
    if len(files) > MOST_FILES:
        raise MalformedError("mail-parts", limit=MOST_FILES)
    inner = header(entity, "Subject")
    return _answer("\n\n".join(texts), files, subject=inner or subject, signed=inner)


def _repeats_headers(part: Message, entity: Message) -> bool:
    """The part in which mail programs repeat the protected headers for readers that do not know them."""
    return part is not entity and part.get_param("protected-headers") is not None


def read_text(data: bytes, *, subject: str = "") -> Answer:
    """The answer in a signed text that is no MIME entity, as one pastes it from a terminal; a file is a file."""
    if b"\0" in data:
        return _answer("", [MailFile(fit_name("", 0), "application/octet-stream", data)], subject=subject, signed="")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return _answer(text, [], subject=subject, signed="")


def is_entity(data: bytes) -> bool:
    """Whether what was decrypted begins with MIME headers rather than with a text."""
    return re.match(rb"(?i)(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*content-type:", data[:8192]) is not None


def _answer(text: str, files: list[MailFile], *, subject: str, signed: str) -> Answer:
    whole = clean_text(text)
    if len(whole) > LONGEST_TEXT:
        files = [*files, MailFile("mail.txt", "text/plain", whole.encode())]
    ticket = TICKET.search(subject)
    said = whole[:LONGEST_TEXT].strip()
    number = ticket.group() if ticket else ""
    return Answer(said, tuple(files), number, tokens_in(f"{signed} {whole}"), tokens_in(signed))


def clean_text(text: str) -> str:
    """The text without control characters, in the one spelling that is signed."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    # What a charset cannot hold arrives as half a pair of surrogates, which no encoding takes.
    whole = lines.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", _UNFIT.sub("\ufffd", whole))


def _file(part: Message, number: int) -> MailFile:
    kind = part.get_content_type()
    try:
        check_media_type(kind)
    except MalformedError:
        kind = "application/octet-stream"
    return MailFile(fit_name(part.get_filename() or "", number, kind), kind, body_of(part))


def fit_name(given: str, number: int, kind: str = "") -> str:
    """The name of a file as it may be shown."""
    name = unicodedata.normalize("NFC", _UNFIT_IN_NAME.sub("_", clean_text(given))).strip()[:LONGEST_NAME].strip()
    return name if name and name not in {".", ".."} else f"part-{number + 1}.{'html' if kind == 'text/html' else 'bin'}"

"""Reads a form as it arrives, hands files on piece by piece, and never loses a text field that came whole.

Nothing is spooled: text stays in memory under a limit, files go straight to the sinks the caller opens.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol
from urllib.parse import unquote_to_bytes

from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_options_header

from whistle.errors import TooLarge, WhistleError
from whistle.web.multipart_decoder import BrokenMultipart, MultipartDecoder

READ_BYTES = 256 * 1024
"""One read of the stream: sealing holds the interpreter's lock as long as one piece takes, so it is small."""

BOUNDARY_BYTES = 200
"""RFC 2046 section 5.1.1 allows 70; some programs write longer ones."""

EPILOGUE_BYTES = 64 * 1024
"""What is read after the last boundary, so that the connection can be used again; more is left lying."""

_MULTIPART = "multipart/form-data"
_URLENCODED = "application/x-www-form-urlencoded"


class Stream(Protocol):
    """What the body is read from; `read` may return less than asked, and b"" only at the end."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""


class FileSink(Protocol):
    """Takes one file: `write`, then `finish` at its end; a refusal calls `abort` once, also after that."""

    def write(self, data: bytes | memoryview, /) -> None:
        """The next piece, never more than 256 KiB and a boundary's length."""

    def finish(self) -> None:
        """The file is whole."""

    def abort(self) -> None:
        """The form was refused: nothing of the file may stay."""


class ProblemKind(Enum):
    """Why a form was refused."""

    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_FILES = "too_many_files"
    TOO_MANY_FIELDS = "too_many_fields"
    FORM_TOO_LARGE = "form_too_large"
    LANE_FULL = "lane_full"
    TRUNCATED = "truncated"
    BROKEN = "broken"
    BAD_TEXT = "bad_text"


@dataclass(frozen=True)
class Problem:
    """What went wrong first; `name` is the file's or field's as sent, `limit` is in bytes or pieces."""

    kind: ProblemKind
    name: str = ""
    limit: int = 0


@dataclass(frozen=True)
class FormLimits:
    """The most a form may hold: bytes of one file, files, fields, bytes of all text, bytes of the body."""

    file_bytes: int
    files: int
    fields: int
    form_bytes: int = 4 * 1024 * 1024
    total_bytes: int = 4 * 1024 * 1024 * 1024


@dataclass(frozen=True)
class FilePart:
    """What the sender says of a file; none of it may be believed, all of it is content to be sealed."""

    field: str
    filename: str
    content_type: str


@dataclass
class Form:
    """The form as far as it came whole. With a `problem`, every sink was aborted and `files` is empty."""

    fields: MultiDict[str, str] = field(default_factory=MultiDict)
    files: list[tuple[FilePart, FileSink]] = field(default_factory=list)
    problem: Problem | None = None


class _Refused(WhistleError):
    """Ends the reading; the first problem is the one that is told."""

    def __init__(self, kind: ProblemKind, name: str = "", limit: int = 0) -> None:
        super().__init__(kind.value)
        self.problem = Problem(kind, name, limit)


def parse_form(
    stream: Stream,
    *,
    content_type: str,
    content_length: int | None,
    limits: FormLimits,
    open_file: Callable[[FilePart], FileSink] | None,
    stop_at_files: bool = False,
) -> Form:
    """The form in a body of `content_length` bytes (None: to its end). Never raises for what a sender wrote.

    `stop_at_files` reads the fields before the first file and refuses there (the large lane is full).
    What a sink raises goes on to the caller, after every sink was aborted; `TooLarge` becomes the problem.
    """
    with ExitStack() as sinks:
        too_long = content_length is not None and content_length > limits.total_bytes
        taking = _Taking(limits, open_file, sinks, stop_at_files=stop_at_files, too_long=too_long)
        try:
            _receive(_Source(stream, content_length, stop_at_files=stop_at_files), content_type, taking)
        except _Refused as refused:
            taking.refuse(refused.problem)
        except BrokenMultipart:
            taking.refuse(Problem(ProblemKind.BROKEN))
        except TooLarge as large:
            taking.refuse(Problem(ProblemKind.FILE_TOO_LARGE, large.name, large.limit))
        # A refusal has aborted every sink; without one they are whole, and the caller's.
        sinks.pop_all()
        return taking.form


class _Source:
    """The body, read at most to its announced length; a broken connection is a body that stops half way."""

    def __init__(self, stream: Stream, length: int | None, *, stop_at_files: bool) -> None:
        # One receive at a time where the stream can: a slow sender's words are then kept as far as they came.
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self.left = length
        # A full lane hands over only the beginning: that the body ends early is its doing, not the sender's.
        self.cut = ProblemKind.LANE_FULL if stop_at_files else ProblemKind.TRUNCATED

    def next(self) -> bytes:
        size = READ_BYTES if self.left is None else min(READ_BYTES, self.left)
        if size == 0:
            return b""
        try:
            data = self._read(size)
        except OSError as error:
            raise _Refused(self.cut) from error
        if not data and self.left is not None:
            raise _Refused(self.cut)
        if self.left is not None:
            self.left -= len(data)
        return data


def _receive(source: _Source, content_type: str, taking: "_Taking") -> None:
    if source.left == 0:
        return
    kind, options = parse_options_header(content_type)
    if kind.lower() == _MULTIPART:
        _receive_multipart(source, options.get("boundary", ""), taking)
    elif kind.lower() == _URLENCODED:
        _receive_urlencoded(source, taking)
    elif source.next():
        raise _Refused(ProblemKind.BROKEN)


def _receive_multipart(source: _Source, boundary: str, taking: "_Taking") -> None:
    if not 0 < len(boundary) <= BOUNDARY_BYTES or not boundary.isascii():
        raise _Refused(ProblemKind.BROKEN)
    decoder = MultipartDecoder(boundary.encode("ascii"), taking)
    while not decoder.done:
        data = source.next()
        if not data:
            raise _Refused(source.cut)
        decoder.feed(data)
    while source.left and source.left <= EPILOGUE_BYTES and source.next():
        pass


def _receive_urlencoded(source: _Source, taking: "_Taking") -> None:
    limit = taking.limits.form_bytes
    body, cut = bytearray(), None
    try:
        while len(body) <= limit and (data := source.next()):
            body += data
    except _Refused as refused:
        cut = refused
    if len(body) > limit:
        cut = _Refused(ProblemKind.FORM_TOO_LARGE, "", limit)
    pairs = bytes(body[:limit]).split(b"&", taking.limits.fields + 1)
    for pair in pairs[:-1] if cut else pairs:
        if pair:
            name, _, value = pair.replace(b"+", b" ").partition(b"=")
            taking.take_text(unquote_to_bytes(name), unquote_to_bytes(value))
    if cut:
        raise cut


class _Taking:
    """What has been taken so far: text in the form, files in their sinks, limits watched at every piece."""

    def __init__(
        self,
        limits: FormLimits,
        open_file: Callable[[FilePart], FileSink] | None,
        sinks: ExitStack,
        *,
        stop_at_files: bool,
        too_long: bool,
    ) -> None:
        self.limits = limits
        self.form = Form()
        self._open_file = open_file
        self._sinks = sinks
        self._stop_at_files = stop_at_files
        self._too_long = too_long
        self._form_bytes = 0
        self._counted = 0
        self._part: FilePart | None = None
        self._sink: FileSink | None = None
        self._file_bytes = 0
        self._name = b""
        self._text = bytearray()

    def refuse(self, problem: Problem) -> None:
        """Keep the first problem and abort every sink, once."""
        self.form.problem = self.form.problem or problem
        self.form.files.clear()
        self._sinks.close()

    def begin(self, name: bytes, filename: bytes | None, content_type: bytes) -> None:
        """A part opens: a text field when `filename` is None, else a file."""
        self._name, self._part, self._sink = name, None, None
        self._file_bytes = 0
        self._text.clear()
        if filename is not None:
            self._part = FilePart(self._clean(name), self._clean(filename), self._clean(content_type))
            if filename:
                self._open(self._part)

    def data(self, data: memoryview) -> None:
        """A piece of the part that is open."""
        if self._part is None:
            self._charge(len(data))
            self._text += data
        elif data:
            self._file_bytes += len(data)
            if self._file_bytes > self.limits.file_bytes:
                raise _Refused(ProblemKind.FILE_TOO_LARGE, self._part.filename, self.limits.file_bytes)
            (self._sink or self._open(self._part)).write(data)

    def end(self) -> None:
        """The part is whole. A file input left empty counts as a field and leaves nothing."""
        if self._part is None:
            self.take_text(self._name, bytes(self._text), charged=len(self._text))
        elif self._sink is None:
            self._count()
        else:
            self._sink.finish()

    def take_text(self, name: bytes, value: bytes, *, charged: int = 0) -> None:
        """One whole text field; `charged` of its bytes were already counted."""
        self._count()
        self._charge(len(name) + len(value) - charged)
        self.form.fields.add(self._clean(name), self._clean(value, name))

    def _open(self, part: FilePart) -> FileSink:
        if self.form.problem is not None:
            raise _Refused(self.form.problem.kind)
        if self._stop_at_files:
            raise _Refused(ProblemKind.LANE_FULL)
        if self._too_long:
            raise _Refused(ProblemKind.FILE_TOO_LARGE, part.filename, self.limits.total_bytes)
        if self._open_file is None or len(self.form.files) >= self.limits.files:
            raise _Refused(ProblemKind.TOO_MANY_FILES, part.filename, self.limits.files)
        self._sink = self._open_file(part)
        self._sinks.callback(self._sink.abort)
        self.form.files.append((part, self._sink))
        return self._sink

    def _count(self) -> None:
        self._counted += 1
        if self._counted > self.limits.fields:
            raise _Refused(ProblemKind.TOO_MANY_FIELDS, "", self.limits.fields)

    def _charge(self, count: int) -> None:
        self._form_bytes += count
        if self._form_bytes > self.limits.form_bytes:
            raise _Refused(ProblemKind.FORM_TOO_LARGE, "", self.limits.form_bytes)

    def _clean(self, raw: bytes, name: bytes = b"") -> str:
        # Text that cannot be kept as sent refuses the form; what is readable of it, and later fields, stay.
        text = raw.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        if text.encode() != raw:
            self.refuse(Problem(ProblemKind.BAD_TEXT, name.decode("utf-8", "replace")))
        return text

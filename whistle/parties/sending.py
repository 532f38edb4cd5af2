"""A file is sealed as it arrives and handlers get a cleaned copy: no plain byte of either rests anywhere.

What can be cleaned is sealed with the identity from its first byte, since nobody knows yet what it tells.
Once the whole form is accepted a copy is cleaned from it in memory and sealed as content; a file that cannot
be cleaned becomes content itself, marked so.
"""

import mimetypes
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from whistle.cleaning import process
from whistle.cleaning.kinds import CLEANED, HEAD, LIMIT, CannotClean, Kind, by_name, told
from whistle.crypto.keys import CompartmentKey
from whistle.parties.attachments import UNKNOWN_TYPE
from whistle.parties.staging import Staged
from whistle.rules.text import file_name
from whistle.vault.facts import SealedBlob
from whistle.vault.store import Store

YES, NO, NOTHING = "yes", "no", "nothing_to_clean"
"""What a file's record says of its cleaning."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the files of a sending are sealed under; without `identity` no copies are made."""

    content: CompartmentKey
    identity: CompartmentKey | None = None


@dataclass(frozen=True, slots=True)
class Uncleaned:
    """A file of which handlers would get the original: its name, and why.

    `too_large` (over 25 MB), `broken`, or `kind` (a film, an archive, what nobody here can clean).
    """

    name: str
    reason: str


class Sink:
    """Receives one file: `write` its bytes, then `finish`, or `abort`, which leaves no trace."""

    def __init__(self, store: Store, keys: Keys, name: str) -> None:
        self._store, self._keys = store, keys
        self.name = file_name(name)
        self._head = b""
        self._kind = Kind.OTHER
        self._original: Staged | None = None
        self._given: Staged | None = None
        self._cleaned = ""
        self.reason = ""
        self.whole = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Seal and store the next bytes; the first few wait until it shows what they are."""
        view = memoryview(data)
        if self._arriving() is None:
            wanted = HEAD - len(self._head)
            self._head += bytes(view[:wanted])
            view = view[wanted:]
            if len(self._head) == HEAD:
                self._begin()
        standing = self._arriving()
        if standing is not None and view:
            standing.write(view)

    def finish(self) -> None:
        """Seal the end; the file is on the disk when this returns."""
        standing = self._arriving() or self._begin()
        standing.finish()
        self.whole = True

    def abort(self) -> None:
        """Leave no trace. Safe to repeat."""
        for staged in (self._original, self._given):
            if staged is not None:
                staged.drop()

    def settle(self) -> None:
        """Make the copy that handlers get, or let the file itself be it. Safe to repeat. Raises `TooMany`."""
        if self._cleaned or not self.whole:
            return
        if self._original is None:
            self._cleaned = NOTHING if self._kind is Kind.TEXT else NO
            self.reason = "kind"
            return
        copy = self._copied(self._original)
        self._cleaned = NO if copy is None else YES
        if copy is None:
            copy = self._as_it_is(self._original)
            self._original.drop()
            self._original = None
        self._given = copy

    def asks(self) -> bool:
        """Whether handlers get this file as it is, with what it may tell of its sender."""
        return self._cleaned == NO

    @property
    def is_recording(self) -> bool:
        """Whether somebody may be heard or seen in it."""
        return media_type(self._head, self.name).startswith(("audio/", "video/"))

    @property
    def sha256(self) -> str:
        """SHA-256 of the file as it came, in hex."""
        return self._source().sha256

    def copy_to(self, target: "Sending") -> None:
        """Seal the same file once more, for another case or key, in constant memory."""
        copy = target.open_file(self.name, "")
        for piece in self._source().pieces():
            copy.write(piece)
        copy.finish()

    def sealed(self) -> tuple[SealedBlob, ...]:
        """What the vault is told: the copy, and the original beside it."""
        return tuple(one.sealed() for one in (self._given, self._original) if one is not None)

    def described(self) -> dict[str, Any]:
        """What the record that handlers read says of the file.

        Of an original only where it lies, so that it is erased with its copy: never its size or hash, by
        which somebody who has the same photo would know whose it is.
        """
        assert self._given is not None  # noqa: S101 (it was settled)
        beside = {} if self._original is None else {"original": self._original.id.hex()}
        return self._facts(self._given) | {"cleaned": self._cleaned, **beside}

    def original(self) -> dict[str, Any] | None:
        """What the record with the identity says of the file as it came; None when handlers get that one.

        Its name stands with the copy only: whoever erases that erases the name, and cannot open this record.
        """
        if self._original is None or self._given is None:
            return None
        return _measured(self._original) | {"copy_of": self._given.id.hex()}

    def _facts(self, staged: Staged) -> dict[str, Any]:
        said = {"name": self.name, "type": media_type(self._head, self.name)}
        return _measured(staged) | said

    def _begin(self) -> Staged:
        """The first bytes are told: what can be cleaned lies with the identity until a copy is made."""
        self._kind = told(self._head, self.name)
        content, identity = self._keys.content, self._keys.identity
        if identity is not None and self._kind in CLEANED:
            staged = self._original = Staged(self._store, identity, content)
        else:
            staged = self._given = Staged(self._store, content)
        staged.write(self._head)
        return staged

    def _arriving(self) -> Staged | None:
        return self._original or self._given

    def _source(self) -> Staged:
        source = self._arriving()
        assert source is not None  # noqa: S101 (a whole file has begun)
        return source

    def _copied(self, original: Staged) -> Staged | None:
        """The cleaned copy; it goes from the stored bytes to the cleaner and back without resting."""
        if original.size > LIMIT:
            self.reason = "too_large"
            return None
        copy = Staged(self._store, self._keys.content)
        try:
            process.clean(original.pieces(), self.name, copy.write)
            copy.finish()
        except CannotClean:
            copy.drop()
            self.reason = "broken"
            return None
        except BaseException:
            copy.drop()
            raise
        return copy

    def _as_it_is(self, original: Staged) -> Staged:
        given = Staged(self._store, self._keys.content)
        try:
            for piece in original.pieces():
                given.write(piece)
            given.finish()
        except BaseException:
            given.drop()
            raise
        return given


class Sending:
    """A message or report under way, with the files that came so far."""

    def __init__(self, store: Store, key: CompartmentKey, beside: CompartmentKey | None = None) -> None:
        """Files under the content key `key`; `beside` is the identity's, without which nothing is cleaned."""
        self._store = store
        self.key, self.beside = key, beside
        self._sinks: list[Sink] = []

    def open_file(self, filename: str, content_type: str) -> Sink:
        """A place for the next file; what the browser calls its type is not believed."""
        del content_type
        sink = Sink(self._store, Keys(self.key, self.beside), filename)
        self._sinks.append(sink)
        return sink

    def abandon(self) -> None:
        """Leave no trace of any file. Safe to repeat."""
        for sink in self._sinks:
            sink.abort()
        self._sinks = []

    def settle(self) -> None:
        """Clean what arrived, once the form it came with is accepted. Safe to repeat. Raises `TooMany`."""
        for sink in self._sinks:
            sink.settle()

    def uncleaned(self, told: Collection[str] = ()) -> tuple[Uncleaned, ...]:
        """The files of which there is no copy and whose sender must be asked.

        `told` are names by which a page said already that files of their kind are not cleaned.
        """
        self.settle()
        known = {file_name(name) for name in told}
        found = (Uncleaned(sink.name, sink.reason) for sink in self._whole() if sink.asks())
        return tuple(one for one in found if one.reason != "kind" or one.name not in known)

    def blobs(self) -> tuple[SealedBlob, ...]:
        """The files that arrived whole: what handlers get, and the originals."""
        self.settle()
        return tuple(blob for sink in self._whole() for blob in sink.sealed())

    def described(self) -> list[dict[str, Any]]:
        """The same files as the record names them that handlers read."""
        self.settle()
        return [sink.described() for sink in self._whole()]

    def originals(self) -> list[dict[str, Any]]:
        """The originals as the identity's record of type `originals` names them; empty: no such record."""
        self.settle()
        return [found for sink in self._whole() if (found := sink.original()) is not None]

    def has_files(self) -> bool:
        """Whether a file arrived whole."""
        return bool(self._whole())

    def has_recording(self) -> bool:
        """Whether sound or film arrived."""
        return any(sink.is_recording for sink in self._whole())

    def fits(self, key: CompartmentKey, beside: CompartmentKey) -> bool:
        """Whether the files are sealed under these keys, and may go into a case that is due for them."""
        own = None if self.beside is None else self.beside.key_id
        return key.key_id == self.key.key_id and (own == beside.key_id or not self.originals())

    def moved_to(
        self, key: CompartmentKey, known: Collection[str], beside: CompartmentKey | None = None
    ) -> "Sending":
        """Files that `known` (SHA-256 in hex) lacks, sealed anew under other keys; nothing is left here."""
        target = Sending(self._store, key, beside)
        for sink in self._whole():
            if sink.sha256 not in known:
                sink.copy_to(target)
        self.abandon()
        return target

    def become(self, other: "Sending") -> None:
        """Take the place of another sending of the same files."""
        self.key, self.beside = other.key, other.beside
        self._sinks = other._sinks  # noqa: SLF001 (of its own class)

    def taken(self) -> None:
        """The vault has them: `abandon` must not touch them any more."""
        self._sinks = []

    def _whole(self) -> list[Sink]:
        return [sink for sink in self._sinks if sink.whole]


def _measured(staged: Staged) -> dict[str, Any]:
    return {"id": staged.id.hex(), "size": staged.size, "sha256": staged.sha256}


def never_cleaned(name: str) -> bool:
    """Whether no copy of a file of this name is made: films, archives, what nobody here knows."""
    kind = by_name(file_name(name))
    return kind not in CLEANED and kind is not Kind.TEXT


def media_type(head: bytes, name: str) -> str:
    """What a file is, told from its first bytes, else from its name."""
    import puremagic  # noqa: PLC0415 (a slow import that a server without uploads never needs)

    try:
        found = puremagic.from_string(head, mime=True, filename=name)
    except (puremagic.PureError, ValueError):
        found = ""
    return found or mimetypes.guess_type(name)[0] or UNKNOWN_TYPE

"""A file leaves only after it was verified to its end; a dialogue is its records in order."""

from collections.abc import Iterator, Sequence
from typing import Any

from whistle.crypto.blobs import open_blob, verify_blob
from whistle.crypto.header import Compartment
from whistle.errors import NotThere
from whistle.parties.casefile import CaseFile, Opened, files_of
from whistle.parties.views import Download, Entry
from whistle.vault.store import Store

SPOKEN = ("report", "message", "acknowledgement", "feedback", "closing", "identity_given")
"""The content records that are part of the dialogue."""


def gives_identity(record: Opened) -> bool:
    """Whether a content record says that the reporter left a name."""
    return record.fields["type"] == "identity_given" or bool(record.fields.get("identity_given"))


def described(records: Sequence[Opened]) -> dict[str, dict[str, Any]]:
    """Every file that the records name, by its id in hex."""
    return {file["id"]: file for record in records for file in record.fields.get("files", ())}


def download(store: Store, file: CaseFile, known: dict[str, dict[str, Any]], file_id: str) -> Download:
    """A file of a case, read once to its final check. Raises `NotThere`, `SealBroken`."""
    facts = known.get(file_id)
    if facts is None:
        raise NotThere("there is no such file")
    object_id = bytes.fromhex(file_id)
    key = file.key(Compartment.CONTENT)
    try:
        verify_blob(
            key, store.blobs.read(object_id), object_id=object_id, size=facts["size"], sha256=facts["sha256"]
        )
    except FileNotFoundError:
        raise NotThere("the file is missing") from None

    def chunks() -> Iterator[bytes]:
        return open_blob(key, store.blobs.read(object_id), object_id=object_id, size=facts["size"])

    return Download(facts["name"], facts["type"], facts["size"], chunks)


def entries(
    records: Sequence[Opened], kinds: Sequence[str], *, unread: int, unread_of: str
) -> tuple[Entry, ...]:
    """The dialogue as a page shows it; the last `unread` entries of `unread_of` are new."""
    spoken = [record for record in records if record.fields["type"] in kinds]
    theirs = [record.n for record in spoken if record.fields["by"] == unread_of]
    new = set(theirs[-unread:]) if unread else set()
    return tuple(_entry(record, new=record.n in new) for record in spoken)


def _entry(record: Opened, *, new: bool) -> Entry:
    fields = record.fields
    return Entry(
        n=record.n,
        who=fields["by"],
        author=fields.get("author", ""),
        kind=fields["type"],
        day=record.day,
        text=fields.get("text", ""),
        files=files_of(fields),
        new=new,
    )

"""A file leaves only after it was verified to its end; a dialogue is its records in order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from whistle.crypto.blobs import open_blob, verify_blob
from whistle.crypto.header import Compartment
from whistle.errors import NotThere
from whistle.parties.casefile import ERASED, CaseFile, Opened, files_of
from whistle.parties.views import Download, Entry
from whistle.rules import redaction
from whistle.rules.text import NAMELESS
from whistle.vault.store import Store

SPOKEN = (
    "report",
    "message",
    "acknowledgement",
    "feedback",
    "closing",
    "identity_given",
    "minutes",
    "minutes_reply",
    "minutes_locked",
    "identity_request",
    "identity_withdrawn",
    "consent_request",
    "consent_answer",
    "disclosure",
    ERASED,
)
"""The content records that are part of the dialogue."""

UNKNOWN_TYPE = "application/octet-stream"

ORIGINALS = "originals"
"""The type of the identity record that names originals: files as they came, with what they tell."""


def gives_identity(record: Opened) -> bool:
    """Whether a content record says that the reporter left a name."""
    return record.fields["type"] == "identity_given" or bool(record.fields.get("identity_given"))


def described(records: Sequence[Opened]) -> dict[str, dict[str, Any]]:
    """Every file that the records name, by its id in hex; one that was erased has none."""
    files = (file for record in records for file in record.fields.get("files", ()))
    return {file["id"]: file for file in files if "id" in file}


def originals(file: CaseFile) -> dict[str, dict[str, Any]]:
    """Every original that lies with the identity, by the id of the copy that handlers get.

    Empty for whom the identity is sealed. One that was erased together with its copy is left out: the record
    that says its size and hash stays, its bytes are gone. Each is called what its copy is called.
    """
    records = (one for one in file.records(Compartment.IDENTITY) if one.fields["type"] == ORIGINALS)
    found = [facts for record in records for facts in standing_originals(file, record.fields)["files"]]
    copies = described(file.records(Compartment.CONTENT)) if found else {}
    return {facts["copy_of"]: facts | _called(copies.get(facts["copy_of"], {})) for facts in found}


def standing_originals(file: CaseFile, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record of originals without the files that were erased."""
    there = {blob.object_id.hex() for blob in file.case.blobs}
    return {**fields, "files": [facts for facts in fields["files"] if facts["id"] in there]}


def _called(copy: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": copy.get("name", NAMELESS), "type": copy.get("type", UNKNOWN_TYPE)}


def as_sent(file: CaseFile) -> dict[str, dict[str, Any]]:
    """Every file as its sender sent it, by the id under which the dialogue names it."""
    return described(file.records(Compartment.CONTENT)) | originals(file)


def known_hashes(file: CaseFile) -> set[str]:
    """SHA-256 of every file that the case has, as it came."""
    return {facts["sha256"] for facts in as_sent(file).values()}


def download(store: Store, file: CaseFile, known: dict[str, dict[str, Any]], file_id: str) -> Download:
    """A file of a case, read once to its final check. Raises `NotThere`, `SealBroken`."""
    facts = known.get(file_id)
    if facts is None:
        raise NotThere("there is no such file")
    object_id = bytes.fromhex(facts["id"])
    key, mixed = file.keys_of_blob(object_id)
    try:
        verify_blob(
            key, store.blobs.read(object_id), object_id=object_id, size=facts["size"],
            sha256=facts["sha256"], mixed_with=mixed,
        )  # fmt: skip
    except FileNotFoundError:
        raise NotThere("the file is missing") from None

    def chunks() -> Iterator[bytes]:
        chunks = store.blobs.read(object_id)
        return open_blob(key, chunks, object_id=object_id, size=facts["size"], mixed_with=mixed)

    return Download(facts["name"], facts["type"], facts["size"], chunks)


def entries(
    records: Sequence[Opened],
    kinds: Sequence[str],
    *,
    unread: int,
    unread_of: str,
    sent: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> tuple[Entry, ...]:
    """The dialogue as a page shows it; the last `unread` entries of `unread_of` are new.

    `sent` are the originals of whom downloads give them to: then a file has the size that it came with.
    """
    spoken = [record for record in records if record.fields["type"] in kinds]
    theirs = [record.n for record in spoken if record.fields["by"] == unread_of]
    new = set(theirs[-unread:]) if unread else set()
    return tuple(_entry(record, sent, new=record.n in new) for record in spoken)


def _entry(record: Opened, sent: Mapping[str, Mapping[str, Any]], *, new: bool) -> Entry:
    fields = record.fields
    return Entry(
        n=record.n,
        who=fields["by"],
        author=fields.get("author", ""),
        kind=fields["type"],
        day=record.day,
        text=redaction.plain(fields),
        files=tuple(
            replace(one, size=sent[one.id]["size"]) if one.id in sent else one for one in files_of(fields)
        ),
        new=new,
        pieces=redaction.pieces(fields) if redaction.FIELD in fields else (),
        erased_files=redaction.erased_files(fields),
    )

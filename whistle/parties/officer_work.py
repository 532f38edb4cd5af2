"""How a privacy officer's words become a sealed addition to a request, and what they may read of it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import RuleRefused
from whistle.parties import request_decisions
from whistle.parties.casefile import CaseFile, Opened
from whistle.parties.desk_work import Seal, StoreIt, tried
from whistle.parties.draft import Author, Draft
from whistle.parties.member import Member
from whistle.parties.request_mailbox import spoken
from whistle.rules.letters import Letter, LetterKind
from whistle.rules.request_way import State
from whistle.vault import request_work
from whistle.vault.facts import Addition
from whistle.vault.request_desk import Emptied
from whistle.vault.requests import OpenedRequest
from whistle.vault.store import Store

OFFICER = "officer"
"""What stands as the writer in an officer's records."""


BEFORE = frozenset({State.SENT, State.CODED})
"""The person is not known yet."""


class OfficerWork:
    """The way from an officer's words to what the vault takes. Raises `NotThere` for others' requests."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def _file(self, member: Member, number: str) -> tuple[CaseFile, OpenedRequest]:
        found = request_work.open_request(self._store, member.person_id, number, self._now())
        return CaseFile(found.case, member.pair), found

    def _draft(self, member: Member, file: CaseFile) -> Draft:
        return Draft(self._store, file, Author.staff(member, OFFICER), self._now())

    def _write(self, member: Member, number: str, seal: Seal, command: Callable[..., None]) -> None:
        def store_it(addition: Addition) -> None:
            command(self._store, member.person_id, number, addition, self._now())

        self._put(member, number, seal, store_it)

    def _put(self, member: Member, number: str, seal: Seal, store_it: StoreIt) -> None:
        def attempt() -> None:
            file, found = self._file(member, number)
            if not found.case.grants:
                raise RuleRefused("not_verified", "The address is not proved yet.")
            draft = self._draft(member, file)
            seal(file, draft)
            store_it(draft.addition())

        tried(attempt)


def shown(file: CaseFile, found: OpenedRequest) -> list[Opened]:
    """What an officer reads of the dialogue: all of it once the person is known, before that who they are."""
    if found.status.state not in BEFORE:
        return spoken(file)
    return [one for one in spoken(file) if one.fields["type"] in ("asked", "proof", "message", "closing")]


def require_known(found: OpenedRequest) -> None:
    """Raise `RuleRefused("not_verified")` while it is not known who asks."""
    if found.status.state in BEFORE:
        raise RuleRefused("not_verified", "Who asks is not known yet, so nothing can be answered.")


def content(kind: str, **fields: Any) -> Seal:
    """What seals one record that the person can read."""

    def seal(_file: CaseFile, draft: Draft) -> None:
        draft.record(Compartment.CONTENT, kind, **fields)

    return seal


def note(kind: str, **fields: Any) -> Seal:
    """What seals one record among the officers' own notes."""

    def seal(_file: CaseFile, draft: Draft) -> None:
        draft.record(Compartment.INTERNAL, kind, **fields)

    return seal


def letter_of(
    file: CaseFile, kind: LetterKind, reasons: str, *, grounds: Sequence[str] = (), until: date | None = None,
    fee: str = "", refusing: bool = False,
) -> Letter:  # fmt: skip
    """A letter in the person's language; with `refusing` what was decided may make an answer a refusal."""
    status, asked = file.case.status, spoken(file)[0].fields
    refused = request_decisions.refused(file.records(Compartment.INTERNAL)) if refusing else ()
    if refused:
        kind, grounds = LetterKind.REFUSAL, refused
    return Letter(
        kind,
        asked["language"],
        status.company.country,
        status.received_on,
        reasons,
        tuple(grounds),
        until,
        fee,
    )


def proofs_kept(file: CaseFile, found: OpenedRequest) -> bool:
    """Whether a proof of identity is still readable after the check: a hold was in force then."""
    return bool(found.case.grants) and found.status.state not in BEFORE and bool(emptied_of(file))


def emptied_of(file: CaseFile) -> tuple[Emptied, ...]:
    """Records of what was sent as proof, without a word or a file of it."""
    found = []
    stored = [one for one in file.case.records if one.compartment == Compartment.CONTENT]
    for place, record in zip(stored, file.records(Compartment.CONTENT), strict=True):
        if record.fields["type"] == "proof" and not record.fields.get("gone"):
            files = tuple(bytes.fromhex(one["id"]) for one in record.fields["files"])
            body = record.fields | {"text": "", "files": [], "gone": True, "replaces": place.object_id.hex()}
            key = file.key_of(Compartment.CONTENT, place.epoch)
            found.append(Emptied(place.object_id, seal_json(key, new_object_id(), body), files))
    return tuple(found)

"""A whole case for an authority, an adviser or an IT supplier: verified and noted down before it leaves.

What was erased stays erased: records are handed on as they stand. Who the reporter is, and files as they
came, go along only on a disclosure that the reporter agreed to or a law demands, and while a custodian's
approval stands.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from whistle.crypto.header import Compartment
from whistle.errors import NotThere, RuleRefused
from whistle.parties import attachments, bundle
from whistle.parties.bundle import Part
from whistle.parties.casefile import EPOCH_RECORD, CaseFile
from whistle.parties.desk_work import DeskWork
from whistle.parties.draft import Draft
from whistle.parties.member import Member, require_fresh
from whistle.parties.work import LINK
from whistle.rules import redaction
from whistle.rules.calendar import local_day
from whistle.rules.handover import Handover, check_handover
from whistle.rules.redaction import Piece
from whistle.vault import consents, custody, exports, registry
from whistle.vault.facts import Addition, CaseStatus
from whistle.vault.store import Store

RECORD: Final = "export"
"""The type of the note that says who got a case, and on what ground."""

_FRAME: Final = frozenset(
    {"type", "n", "by", "day", "author", "files", "excluded", "replaces", "id", "redacted"}
)
"""Fields of a record that a reader is not shown as text."""

_NOT_HANDED_ON: Final = frozenset({EPOCH_RECORD, LINK})
"""What is of no use outside, and that there is another case: not every handler of this one may know it."""


@dataclass(frozen=True, slots=True)
class ExportForm:
    """What was typed; `consent` is the id of a disclosure, or empty."""

    kind: str = ""
    recipient: str = field(default="", repr=False)
    ground: str = field(default="", repr=False)
    outside_eea: bool = False
    safeguard: str = field(default="", repr=False)
    with_notes: bool = False
    with_identity: bool = False
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Something that may be handed over today: agreed to, or demanded by a law."""

    id: str
    basis: str
    asked_on: date


@dataclass(frozen=True, slots=True)
class Earlier:
    """An export that was made before."""

    day: date
    author: str
    kind: str
    recipient: str
    ground: str
    safeguard: str
    with_notes: bool
    with_identity: bool


@dataclass(frozen=True, slots=True)
class ExportPage:
    """What the form needs to know of the case; `identity`: this member's approval stands today."""

    number: str
    company_name: str
    past_day: bool
    identity: bool
    disclosures: tuple[Disclosure, ...]
    earlier: tuple[Earlier, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A record as a reader sees it: `texts` are (field, text), `pieces` the text where something was erased.

    `files` are paths in the ZIP.
    """

    day: date
    who: str
    author: str
    kind: str
    texts: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case that was verified and whose export is written down; `stream` gives it out."""

    status: CaseStatus
    on_day: date
    terms: Handover
    content: tuple[Written, ...]
    notes: tuple[Written, ...]
    identity: tuple[Written, ...]
    parts: tuple[Part, ...]

    def stream(self, index: bytes) -> Iterator[bytes]:
        """The ZIP; `index` is the page to begin reading at."""
        status, day = self.status, self.on_day.isoformat()
        facts = {"case": status.number, "company": status.company.name, "made": day}
        return bundle.stream([Part.of("index.html", index), *self.parts], self.on_day, facts)


class Export:
    """What leaves the house. Every method raises `NotThere` for a case that is not the member's."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._desk = DeskWork(store, now)

    def page(self, member: Member, number: str) -> ExportPage:
        """What the form shows."""
        file = self._desk.file(member, number)
        status = file.case.status
        return ExportPage(
            status.number, status.company.name, not file.case.grants,
            exports.may_open_identity(self._store, member.person_id, number, self._now()),
            tuple(
                Disclosure(one.id.hex(), one.basis, one.asked_on)
                for one in file.case.consents
                if one.may_be_carried_out
            ),
            tuple(_earlier(record) for record in file.records(Compartment.INTERNAL) if _is_export(record)),
        )  # fmt: skip

    def prepare(self, member: Member, number: str, form: ExportForm) -> Prepared:
        """Verify all that leaves, write the export down, and hand it over to be streamed.

        Raises `StepUpNeeded`, `RuleRefused`: the reasons of `rules.handover`, `past_day`, `no_consent`,
        `other_recipient`, `no_approval`, `shared`; `SealBroken`, `Tampered`.
        """
        file = self._desk.standing_file(member, number)
        terms = self._terms(form)
        consent = _consent(form)
        require_fresh(member)
        _require_named(file, form.consent, terms.recipient)
        sealed = self._identity(member, number) if form.with_identity else None
        today = local_day(self._now(), file.case.status.company.zone)
        prepared = Packing(self._store, file, sealed, form).prepared(terms, today)
        if consent is not None:
            consents.carry_out(
                self._store, member.person_id, number, consent, self._now(), with_identity=form.with_identity
            )
        self._write_down(member, number, form, terms, consent)
        return prepared

    def _terms(self, form: ExportForm) -> Handover:
        names = [company.name for company in registry.companies(self._store, self._now())]
        return check_handover(
            form.kind, form.recipient, form.ground,
            outside_eea=form.outside_eea, safeguard=form.safeguard, companies=names,
        )  # fmt: skip

    def _identity(self, member: Member, number: str) -> CaseFile:
        """Content and identity of a case, for whom they may leave by. Raises `RuleRefused("no_approval")`."""
        if not exports.may_open_identity(self._store, member.person_id, number, self._now()):
            raise RuleRefused("no_approval", "A custodian has to approve first.")
        place = (self._store, member.person_id, number, self._now())
        opened = custody.open_case(*place, to_hand_over=True)
        return CaseFile(opened, member.pair)

    def _write_down(
        self, member: Member, number: str, form: ExportForm, terms: Handover, consent: bytes | None
    ) -> None:
        new = exports.NewExport(terms.kind, form.with_notes, form.with_identity, consent)

        def seal(_file: CaseFile, draft: Draft) -> None:
            draft.record(
                Compartment.INTERNAL, RECORD, recipient=terms.recipient, kind=str(terms.kind),
                ground=terms.ground, safeguard=terms.safeguard, with_notes=form.with_notes,
                with_identity=form.with_identity,
            )  # fmt: skip

        def store_it(addition: Addition) -> None:
            exports.note(self._store, member.person_id, number, new, addition, self._now())

        self._desk.write(member, number, seal, store_it)


class Packing:
    """What goes into the ZIP of one case."""

    def __init__(self, store: Store, file: CaseFile, sealed: CaseFile | None, form: ExportForm) -> None:
        self._store, self._file, self._sealed, self._form = store, file, sealed, form
        self._paths: dict[str, str] = {}

    def prepared(self, terms: Handover, today: date) -> Prepared:
        """Everything, verified; nothing of it is written down here."""
        files = self._files()
        content = self._records(self._file, Compartment.CONTENT)
        notes = self._records(self._file, Compartment.INTERNAL) if self._form.with_notes else []
        identity = self._records(self._sealed, Compartment.IDENTITY) if self._sealed else []
        whole = {"messages": content, "notes": notes, "identity": identity}
        case = Part.of("case.json", bundle.as_json({k: v for k, v in whole.items() if v}))
        shown = [tuple(self._written(one) for one in part) for part in (content, notes, identity)]
        return Prepared(
            self._file.case.status, today, terms,
            content=shown[0], notes=shown[1], identity=shown[2], parts=(case, *files),
        )  # fmt: skip

    def _records(self, file: CaseFile, compartment: Compartment) -> list[dict[str, Any]]:
        """The fields of each record; whom the reporter excluded is the handlers' to know."""
        left_out = set() if self._form.with_notes else {"excluded"}
        return [
            {name: value for name, value in _standing(file, record).items() if name not in left_out}
            for record in file.records(compartment)
            if record.fields["type"] not in _NOT_HANDED_ON
        ]

    def _files(self) -> list[Part]:
        """Every file, verified to its end; as it came where the identity goes along."""
        known = attachments.described(self._file.records(Compartment.CONTENT))
        originals = attachments.originals(self._sealed) if self._sealed else {}
        parts = []
        for position, file_id in enumerate(known, start=1):
            file = self._sealed if self._sealed and file_id in originals else self._file
            found = attachments.download(self._store, file, known | originals, file_id)
            path = f"files/{position:02d} {found.name}"
            self._paths[file_id] = path
            parts.append(Part(path, found.chunks))
        return parts

    def _written(self, fields: dict[str, Any]) -> Written:
        texts = [
            (name, redaction.plain(fields) if name == "text" else redaction.line(value))
            for name, value in fields.items()
            if name not in _FRAME and isinstance(value, str | int) and value not in ("", True, False)
        ]
        files = [self._paths[one["id"]] for one in fields.get("files", ()) if one.get("id") in self._paths]
        return Written(
            date.fromisoformat(fields["day"]), fields["by"], fields.get("author", ""), fields["type"],
            tuple(texts), tuple(files), redaction.pieces(fields) if redaction.FIELD in fields else (),
        )  # fmt: skip


def _consent(form: ExportForm) -> bytes | None:
    """The disclosure that was chosen. Raises `RuleRefused("no_consent")` where one is needed."""
    if not form.consent:
        if form.with_identity:
            raise RuleRefused("no_consent", "Nobody agreed to this.")
        return None
    try:
        return bytes.fromhex(form.consent)
    except ValueError:
        raise NotThere("there is no such disclosure") from None


def _require_named(file: CaseFile, consent: str, recipient: str) -> None:
    """A consent is for one named recipient (L5). Raises `RuleRefused("other_recipient")`."""
    if not consent:
        return
    named = {
        str(one.fields["recipient"]).casefold()
        for part in (Compartment.CONTENT, Compartment.INTERNAL)
        for one in file.records(part)
        if one.fields.get("consent") == consent and "recipient" in one.fields
    }
    if recipient.casefold() not in named:
        raise RuleRefused("other_recipient", "The disclosure names another recipient.")


def _standing(file: CaseFile, record: Any) -> dict[str, Any]:
    """The fields of a record without what was erased and cannot be taken out of it."""
    fields: dict[str, Any] = record.fields
    return attachments.standing_originals(file, fields) if fields["type"] == attachments.ORIGINALS else fields


def _is_export(record: Any) -> bool:
    return bool(record.fields["type"] == RECORD)


def _earlier(record: Any) -> Earlier:
    said = record.fields
    return Earlier(
        record.day, said.get("author", ""), said["kind"], said["recipient"], said["ground"],
        said.get("safeguard", ""), said["with_notes"], said["with_identity"],
    )  # fmt: skip

"""A report is sealed the moment it is received, to its reporter and to the people appointed for it."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from whistle.crypto.codes import CaseKey, case_key_from_form
from whistle.crypto.grants import seal_grant, seal_own_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, seal_json
from whistle.crypto.session import open_small, seal_small
from whistle.errors import NotAllowed, SealBroken
from whistle.parties.report_form import FormRefused, Problem, ReportForm, chosen_company, problems_of
from whistle.parties.sending import Sending
from whistle.parties.sessions import token_bytes
from whistle.parties.views import CompanyChoice, ExcludablePerson, Receipt
from whistle.rules.calendar import local_day
from whistle.rules.deadlines import Duty, duties_at_receipt
from whistle.rules.hints import Hint, file_name_hints, what_may_point_to_you
from whistle.rules.roles import MAY_BE_EXCLUDED
from whistle.rules.text import clean_text
from whistle.vault import intake, recovery, registry
from whistle.vault.facts import CaseStatus, CompanyFacts, NewCase, Recipient, SealedGrant, SealedRecord
from whistle.vault.store import Store

AGAIN_LABEL = b"whistle/v1/sent-again\0"

AGAIN_MINUTES = 15
"""How long a report that was just sent is known again when the browser comes back with a fresh form."""

EPOCH = 1
"""The epoch that every compartment of a case begins with."""


class NewReport(Sending):
    """A report under way: its case id and keys exist before the first byte of the first file.

    `said` are fields that its record carries beside the form's: how it came, and who entered it.
    """

    said: Mapping[str, str] = MappingProxyType({})

    def __init__(self, store: Store) -> None:
        self.case_id = new_object_id()
        self.identity = CompartmentKey.new(self.case_id, Compartment.IDENTITY, EPOCH)
        super().__init__(store, CompartmentKey.new(self.case_id, Compartment.CONTENT, EPOCH), self.identity)


@dataclass(frozen=True, slots=True)
class _Audience:
    """Who may read what of a report, once the reporter's wishes are heard."""

    content: tuple[Recipient, ...]
    identity: tuple[Recipient, ...]
    excluded: tuple[Recipient, ...]


class Submissions:
    """What happens before there is a case."""

    def __init__(self, store: Store, now: Callable[[], datetime], new_token: Callable[[], str]) -> None:
        self._store = store
        self._now = now
        self.new_nonce = new_token

    def companies(self) -> tuple[CompanyChoice, ...]:
        """The companies as the form lists them, with all of each who could read or decide, by function."""
        roles = tuple(sorted(MAY_BE_EXCLUDED))
        found = registry.audiences(self._store, roles, self._now())
        return tuple(
            CompanyChoice(c.code, c.name, c.country, c.open, tuple(_excludable(person) for person in people))
            for c, people in found
        )

    def start(self) -> NewReport:
        """Make room for a report; its files may arrive at once."""
        return NewReport(self._store)

    def problems(self, form: ReportForm) -> tuple[Problem, ...]:
        """Everything that keeps the form from being taken."""
        return self._problems(form, registry.companies(self._store, self._now()))

    def _problems(self, form: ReportForm, companies: tuple[CompanyFacts, ...]) -> tuple[Problem, ...]:
        return (*problems_of(form, companies), *self._unknown_people(form))

    def _unknown_people(self, form: ReportForm) -> tuple[Problem, ...]:
        """A box for somebody who is not there any more shuts out nobody, and the reporter relies on it."""
        if not form.exclude:
            return ()
        known = {one.ref for company in self.companies() for one in company.people}
        return () if known.issuperset(form.exclude) else (Problem("exclude", "unknown"),)

    def hints(self, form: ReportForm, file_names: Sequence[str]) -> list[Hint]:
        """What in the form may point to its writer; worked out for this page, kept nowhere."""
        fields = {"description": form.description, "meeting": form.meeting}
        return [*what_may_point_to_you(fields), *file_name_hints(file_names)]

    def submit(self, sending: NewReport, form: ReportForm, *, token: str, nonce: str) -> Receipt:
        """Seal and store the report; the same form sent again leads to the same case and the same key.

        `token` is the browser's cookie, `nonce` the form's hidden field: both make the case key, so that
        neither the disk nor a form planted by somebody else holds it. Raises `SealBroken`, `FormRefused`.
        """
        companies = registry.companies(self._store, self._now())
        found = self._problems(form, companies)
        if found:
            raise FormRefused(found)
        case_key = case_key_from_form(token_bytes(token), token_bytes(nonce))
        company = chosen_company(form.company, companies)
        assert company is not None  # noqa: S101 (_problems() said so)
        today = local_day(self._now(), company.zone)
        try:
            new = self._seal(sending, form, company, case_key, today)
            status, again = intake.receive(self._store, new, self._now())
        except NotAllowed:
            # A designation ended between sealing and storing: seal it once more, to those who are left.
            new = self._seal(sending, form, company, case_key, today)
            status, again = intake.receive(self._store, new, self._now())
        if again:
            self.add_what_is_new(case_key, form, sending)
        sending.taken()
        return _receipt(case_key, status, again=again)

    def add_what_is_new(self, case_key: CaseKey, form: ReportForm, sending: NewReport) -> None:
        """Called when a form arrives again: what it says that the case does not is not lost."""
        del case_key, form
        sending.abandon()

    def remember(self, form: ReportForm, *, token: str, nonce: str, minute: int) -> str:
        """What the browser keeps of a report it sent, so that Back and a fresh form lead to the same case.

        Sealed under the browser's token and this run's key: neither side's disk alone opens it.
        """
        content = {"nonce": nonce, "digest": _digest(form), "minute": minute}
        sealed = seal_small(self._again_secret(token), AGAIN_LABEL, json.dumps(content).encode())
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def recall(self, form: ReportForm, *, token: str, kept: str, minute: int) -> str | None:
        """The nonce of the same report sent just now by this browser, or None. `minute` is Unix time / 60."""
        try:
            sealed = base64.urlsafe_b64decode(kept.encode("ascii", "replace") + b"==")
            content = json.loads(open_small(self._again_secret(token), AGAIN_LABEL, sealed))
        except (SealBroken, ValueError):
            return None
        fresh = 0 <= minute - content["minute"] <= AGAIN_MINUTES
        return str(content["nonce"]) if fresh and content["digest"] == _digest(form) else None

    def _again_secret(self, token: str) -> bytes:
        return token_bytes(token) + self._store.keys.run

    def _seal(
        self, sending: NewReport, form: ReportForm, company: CompanyFacts, case_key: CaseKey, today: date
    ) -> NewCase:
        audience = self._audience(company, form.exclude)
        pair = KeyPair.from_seed(case_key.reporter_seed)
        records = (_report(sending, form, audience, today), *_identity(sending, form, today))
        return NewCase(
            case_id=sending.case_id,
            company_code=company.code,
            locator_hash=case_key.locator_hash,
            reporter_key=pair.public_key,
            acknowledgement_waived=form.no_acknowledgement,
            meeting_wanted=bool(form.meeting.strip()),
            grants=_grants(sending, pair, audience),
            records=records,
            blobs=sending.blobs(),
            excluded=tuple(person.person_id for person in audience.excluded),
        )

    def _audience(self, company: CompanyFacts, exclude: tuple[str, ...]) -> _Audience:
        people = registry.audience(self._store, company.code, tuple(sorted(MAY_BE_EXCLUDED)), self._now())
        out = {person.person_id for person in people if reference(person) in exclude}

        def left(role: str) -> tuple[Recipient, ...]:
            return tuple(p for p in people if p.role == role and p.person_id not in out)

        readers = left("handler") or left("deputy")  # L6: if there is nobody, the case waits sealed
        opening = left("custodian") if any(p.role == "custodian" for p in people) else readers
        spare = recovery.holder(self._store.keys)
        kept = () if spare is None else (spare,)
        excluded = tuple(p for p in people if p.person_id in out)
        return _Audience((*readers, *kept), (*opening, *kept), excluded)


def _digest(form: ReportForm) -> str:
    """What two sendings of one form have in common, whatever became of the files."""
    return sha256(json.dumps(asdict(form), sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def reference(person: Recipient) -> str:
    """What the form sends for a person: their key's id, which says nothing to anybody else."""
    return person.key_id.hex()


def _excluded(person: Recipient) -> dict[str, str]:
    return {
        "ref": reference(person),
        "role": person.role,
        "function": person.function,
        "name": person.name,
    }


def _excludable(person: Recipient) -> ExcludablePerson:
    return ExcludablePerson(reference(person), person.role, person.function)


def _grants(sending: NewReport, pair: KeyPair, audience: _Audience) -> tuple[SealedGrant, ...]:
    own = [
        SealedGrant(sending.case_id, seal_own_grant(pair.seed, pair.key_id, key))
        for key in (sending.key, sending.identity)
    ]
    content = [SealedGrant(p.person_id, seal_grant(p.public_key, sending.key)) for p in audience.content]
    identity = [
        SealedGrant(p.person_id, seal_grant(p.public_key, sending.identity)) for p in audience.identity
    ]
    return (*own, *content, *identity)


def _report(sending: NewReport, form: ReportForm, audience: _Audience, today: date) -> SealedRecord:
    body: dict[str, Any] = {
        "type": "report", "n": 1, "by": "reporter", "day": today.isoformat(),
        "text": clean_text(form.description).strip(), "category": form.category, "relation": form.relation,
        "meeting": clean_text(form.meeting).strip(),
        "excluded": [_excluded(person) for person in audience.excluded],
        "identity_given": _says_who(form), "files": sending.described(), **sending.said,
    }  # fmt: skip
    return SealedRecord(Compartment.CONTENT, 1, seal_json(sending.key, new_object_id(), body))


def _identity(sending: NewReport, form: ReportForm, today: date) -> tuple[SealedRecord, ...]:
    """There is one from the start, of the same size, also when nobody said who they are.

    A second names the originals of files of which handlers get a cleaned copy.
    """
    bodies = [identity_fields(1, today, form.identity_name, form.identity_contact)]
    if originals := sending.originals():
        said = {"type": "originals", "n": 2, "by": "reporter", "day": today.isoformat(), "files": originals}
        bodies.append(said)
    return tuple(
        SealedRecord(
            Compartment.IDENTITY,
            body["n"],
            seal_json(sending.identity, new_object_id(), body, mixed_with=sending.key),
        )
        for body in bodies
    )


def identity_fields(n: int, today: date, name: str, contact: str) -> dict[str, Any]:
    """The body of an identity record."""
    return {
        "type": "identity", "n": n, "by": "reporter", "day": today.isoformat(),
        "name": clean_text(name).strip(), "contact": clean_text(contact).strip(),
    }  # fmt: skip


def _says_who(form: ReportForm) -> bool:
    return bool(form.identity_name.strip() or form.identity_contact.strip())


def _receipt(case_key: CaseKey, status: CaseStatus, *, again: bool) -> Receipt:
    duties: dict[str, Duty] = {
        duty.kind: duty
        for duty in duties_at_receipt(
            status.received_on,
            status.company.country,
            acknowledgement_waived=status.acknowledgement_waived,
            meeting=status.meeting_wanted,
        )
    }
    return Receipt(
        case_key=None if status.key_kept else case_key.text,
        number=status.number,
        company_name=status.company.name,
        received_on=status.received_on,
        acknowledgement=duties.get("acknowledgement"),
        feedback=duties["feedback"],
        again=again,
    )

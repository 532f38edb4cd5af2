"""A privacy request is sealed the moment it is received, to whoever asks and to the company's officers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from whistle.crypto.codes import CaseKey, case_key_from_form
from whistle.crypto.grants import seal_grant, seal_own_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import NotAllowed
from whistle.parties import request_again, request_codes
from whistle.parties.report_form import UNSURE, FormRefused, Problem
from whistle.parties.request_form import RequestForm, chosen, problems_of
from whistle.parties.request_views import AnsweringCompany, RequestReceipt
from whistle.parties.sending import Sending
from whistle.parties.sessions import token_bytes
from whistle.parties.submission import EPOCH
from whistle.rules.calendar import local_day
from whistle.rules.policy_codes import Right
from whistle.rules.request_way import is_copied
from whistle.rules.text import clean_text
from whistle.vault import recovery, request_list, requests
from whistle.vault.facts import CompanyFacts, NewCase, Recipient, SealedGrant, SealedRecord
from whistle.vault.requests import NewRequest, RequestStatus
from whistle.vault.store import Store

Answering = tuple[tuple[CompanyFacts, tuple[Recipient, ...]], ...]
"""Every company, the parent first, with whoever answers there."""


class NewRequestSending(Sending):
    """A request under way: its case id and keys exist before the first byte of the first file.

    Nothing is cleaned: who asks is known to whoever answers, and sends what they want to be seen.
    """

    def __init__(self, store: Store) -> None:
        self.case_id = new_object_id()
        self.identity = CompartmentKey.new(self.case_id, Compartment.IDENTITY, EPOCH)
        super().__init__(store, CompartmentKey.new(self.case_id, Compartment.CONTENT, EPOCH))


class Requests:
    """What happens before there is a request."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        machine: Callable[[], datetime],
        new_token: Callable[[], str],
        *,
        sends_mail: bool,
    ) -> None:
        """`sends_mail`: a mail server is set, so that a code can reach an address."""
        self._store, self._now, self._machine = store, now, machine
        self.new_nonce = new_token
        self.sends_mail = sends_mail

    def companies(self) -> tuple[AnsweringCompany, ...]:
        """The companies as the form lists them, in the order of the site file: the parent first."""
        return tuple(
            AnsweringCompany(one.code, one.name, one.country, bool(people))
            for one, people in self._answering()
        )

    def start(self) -> NewRequestSending:
        """Make room for a request; its files may arrive at once."""
        return NewRequestSending(self._store)

    def problems(self, form: RequestForm) -> tuple[Problem, ...]:
        """Everything that keeps the form from being taken."""
        return _problems(form, self._answering())

    def submit(
        self, sending: NewRequestSending, form: RequestForm, *, token: str, nonce: str, language: str
    ) -> RequestReceipt:
        """Seal and store the request; the same form sent again leads to the same request and the same key.

        Raises `SealBroken` for a form that is not ours, `FormRefused`.
        """
        case_key = case_key_from_form(token_bytes(token), token_bytes(nonce))
        answering = self._answering()
        found = _problems(form, answering)
        if found:
            raise FormRefused(found)
        company = chosen(form.company, tuple(one for one, _people in answering))
        assert company is not None  # noqa: S101 (there was no problem with it)
        new = self._seal(sending, form, company, case_key, language)
        try:
            status, again = requests.receive(self._store, new, self._now())
        except NotAllowed:
            # A designation ended between sealing and storing: seal it once more, to those who are left.
            new = replace(self._seal(sending, form, company, case_key, language), mail=new.mail)
            status, again = requests.receive(self._store, new, self._now())
        differs: tuple[str, ...] = ()
        if again:
            differs = request_again.not_kept(self._store, case_key, form, sending, self._now())
            sending.abandon()
        sending.taken()
        return _receipt(case_key, status, differs, again=again)

    def _answering(self) -> Answering:
        return request_list.answering(self._store, self._now())

    def _seal(
        self,
        sending: NewRequestSending,
        form: RequestForm,
        company: CompanyFacts,
        case_key: CaseKey,
        language: str,
    ) -> NewRequest:
        officers = next(people for one, people in self._answering() if one.id == company.id)
        spare = recovery.holder(self._store.keys)
        pair = KeyPair.from_seed(case_key.reporter_seed)
        today = local_day(self._now(), company.zone)
        case = NewCase(
            case_id=sending.case_id,
            company_code=company.code,
            locator_hash=case_key.locator_hash,
            reporter_key=pair.public_key,
            acknowledgement_waived=True,
            meeting_wanted=False,
            grants=_grants(sending, pair, (*officers, *(() if spare is None else (spare,)))),
            records=(_request(sending, form, today, language), _identity(sending, form, today)),
            blobs=sending.blobs(),
        )
        address = form.email.strip()
        mailed = bool(address) and self.sends_mail
        mail = self._letter(sending.case_id, address, language) if mailed else None
        # Without a letter there is no code to wait for: the officer asks in another way who it is.
        return NewRequest(case, Right.CHILD in form.rights, is_copied(form.rights), mail is not None, mail)

    def _letter(self, case_id: bytes, address: str, language: str) -> bytes | None:
        """The letter with the first code; None while this address had enough of them."""
        if not request_codes.may_send(self._store, address, int(self._machine().timestamp())):
            return None
        return request_codes.sealed_letter(self._store.keys, case_id, 1, address, language)


def _problems(form: RequestForm, answering: Answering) -> tuple[Problem, ...]:
    answered = frozenset(one.code for one, people in answering if people)
    return problems_of(form, tuple(one for one, _people in answering), answered)


def _grants(
    sending: NewRequestSending, pair: KeyPair, people: tuple[Recipient, ...]
) -> tuple[SealedGrant, ...]:
    keys = (sending.key, sending.identity)
    own = [SealedGrant(sending.case_id, seal_own_grant(pair.seed, pair.key_id, key)) for key in keys]
    given = [SealedGrant(one.person_id, seal_grant(one.public_key, key)) for one in people for key in keys]
    return (*own, *given)


def _request(sending: NewRequestSending, form: RequestForm, today: date, language: str) -> SealedRecord:
    body: dict[str, Any] = {
        "type": "request", "n": 1, "by": "reporter", "day": today.isoformat(),
        "text": clean_text(form.details).strip(), "rights": list(form.rights),
        "categories": list(form.categories), "unsure": form.company == UNSURE, "language": language,
        "files": sending.described(),
    }  # fmt: skip
    return SealedRecord(Compartment.CONTENT, 1, seal_json(sending.key, new_object_id(), body))


def _identity(sending: NewRequestSending, form: RequestForm, today: date) -> SealedRecord:
    body = identity_fields(1, today, form.name, form.email)
    sealed = seal_json(sending.identity, new_object_id(), body, mixed_with=sending.key)
    return SealedRecord(Compartment.IDENTITY, 1, sealed)


def identity_fields(n: int, today: date, name: str, email: str) -> dict[str, Any]:
    """The body of the record that says who asks."""
    return {
        "type": "identity", "n": n, "by": "reporter", "day": today.isoformat(),
        "name": clean_text(name).strip(), "email": email.strip(),
    }  # fmt: skip


def _receipt(
    case_key: CaseKey, status: RequestStatus, not_kept: tuple[str, ...], *, again: bool
) -> RequestReceipt:
    case = status.case
    return RequestReceipt(
        None if case.key_kept else case_key.text, case.number, case.company.name, case.received_on,
        status.due_on, status.last_legal_day, status.mail == requests.QUEUED, again, not_kept,
    )  # fmt: skip

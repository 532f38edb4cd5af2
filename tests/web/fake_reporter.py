"""A reporter's party in memory that keeps the real promises: same form, same key; nothing without the key."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from tests.web.fake_sessions import FakeSessions, raw
from whistle.crypto.codes import CaseKey, candidates, case_key_from_form
from whistle.errors import NotThere, SealBroken, TooLarge
from whistle.parties.report_form import (
    FormRefused,
    Problem,
    ReportForm,
    chosen_company,
    problems_of,
    text_problems,
)
from whistle.parties.sending import Uncleaned
from whistle.parties.views import (
    CompanyChoice,
    Download,
    Entry,
    ExcludablePerson,
    FileView,
    MailboxCase,
    Receipt,
)
from whistle.rules.deadlines import duties_at_receipt
from whistle.rules.hints import Hint, file_name_hints, what_may_point_to_you
from whistle.vault.facts import CompanyFacts

TODAY = date(2026, 5, 14)


def company(
    number: int, code: str, name: str, zone: str, contact: str, *, opened: bool = True
) -> CompanyFacts:
    return CompanyFacts(
        id=bytes([number]) * 16,
        code=code,
        name=name,
        country=code[-2:].upper(),
        zone=zone,
        contact=contact,
        meeting="Ask at the reception for a meeting about the channel" if number == 1 else "",
        retention_months=24,
        open=opened,
    )


COMPANIES = (
    company(1, "nordvakt-se", "Nordvakt AB", "Europe/Stockholm", "08-123 45 00, ask for A. Lind"),
    company(2, "nordvakt-no", "Nordvakt Norge AS", "Europe/Oslo", "22 00 00 00"),
    company(3, "nordvakt-fi", "Nordvakt Oy", "Europe/Helsinki", "", opened=False),
)
PEOPLE = {
    "nordvakt-se": (
        ExcludablePerson("aa01", "handler", "Head of internal audit"),
        ExcludablePerson("aa02", "handler", "HR director"),
        ExcludablePerson("aa03", "custodian", "Chair of the board"),
    ),
    "nordvakt-no": (ExcludablePerson("bb01", "handler", "Compliance"),),
    "nordvakt-fi": (),
}


@dataclass
class FakeSink:
    name: str
    limit: int | None
    data: bytearray = field(default_factory=bytearray)
    whole: bool = False
    gone: bool = False

    def write(self, data: bytes | memoryview) -> None:
        if self.limit is not None and len(self.data) + len(data) > self.limit:
            raise TooLarge(self.name, self.limit)
        self.data += bytes(data)

    def finish(self) -> None:
        self.whole = True

    def abort(self) -> None:
        self.gone = True


@dataclass
class FakeSending:
    sinks: list[FakeSink] = field(default_factory=list)
    abandoned: bool = False
    taken: bool = False
    unclean: tuple[Uncleaned, ...] = ()

    def uncleaned(self, _told: object = ()) -> tuple[Uncleaned, ...]:
        return self.unclean

    def open_file(self, filename: str, content_type: str) -> FakeSink:
        del content_type
        self.sinks.append(FakeSink(filename, None))
        return self.sinks[-1]

    def abandon(self) -> None:
        assert not self.taken, "what was handed over must not be thrown away"
        self.abandoned = True


@dataclass
class FakeCase:
    form: ReportForm
    number: str
    entries: list[Entry]
    contents: dict[str, bytes]
    changes: dict[str, Any] = field(default_factory=dict)
    kept: bool = False
    identity: tuple[str, str] | None = None


@dataclass
class FakeReporter:
    """Cases found by their key only. `sendings` remembers every sending, so that tests see its end."""

    cases: dict[bytes, FakeCase] = field(default_factory=dict)
    sendings: list[FakeSending] = field(default_factory=list)
    listed: tuple[CompanyFacts, ...] = COMPANIES
    fault: Exception | None = None

    def companies(self) -> tuple[CompanyChoice, ...]:
        return tuple(CompanyChoice(c.code, c.name, c.country, c.open, PEOPLE[c.code]) for c in self.listed)

    def new_nonce(self) -> str:
        return FakeSessions().new_token()

    def start(self) -> FakeSending:
        self.sendings.append(FakeSending())
        return self.sendings[-1]

    def remember(self, form: ReportForm, *, token: str, nonce: str, minute: int) -> str:
        return ".".join((nonce, sha256(f"{form}{token}".encode("utf-8", "replace")).hexdigest(), str(minute)))

    def recall(self, form: ReportForm, *, token: str, kept: str, minute: int) -> str | None:
        nonce = kept.partition(".")[0]
        return nonce if kept == self.remember(form, token=token, nonce=nonce, minute=minute) else None

    def problems(self, form: ReportForm) -> tuple[Problem, ...]:
        known = {one.ref for people in PEOPLE.values() for one in people}
        unknown = () if known.issuperset(form.exclude) else (Problem("exclude", "unknown"),)
        return (*problems_of(form, self.listed), *unknown)

    def hints(self, form: ReportForm, names: Sequence[str]) -> list[Hint]:
        return [*what_may_point_to_you({"description": form.description}), *file_name_hints(names)]

    def submit(self, sending: FakeSending, form: ReportForm, *, token: str, nonce: str) -> Receipt:
        if self.fault:
            raise self.fault
        if found := self.problems(form):
            raise FormRefused(found)
        if not FakeSessions().looks_like_token(nonce):
            raise SealBroken("not a nonce")
        key = case_key_from_form(raw(token), raw(nonce))
        again = key.secret in self.cases
        if not again:
            self.cases[key.secret] = self._new(sending, form, len(self.cases))
        sending.taken = True
        case = self.cases[key.secret]
        company = chosen_company(form.company, self.listed)
        assert company is not None
        duties = {
            duty.kind: duty
            for duty in duties_at_receipt(
                TODAY,
                company.country,
                acknowledgement_waived=form.no_acknowledgement,
                meeting=bool(form.meeting),
            )
        }
        shown = None if case.kept else key.text
        return Receipt(
            shown, case.number, company.name, TODAY, duties.get("acknowledgement"), duties["feedback"], again
        )

    def enter(self, text: str) -> Any:
        possible = candidates(text)
        if not possible:
            raise SealBroken("mistyped")
        for key in possible:
            if key.secret in self.cases:
                self.cases[key.secret].kept = True
                return SimpleNamespace(secret=key.secret, repaired=key is not possible[0])
        CaseKey.parse(text)
        raise NotThere("unknown")

    def open(self, secret: bytes) -> MailboxCase:
        case = self._case(secret)
        company = chosen_company(case.form.company, self.listed)
        assert company is not None
        duties = {
            duty.kind: duty
            for duty in duties_at_receipt(TODAY, company.country, acknowledgement_waived=False, meeting=False)
        }
        view = MailboxCase(
            number=case.number,
            company_code=company.code,
            company_name=company.name,
            country=company.country,
            state="received",
            received_on=TODAY,
            acknowledged_on=None,
            feedback_on=None,
            closed_on=None,
            purge_on=None,
            past_day=False,
            days_to_purge=None,
            held=False,
            next_duty=duties["acknowledgement"],
            feedback_due=duties["feedback"],
            entries=tuple(case.entries),
            new_entries=sum(entry.new for entry in case.entries),
            identity_given_on=TODAY if case.identity else None,
            files=tuple(one for entry in case.entries for one in entry.files),
        )
        return replace(view, **case.changes)

    def writing(self, secret: bytes) -> FakeSending:
        self._case(secret)
        return self.start()

    def message(self, secret: bytes, sending: FakeSending, text: str) -> None:
        found = text_problems("message", text, 100_000, required=not sending.sinks)
        if found:
            raise FormRefused(tuple(found))
        sending.taken = True
        self._say(self._case(secret), "reporter", text, sending)

    def identify(self, secret: bytes, name: str, contact: str) -> None:
        if not (name or contact).strip():
            raise FormRefused((Problem("identity_name", "missing"),))
        self._case(secret).identity = (name, contact)

    def file(self, secret: bytes, file_id: str) -> Download:
        case = self._case(secret)
        view = next((f for e in case.entries for f in e.files if f.id == file_id), None)
        if view is None:
            raise NotThere("no such file")
        return Download(view.name, view.media_type, view.size, lambda: iter([case.contents[file_id]]))

    def everything(self, secret: bytes) -> Iterator[bytes]:
        self._case(secret)
        return iter([b"PK", b"archive"])

    def _case(self, secret: bytes) -> FakeCase:
        if secret not in self.cases:
            raise NotThere("gone")
        return self.cases[secret]

    def _new(self, sending: FakeSending, form: ReportForm, count: int) -> FakeCase:
        case = FakeCase(form, f"W-7KQ4-M2X{count % 10}", [], {})
        self._say(case, "reporter", form.description, sending)
        return case

    def _say(self, case: FakeCase, who: str, text: str, sending: FakeSending | None = None) -> None:
        views = []
        for sink in sending.sinks if sending else []:
            file_id = secrets.token_hex(16)
            case.contents[file_id] = bytes(sink.data)
            views.append(FileView(file_id, sink.name, "image/jpeg", len(sink.data)))
        case.entries.append(
            Entry(len(case.entries) + 1, who, "", "message", TODAY, text, tuple(views), who != "reporter")
        )

    def answer(self, secret: bytes, text: str) -> None:
        """A handler writes."""
        self._say(self._case(secret), "handler", text)

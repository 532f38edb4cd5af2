"""Legal: holds and their reasons, sealed to legal's own keys; never a word of a case."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from whistle.errors import NotThere, RuleRefused
from whistle.parties import citations
from whistle.parties.holding import Holding
from whistle.parties.legal_pages import LegalPages
from whistle.parties.legal_views import CertificateView, HoldView, LegalCase, LegalDesk
from whistle.parties.member import Member, require_fresh
from whistle.parties.report_form import LINE_LIMIT, checked_text
from whistle.rules.calendar import local_day
from whistle.rules.holds import check_hold
from whistle.rules.text import clean_text
from whistle.vault import hold_list, holds, purge, registry
from whistle.vault.facts import CaseStatus
from whistle.vault.store import Store

HORIZON_DAYS = 90
"""How far ahead legal sees what will be purged."""

SHOWN = 50
"""Holds on legal's first page, those first whose review comes first; all of them have a page of their own."""


class Legal:
    """What legal does. Every method raises `NotThere` for a case of a company the member does not serve.

    `holding`: what is done with many cases at once, reviews and colleagues. `pages`: what is looked through.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self.holding = Holding(store, now)
        self.pages = LegalPages(store, now, self.holding)

    def desk(self, member: Member) -> LegalDesk:
        """What will be purged soon, the holds, what they say, what waits, and what was purged."""
        served = registry.served(self._store, member.person_id, "legal", self._now())
        if not served:
            raise NotThere("there is no such page")
        ids = [company.id for company in served]
        today = local_day(self._now(), served[0].zone)
        standing = self._holds(member, ids, today, hold_list.Sought(standing=True, most=SHOWN + 1))
        released = self._holds(member, ids, today, hold_list.Sought(standing=False, most=SHOWN))
        until = today + timedelta(days=HORIZON_DAYS)
        upcoming = holds.upcoming(self._store, member.person_id, ids, until, self._now())
        return LegalDesk(
            upcoming=tuple(_case(status, held=held) for status, held in upcoming),
            holds=standing[:SHOWN],
            released=released,
            certificates=tuple(
                certificate_view(fields)
                for fields in purge.certificates_of(self._store, member.person_id, ids, self._now())
            ),
            today=today,
            more_holds=len(standing) > SHOWN,
            asks=self.holding.asks(member),
            colleagues=self.holding.colleagues(member),
        )

    def case(self, member: Member, number: str) -> LegalCase:
        """A case as number, company, state and dates. Raises `Gone` after its purge."""
        status, held = holds.legal_case(self._store, member.person_id, number, self._now())
        return _case(status, held=held)

    def holds_of(self, member: Member, number: str) -> tuple[HoldView, ...]:
        """The holds in force on a case."""
        ids, today = self._served(member)
        return self._holds(member, ids, today, hold_list.Sought(number=number, standing=True))

    def hold(self, member: Member, hold_id: str) -> tuple[HoldView, date]:
        """A hold in force, and today where its company is."""
        found = self._one(member, hold_id)
        today = local_day(self._now(), found.status.company.zone)
        if found.released_on is not None:
            raise NotThere("the hold was released")
        return citations.hold_view(member, found, today), today

    def has_second(self, member: Member, hold_id: str) -> bool:
        """Whether a colleague of legal could confirm the release of a hold. Raises `NotThere`."""
        found = self._one(member, hold_id)
        return hold_list.has_second(self._store, member.person_id, found.id, self._now())

    def place(
        self, member: Member, number: str, ground: str, citation: str, note: str, review_on: str
    ) -> str:
        """Place a hold; returns its id. `RuleRefused` has the reasons of `rules.holds.check_hold`."""
        status, _held = holds.legal_case(self._store, member.person_id, number, self._now())
        today = local_day(self._now(), status.company.zone)
        terms = check_hold(ground, citation, review_on, today)
        people = registry.audience(self._store, status.company.code, ("legal",), self._now())
        new = citations.sealed_hold(member, status, terms, clean_text(note, LINE_LIMIT), people)
        return holds.place(self._store, member.person_id, number, new, self._now()).hex()

    def release(self, member: Member, hold_id: str, reason: str) -> bool:
        """Release a hold; False when a second person has to confirm it. Raises `StepUpNeeded`."""
        found = self._one(member, hold_id)
        require_fresh(member)
        if not reason.strip():
            raise RuleRefused("reason_empty", "Say why the hold ends.")
        said = checked_text("reason", reason)
        sealed = citations.sealed_reason(member, found, "release", self._now().date(), said)
        return holds.release(self._store, member.person_id, found.id, sealed, self._now())

    def confirm_release(self, member: Member, hold_id: str, seen: str = "") -> None:
        """Agree to a release that a colleague asked for. Raises `StepUpNeeded`.

        `seen`: `HoldView.release_seen` of the page that was read; another reason since is a `Conflict`.
        """
        found = self._one(member, hold_id)
        require_fresh(member)
        read = citations.from_hex(seen) if seen else None
        holds.confirm_release(self._store, member.person_id, found.id, self._now(), seen=read)

    def withdraw_release(self, member: Member, hold_id: str) -> None:
        """Take back the question whether a hold is released; it stands. Raises `Conflict` when none waits."""
        found = self._one(member, hold_id)
        holds.withdraw_release(self._store, member.person_id, found.id, self._now())

    def _served(self, member: Member) -> tuple[list[bytes], date]:
        served = registry.served(self._store, member.person_id, "legal", self._now())
        if not served:
            raise NotThere("there is no such page")
        return [company.id for company in served], local_day(self._now(), served[0].zone)

    def _holds(
        self, member: Member, ids: list[bytes], today: date, sought: hold_list.Sought
    ) -> tuple[HoldView, ...]:
        found = hold_list.of_companies(self._store, member.person_id, ids, self._now(), sought)
        return tuple(citations.hold_view(member, hold, today) for hold in found)

    def _one(self, member: Member, hold_id: str) -> hold_list.StoredHold:
        ids, _today = self._served(member)
        sought = hold_list.Sought(hold=citations.from_hex(hold_id))
        for hold in hold_list.of_companies(self._store, member.person_id, ids, self._now(), sought):
            return hold
        raise NotThere("there is no such hold")


def _case(status: CaseStatus, *, held: bool) -> LegalCase:
    return LegalCase(
        status.number,
        status.company.name,
        status.state,
        status.received_on,
        status.closed_on,
        status.purge_on,
        held,
    )


def certificate_view(fields: dict[str, object]) -> CertificateView:
    """What a certificate says."""
    destroyed = fields["destroyed"]
    assert isinstance(destroyed, dict)  # noqa: S101 (purge writes it so)
    days = [date.fromisoformat(str(fields[name])) for name in ("closed_on", "due_on", "purged_on")]
    return CertificateView(
        str(fields["case"]), str(fields["company_name"]), days[0], days[1], days[2],
        int(destroyed["records"]), int(destroyed["blobs"]), int(str(fields["ledger_seq"])),
    )  # fmt: skip

"""A report that came by telephone, letter or at a meeting is entered by a handler, for whoever made it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from whistle.errors import NotThere
from whistle.parties.member import Member
from whistle.parties.report_form import FormRefused, Problem, ReportForm
from whistle.parties.reporter import Reporter
from whistle.parties.submission import NewReport
from whistle.parties.views import CompanyChoice, Receipt
from whistle.parties.work import YES, typed_day
from whistle.rules.calendar import local_day
from whistle.rules.triage import load_lists
from whistle.vault import registry
from whistle.vault import work as vault
from whistle.vault.store import Store


@dataclass(frozen=True, slots=True)
class Told:
    """How a report came: a code of the rules' list, and the day (empty: today).

    `recording_agreed`: whoever is heard or seen in a recording agreed that it is kept (2021:890 8:2).
    """

    came_by: str
    received_on: str = ""
    recording_agreed: bool = False


class OnBehalf:
    """What a handler does for somebody who does not write themselves."""

    def __init__(self, reporter: Reporter, store: Store, now: Callable[[], datetime]) -> None:
        self._reporter = reporter
        self._store = store
        self._now = now

    def companies(self, member: Member) -> tuple[CompanyChoice, ...]:
        """The companies this member handles cases of, with all of each who could be kept out of a report."""
        mine = {c.code for c in registry.served(self._store, member.person_id, "handler", self._now())}
        return tuple(choice for choice in self._reporter.companies() if choice.code in mine)

    def start(self) -> NewReport:
        """Make room for a report; its files may arrive at once."""
        return self._reporter.start()

    def new_nonce(self) -> str:
        """A number for a fresh form: sent twice with it, the form makes one case."""
        return self._reporter.new_nonce()

    def problems(self, member: Member, form: ReportForm, told: Told) -> tuple[Problem, ...]:
        """Everything that keeps the form from being taken."""
        offered = {choice.code: choice for choice in self.companies(member)}
        found = [one for one in self._reporter.problems(form) if one.field != "company"]
        if form.company not in offered:
            found.insert(0, Problem("company", "unknown" if form.company else "missing"))
        elif not offered[form.company].open:
            found.insert(0, Problem("company", "closed"))
        if told.came_by not in {choice.code for choice in load_lists()["came_by"]}:
            found.append(Problem("came_by", "unknown" if told.came_by else "missing"))
        found += self._day(form, told)
        if member.pair.key_id.hex() in form.exclude:
            found.append(Problem("exclude", "exclude_self"))
        return tuple(found)

    def _day(self, form: ReportForm, told: Told) -> list[Problem]:
        """A report is entered on the day it came: the periods of law run from then."""
        company = next(
            (c for c in registry.companies(self._store, self._now()) if c.code == form.company), None
        )
        if company is None:
            return []
        try:
            day = typed_day("received_on", told.received_on)
        except FormRefused as refused:
            return list(refused.problems)
        today = local_day(self._now(), company.zone)
        return [] if day in (None, today) else [Problem("received_on", "received_today")]

    def enter(
        self, member: Member, sending: NewReport, form: ReportForm, told: Told, *, token: str, nonce: str
    ) -> Receipt:
        """Seal and store the report as if its reporter had sent it; the receipt carries their key.

        The same form sent twice makes one case. Raises `FormRefused`, `NotThere`, `SealBroken`.
        """
        if not member.has("handler"):
            raise NotThere("this is a handler's to do")
        found, recorded = self.problems(member, form, told), sending.has_recording()
        if recorded and not told.recording_agreed:
            found += (Problem("recording_agreed", "recording_agreed"),)
        if found:
            raise FormRefused(found)
        agreed = {"recording_agreed": YES} if recorded else {}
        sending.said = {"on_behalf": told.came_by, "entered_by": member.name, **agreed}
        receipt = self._reporter.submit(sending, form, token=token, nonce=nonce)
        if not receipt.again:
            vault.note_entered(self._store, member.person_id, receipt.number, told.came_by, self._now())
        return receipt

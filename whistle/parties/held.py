"""A held case past its day at the desk: why it stands, and how a handler opens it to read or hand it over."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id
from whistle.errors import NotThere, RuleRefused
from whistle.parties import attachments, desk_view, sealed_to_legal
from whistle.parties.casefile import CaseFile
from whistle.parties.circle import GRANTED
from whistle.parties.desk_work import tried
from whistle.parties.export import ExportForm, Packing, Prepared, unseen_links
from whistle.parties.held_views import HeldPage, KeptHold
from whistle.parties.member import Member, require_fresh
from whistle.parties.report_form import FormRefused, Problem, checked_text
from whistle.parties.views import Download
from whistle.rules.calendar import local_day
from whistle.rules.handover import Kind, check_handover
from whistle.vault import desk, held_openings, leaving, registry
from whistle.vault.around import Person
from whistle.vault.facts import CaseStatus, SealedGrant
from whistle.vault.store import Store


class HeldDesk:
    """What is left to do with a held case past its day. All of it raises `NotThere` for somebody else's."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def page(self, member: Member, number: str) -> HeldPage:
        """The case as it may be shown today. `NotThere` while its day has not come, or nothing holds it."""
        holds = held_openings.holds_of(self._store, member.person_id, number, self._now())
        if not holds:
            raise NotThere("there is no held case past its day of this number")
        closed = desk.open_case(self._store, member.person_id, number, self._now())
        status = closed.status
        file = self._opened(member, number)
        colleagues = () if file is None else self._colleagues(member, number)
        return HeldPage(
            status.number, status.company.name, status.received_on, status.closed_on, status.purge_on,
            closed.closings,
            tuple(KeptHold(one.id.hex(), one.ground, one.placed_on, one.review_on) for one in holds),
            None if file is None else desk_view.case(file, member, self._now()),
            tuple((one.id.hex(), one.name) for one in colleagues),
        )  # fmt: skip

    def open(self, member: Member, number: str, hold_id: str, reason: str) -> None:
        """Open the case for the rest of the day, with a reason that legal can read.

        Raises `StepUpNeeded`, `FormRefused`, `RuleRefused`: `which_hold`, and those of `held_openings.begin`.
        """
        status = self._held(member, number)
        said = checked_text("reason", reason)
        chosen = _hold(hold_id)
        require_fresh(member)
        new = self._new(member, status, chosen, {"reason": said})
        held_openings.begin(self._store, member.person_id, number, new, self._now())

    def let_in(self, member: Member, number: str, colleague: str) -> None:
        """Let a colleague read an opened case, with every key of it. Raises `NotThere`, `RuleRefused`."""

        def attempt() -> None:
            file = self._file(member, number)
            chosen = [one for one in self._colleagues(member, number) if one.id.hex() == colleague]
            if not chosen:
                raise FormRefused((Problem("colleague", "unknown" if colleague else "missing"),))
            held = file.granted()
            granted = [
                SealedGrant(one.id, seal_grant(one.public_key, key))
                for one in chosen
                for part in GRANTED
                for key in held[part].values()
            ]
            place = (self._store, member.person_id, number, chosen[0].id)
            held_openings.let_in(*place, granted, self._now())

        tried(attempt)

    def _colleagues(self, member: Member, number: str) -> tuple[Person, ...]:
        return held_openings.colleagues(self._store, member.person_id, number, self._now())

    def file(self, member: Member, number: str, file_id: str) -> Download:
        """One file of an opened case, verified to its end."""
        file = self._file(member, number)
        known = attachments.described(file.records(Compartment.CONTENT))
        return attachments.download(self._store, file, known, file_id)

    def export(self, member: Member, number: str, hold_id: str, form: ExportForm) -> Prepared:
        """Hand an opened case to a court or an authority; legal is told to whom, and on what ground.

        Who the reporter is stays sealed: no approval to open it can be asked for any more. Raises
        `StepUpNeeded`, `RuleRefused`: `which_hold`, `not_opened`, and the reasons of `rules.handover`.
        """
        file = self._file(member, number)
        status = file.case.status
        names = [company.name for company in registry.companies(self._store, self._now())]
        terms = check_handover(
            Kind.AUTHORITY, form.recipient, form.ground,
            outside_eea=form.outside_eea, safeguard=form.safeguard, companies=names,
        )  # fmt: skip
        chosen = _hold(hold_id)
        require_fresh(member)
        today = local_day(self._now(), status.company.zone)
        plain = ExportForm(str(Kind.AUTHORITY), form.recipient, form.ground, with_notes=form.with_notes)
        unseen = unseen_links(self._store, member, file, self._now())
        prepared = Packing(self._store, file, None, plain, unseen).prepared(terms, today)
        said = {"recipient": terms.recipient, "reference": terms.ground, "safeguard": terms.safeguard}
        held_openings.note_export(
            self._store, member.person_id, number,
            self._new(member, status, chosen, {"reason": "", **said}), self._now(),
            with_notes=form.with_notes,
        )  # fmt: skip
        return prepared

    def erased_soon(self, member: Member) -> tuple[leaving.Leaving, ...]:
        """The member's closed cases that are erased within 30 days, the soonest first."""
        return leaving.erased_soon(self._store, member.person_id, self._now())

    def _held(self, member: Member, number: str) -> CaseStatus:
        if not held_openings.holds_of(self._store, member.person_id, number, self._now()):
            raise NotThere("there is no held case past its day of this number")
        return desk.open_case(self._store, member.person_id, number, self._now()).status

    def _opened(self, member: Member, number: str) -> CaseFile | None:
        try:
            return self._file(member, number)
        except RuleRefused:
            return None

    def _file(self, member: Member, number: str) -> CaseFile:
        case = held_openings.open_case(self._store, member.person_id, number, self._now())
        return CaseFile(case, member.pair)

    def _new(
        self, member: Member, status: CaseStatus, hold: bytes, said: dict[str, Any]
    ) -> held_openings.NewOpening:
        opening = new_object_id()
        legal = registry.audience(self._store, status.company.code, ("legal",), self._now())
        day = local_day(self._now(), status.company.zone).isoformat()
        body = {"type": "held_opening", "n": 1, "by": member.name, "day": day, "case": status.number, **said}
        sealed, grants = sealed_to_legal.seal(opening, body, legal)
        return held_openings.NewOpening(opening, hold, sealed, grants)


def _hold(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if not found:
        raise RuleRefused("which_hold", "Choose the hold under which you open this case.")
    return found

"""Legal's work on many cases at once, reviews, what waits for a second person, and what became of holds."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from whistle.crypto.grants import seal_grant
from whistle.errors import NotThere, RuleRefused, SealBroken
from whistle.parties import citations
from whistle.parties.legal_views import AskView, ColleagueView, Placed
from whistle.parties.member import Member, require_fresh
from whistle.parties.report_form import LINE_LIMIT, checked_text
from whistle.rules.calendar import local_day
from whistle.rules.holds import MOST_CASES, HoldTerms, check_hold, check_review
from whistle.rules.text import clean_text
from whistle.vault import citations as keys_of_citations
from whistle.vault import hold_asks, hold_list, hold_reviews, registry
from whistle.vault.facts import CaseStatus, SealedGrant
from whistle.vault.store import Store

UNREAD = ("", "")
"""Citation and note of a hold whose grant a member lacks."""


class Holding:
    """Every method raises `NotThere` for what is not the member's."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def place_all(
        self, member: Member, numbers: Sequence[str], ground: str, citation: str, note: str, review_on: str
    ) -> Placed:
        """Place one hold on all of these cases that stand; says of each number what became of it.

        Nothing is placed when a field is wrong. `RuleRefused`: as `check_hold`, `numbers_none`,
        `too_many_holds`.
        """
        wanted = list(dict.fromkeys(numbers))
        if not wanted:
            raise RuleRefused("numbers_none", "Name at least one case.")
        if len(wanted) > MOST_CASES:
            raise RuleRefused("too_many_holds", f"At most {MOST_CASES} cases at once.")
        note, looked = (
            clean_text(note, LINE_LIMIT),
            hold_list.look_up(self._store, member.person_id, wanted, self._now()),
        )
        today = max((self._today(one) for one in looked.found), default=self._now().date())
        terms = check_hold(ground, citation, review_on, today)
        if not looked.found:
            return Placed(gone=looked.gone, absent=looked.absent)
        sealed = self._sealed(member, looked.found, terms, note)
        once = citations.once(member, terms, *sorted(one.number for one in looked.found))
        done = hold_asks.place_all(self._store, member.person_id, sealed, once, self._now())
        return Placed(done.placed, done.doubled, looked.gone, looked.absent + done.absent, done.waits)

    def asks(self, member: Member) -> tuple[AskView, ...]:
        """What waits for a second person: one's own, and what one may confirm."""
        waiting = hold_asks.waiting(self._store, member.person_id, self._now())
        return tuple(self._ask(member, ask) for ask in waiting)

    def confirm(self, member: Member, ask_id: str, list_hash: str) -> int:
        """Agree to the very list that was read; returns how many cases. Raises `StepUpNeeded`, `Conflict`.

        `RuleRefused`: `same_person`, and `citation_sealed` for who cannot read what it cites.
        """
        ask = self._one(member, ask_id)
        require_fresh(member)
        if not ask.mine and not ask.citation:
            raise RuleRefused("citation_sealed", "You cannot read the citation yet.")
        read, id_ = citations.from_hex(list_hash), citations.from_hex(ask_id)
        return hold_asks.confirm(self._store, member.person_id, id_, read, self._now())

    def end(self, member: Member, ask_id: str, reason: str) -> int:
        """Withdraw one's own ask, or refuse a colleague's, and say why; the reason stays with each hold.

        Raises `StepUpNeeded`, `RuleRefused("reason_empty")`.
        """
        self._one(member, ask_id)
        if not reason.strip():
            raise RuleRefused("reason_empty", "Say why it ends.")
        said = checked_text("reason", reason)
        require_fresh(member)
        id_, day = citations.from_hex(ask_id), self._now().date()
        ids = [one.id for one in registry.served(self._store, member.person_id, "legal", self._now())]
        found = hold_list.of_companies(
            self._store, member.person_id, ids, self._now(), hold_list.Sought(ask=id_)
        )
        reasons = {
            one.id: citations.sealed_reason(member, one, "release", day, said)
            for one in found
            if one.grant is not None
        }
        return hold_asks.end(self._store, member.person_id, id_, reasons, self._now())

    def review(self, member: Member, hold_id: str, seen: str, review_on: str, reason: str) -> None:
        """Say that a hold was looked at and stands until a new review date. `seen`: the date that was read.

        Raises `Conflict`; `RuleRefused`: `reason_empty` and those of `check_review`.
        """
        found = self._hold(member, hold_id)
        if not reason.strip():
            raise RuleRefused("reason_empty", "Say why the hold stands.")
        today = self._today(found.status)
        until = check_review(review_on, today)
        said = checked_text("reason", reason)
        sealed = citations.sealed_reason(member, found, "review", today, said)
        before = _day(seen) or found.review_on
        new = hold_reviews.NewReview(before, until, sealed)
        hold_reviews.review(self._store, member.person_id, found.id, new, self._now())

    def colleagues(self, member: Member) -> tuple[ColleagueView, ...]:
        """Who of legal lacks citations that the member can open."""
        return tuple(
            ColleagueView(
                one.person.person_id.hex(), one.person.name, one.company.code, one.company.name,
                len(one.keys), len(one.keys) == keys_of_citations.AT_ONCE,
            )
            for one in keys_of_citations.lacking(self._store, member.person_id, self._now())
        )  # fmt: skip

    def give(self, member: Member, person: str, company: str) -> int:
        """Give a colleague the keys of the citations they lack; returns how many. Raises `NotThere`."""
        for one in keys_of_citations.lacking(self._store, member.person_id, self._now()):
            if (one.person.person_id.hex(), one.company.code) == (person, company):
                given = [
                    (key.hold_id, self._given(member, key, one.person.person_id, one.person.public_key))
                    for key in one.keys
                ]
                return keys_of_citations.give(self._store, member.person_id, company, given, self._now())
        raise NotThere("there is no such colleague, or they lack nothing")

    def _given(
        self, member: Member, key: keys_of_citations.HeldKey, person_id: bytes, public_key: bytes
    ) -> SealedGrant:
        opened = citations.open_key(member, key.hold_id, key.sealed)
        return SealedGrant(person_id, seal_grant(public_key, opened))

    def _sealed(
        self, member: Member, found: Sequence[CaseStatus], terms: HoldTerms, note: str
    ) -> list[hold_asks.Wanted]:
        people = {
            code: registry.audience(self._store, code, ("legal",), self._now())
            for code in {one.company.code for one in found}
        }
        return [
            hold_asks.Wanted(
                one.id,
                one.number,
                citations.sealed_hold(member, one, terms, note, people[one.company.code]),
            )
            for one in found
        ]

    def _ask(self, member: Member, ask: hold_asks.Ask) -> AskView:
        ids = [one.id for one in registry.served(self._store, member.person_id, "legal", self._now())]
        sought = hold_list.Sought(ask=ask.id, most=MOST_CASES)
        listed = hold_list.of_companies(self._store, member.person_id, ids, self._now(), sought)
        said = {citations.opened(member, hold)[:2] for hold in listed}
        if UNREAD in said:
            said = {UNREAD}  # who lacks one of them confirms none, and is shown that they lack it
        if len(said) != 1:
            # One citation is shown for the whole list, so that it must be that of every case on it.
            raise SealBroken("the citations of one ask differ")
        citation, note = said.pop()
        return AskView(
            ask.id.hex(), ask.asked_name, ask.asked_by == member.person_id, ask.asked_on, ask.ground,
            f"{citation}\n{note}" if note else citation, ask.review_on,
            tuple(
                (hold.status.number, hold.status.company.name, hold.status.purge_on)
                for hold in sorted(listed, key=lambda hold: hold.status.number)
            ),
            ask.list_hash.hex(),
        )  # fmt: skip

    def _one(self, member: Member, ask_id: str) -> AskView:
        for ask in self.asks(member):
            if ask.id == ask_id:
                return ask
        raise NotThere("nothing like that waits")

    def _hold(self, member: Member, hold_id: str) -> hold_list.StoredHold:
        ids = [one.id for one in registry.served(self._store, member.person_id, "legal", self._now())]
        sought = hold_list.Sought(hold=citations.from_hex(hold_id), standing=True)
        for hold in hold_list.of_companies(self._store, member.person_id, ids, self._now(), sought):
            return hold
        raise NotThere("there is no such hold")

    def _today(self, status: CaseStatus) -> date:
        return local_day(self._now(), status.company.zone)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None

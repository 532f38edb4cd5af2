"""Legal: what the mailbox says of a hold, who opened a held case and why, and why a case may stand open."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from whistle.crypto.records import new_object_id
from whistle.errors import NotThere, SealBroken
from whistle.parties import dates, sealed_to_legal
from whistle.parties.held_views import GroundView, HoldSentence, KeptPage, OpeningView
from whistle.parties.member import Member, require_fresh
from whistle.parties.report_form import checked_text
from whistle.rules.calendar import local_day
from whistle.rules.holds import check_review, review_alarm
from whistle.rules.retention import open_cap
from whistle.rules.states import State
from whistle.rules.statutory import check_ground
from whistle.vault import held_openings, holds, registry, sentences, statutory
from whistle.vault.facts import CaseStatus
from whistle.vault.store import Store


class LegalKept:
    """Legal's page of what keeps one case. Every method raises `NotThere` for a case that is not theirs."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def page(self, member: Member, number: str) -> KeptPage:
        """What keeps the case. Raises `Gone` after its purge."""
        status, _held = holds.legal_case(self._store, member.person_id, number, self._now())
        today = local_day(self._now(), status.company.zone)
        place = (self._store, member.person_id, number, self._now())
        standing = sentences.of_case(*place)
        cap_on = (
            open_cap(status.received_on, status.company.country) if status.state != State.CLOSED else None
        )
        by_hold = {hold.id: hold.ground for hold in standing}
        return KeptPage(
            status.number, status.company.name, status.company.country, status.state,
            dates.is_past(status, self._now()),
            tuple(_sentence(member, hold) for hold in standing),
            tuple(_opening(member, one, by_hold, number) for one in held_openings.of_case(*place)),
            tuple(_ground(member, one, today) for one in statutory.of_case(*place)),
            cap_on, None if cap_on is None else (cap_on - today).days, today,
        )  # fmt: skip

    def withhold(self, member: Member, number: str, hold_id: str, reason: str) -> None:
        """Keep from the reporter that this hold is why the case stands. Raises `StepUpNeeded`, `Conflict`."""
        self._say(member, number, hold_id, reason, withheld=True)

    def show_again(self, member: Member, number: str, hold_id: str, reason: str) -> None:
        """Let the mailbox say it again."""
        self._say(member, number, hold_id, reason, withheld=False)

    def record(self, member: Member, number: str, ground: str, citation: str, review_on: str) -> None:
        """Record a ground on which the open case may stand longer. `RuleRefused`: see `check_ground`."""
        status, _held = holds.legal_case(self._store, member.person_id, number, self._now())
        today = local_day(self._now(), status.company.zone)
        terms = check_ground(status.company.country, ground, citation, review_on, today)
        require_fresh(member)
        ground_id = new_object_id()
        legal = registry.audience(self._store, status.company.code, ("legal",), self._now())
        body = self._body(member, status, "open_ground", 1, ground=terms.ground, citation=terms.citation)
        sealed, grants = sealed_to_legal.seal(ground_id, body, legal)
        new = statutory.NewGround(ground_id, terms.ground, terms.review_on, sealed, grants)
        statutory.record(self._store, member.person_id, number, new, self._now())

    def review(self, member: Member, number: str, ground_id: str, review_on: str, reason: str) -> None:
        """Note why a ground still stands, and the day on which it is looked at again."""
        status, found = self._one(member, number, ground_id)
        said = checked_text("reason", reason)
        day = check_review(review_on, local_day(self._now(), status.company.zone))
        require_fresh(member)
        sealed = self._under(member, status, found, "review", said)
        statutory.review(self._store, member.person_id, found.id, day, sealed, self._now())

    def end(self, member: Member, number: str, ground_id: str, reason: str) -> None:
        """End a ground with a reason."""
        status, found = self._one(member, number, ground_id)
        said = checked_text("reason", reason)
        require_fresh(member)
        sealed = self._under(member, status, found, "end", said)
        statutory.end(self._store, member.person_id, found.id, sealed, self._now())

    def _say(self, member: Member, number: str, hold_id: str, reason: str, *, withheld: bool) -> None:
        status, _held = holds.legal_case(self._store, member.person_id, number, self._now())
        found = next(
            (
                one
                for one in sentences.of_case(self._store, member.person_id, number, self._now())
                if one.id.hex() == hold_id
            ),
            None,
        )
        if found is None or found.grant is None:
            raise NotThere("there is no such hold, or it is sealed to others")
        said = checked_text("reason", reason)
        require_fresh(member)
        body = self._body(member, status, "sentence", len(found.history) + 1, reason=said)
        sealed = sealed_to_legal.add(member, found.id, found.grant, body)
        sentences.say(self._store, member.person_id, found.id, sealed, self._now(), withheld=withheld)

    def _one(self, member: Member, number: str, ground_id: str) -> tuple[CaseStatus, statutory.StoredGround]:
        status, _held = holds.legal_case(self._store, member.person_id, number, self._now())
        for one in statutory.of_case(self._store, member.person_id, number, self._now()):
            if one.id.hex() == ground_id and one.grant is not None:
                return status, one
        raise NotThere("there is no such ground, or it is sealed to others")

    def _under(
        self, member: Member, status: CaseStatus, found: statutory.StoredGround, kind: str, reason: str
    ) -> bytes:
        assert found.grant is not None  # noqa: S101 (_one gives out no other)
        body = self._body(member, status, kind, 2, reason=reason)
        return sealed_to_legal.add(member, found.id, found.grant, body)

    def _body(self, member: Member, status: CaseStatus, kind: str, n: int, **said: str) -> dict[str, Any]:
        day = local_day(self._now(), status.company.zone).isoformat()
        return {"type": kind, "n": n, "by": member.name, "day": day, "case": status.number, **said}


def _sentence(member: Member, hold: sentences.HoldSentences) -> HoldSentence:
    said = sealed_to_legal.opened(member, hold.id, hold.grant, hold.sealed)
    return HoldSentence(
        hold.id.hex(), hold.ground, said.get("citation", ""), hold.review_on, hold.withheld,
        tuple(
            (one.withheld, one.name, one.on_day,
             sealed_to_legal.opened(member, hold.id, hold.grant, one.sealed).get("reason", ""))
            for one in hold.history
        ),
    )  # fmt: skip


def _opening(
    member: Member, one: held_openings.StoredOpening, grounds: dict[bytes, str], number: str
) -> OpeningView:
    said = sealed_to_legal.opened(member, one.id, one.grant, one.sealed)
    if said and said["case"] != number:
        raise SealBroken("the reason belongs to another case")
    return OpeningView(
        one.on_day, one.name, grounds.get(one.hold_id, ""), one.doing == held_openings.EXPORT,
        said.get("reason", ""), said.get("recipient", ""), said.get("reference", ""),
    )  # fmt: skip


def _ground(member: Member, one: statutory.StoredGround, today: date) -> GroundView:
    said, reviewed, ended = (
        sealed_to_legal.opened(member, one.id, one.grant, sealed)
        for sealed in (one.sealed, one.review_sealed, one.end_sealed)
    )
    if said and (said["case"], said["ground"]) != (one.number, one.ground):
        raise SealBroken("the citation belongs to another ground")
    return GroundView(
        one.id.hex(), one.ground, said.get("citation", ""), one.placed_on, one.placed_by, one.review_on,
        one.ended_on is None and review_alarm(one.review_on, today), one.reviewed_on,
        reviewed.get("reason", ""), one.ended_on, ended.get("reason", ""),
    )  # fmt: skip

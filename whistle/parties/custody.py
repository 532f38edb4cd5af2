"""Who a reporter is: asked for with a reason, answered by a custodian, opened with both people's keys."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from whistle.crypto.grants import open_any, seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import NotThere, RuleRefused
from whistle.parties import identity, originals
from whistle.parties.casefile import CaseFile
from whistle.parties.custody_views import CustodyDesk, WaitingView
from whistle.parties.desk_work import DeskWork
from whistle.parties.draft import Draft, own_grant
from whistle.parties.identity import IdentityView
from whistle.parties.identity_reasons import REQUEST_EPOCH, opened_request, request_key
from whistle.parties.member import Member, require_fresh
from whistle.parties.report_form import checked_text
from whistle.parties.views import Download
from whistle.vault import custody as vault
from whistle.vault import custody_desk, epochs, registry
from whistle.vault.facts import Addition, OpenedCase, SealedGrant
from whistle.vault.identity_requests import StoredRequest
from whistle.vault.store import Store

APPROVE, REFUSE = "approve", "refuse"


@dataclass(frozen=True, slots=True)
class Asking:
    """What a handler typed: why, and whether and in which words the reporter is told."""

    reason: str = field(repr=False)
    would_hinder: bool = False
    hinder_reason: str = field(default="", repr=False)
    told: str = field(default="", repr=False)


class Custody:
    """Requests to learn who a reporter is. Every method raises `NotThere` for what is not the member's."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._desk = DeskWork(store, now)

    def ask(self, member: Member, number: str, asking: Asking) -> None:
        """Ask a custodian. Raises `StepUpNeeded`, `FormRefused`, `RuleRefused` (`nothing_given`…)."""
        require_fresh(member)
        said = _checked(asking)
        file = self._desk.standing_file(member, number)
        _require_something(file)
        if file.case.identity.mine and identity.until(file, member.person_id) is None:
            self._bring_custodians_in(member, number)
        people = custody_desk.custodians_of(self._store, member.person_id, number, self._now())
        readers = epochs.holders(self._store, file.case.status.id, Compartment.CONTENT)
        there = {one.person_id: one.public_key for one in people}
        listed = {person for person, _name in file.case.readers}
        there |= {one.id: one.public_key for one in readers if one.id in listed}

        def seal(_file: CaseFile, draft: Draft) -> None:
            if not said.would_hinder:
                draft.record(Compartment.CONTENT, identity.ASKED, text=said.told)

        def store_it(addition: Addition) -> None:
            new = _request(member, number, said, there)
            vault.ask(self._store, member.person_id, number, new, addition, self._now())

        self._desk.write(member, number, seal, store_it)

    def desk(self, member: Member) -> CustodyDesk:
        """What waits for this custodian. Raises `NotThere` for anybody else."""
        if not registry.served(self._store, member.person_id, vault.CUSTODIAN, self._now()):
            raise NotThere("there is no such page")
        lacking = custody_desk.lacking(self._store, member.person_id, self._now())
        names = sorted({one.name for case in lacking for one in case.custodians})
        waiting = custody_desk.waiting(self._store, member.person_id, self._now())
        return CustodyDesk(tuple(self._waiting(member, one) for one in waiting), len(lacking), tuple(names))

    def decide(self, member: Member, request_id: str, decision: str, reason: str) -> None:
        """Approve with one's own key, or refuse with a reason.

        Raises `StepUpNeeded`, `FormRefused`, `RuleRefused`: `choice`, `no_key`, `asker_left`, `same_person`.
        """
        require_fresh(member)
        if decision not in {APPROVE, REFUSE}:
            raise RuleRefused("choice", "Approve it or refuse it.")
        said = checked_text("reason", reason) if decision == REFUSE else _optional("reason", reason)
        found = self._one(member, request_id)
        key = request_key(member.pair, found.request)
        if key is None:
            raise NotThere("this request is sealed to others")
        body = {"type": "decision", "n": 2, "by": member.name, "case": found.number, "decision": decision}
        sealed = seal_json(key, new_object_id(), body | {"day": found.today.isoformat(), "reason": said})
        answer = vault.Decision(decision == APPROVE, sealed)
        if answer.approved:
            answer = self._approval(member, found.request, sealed)
        vault.decide(self._store, member.person_id, found.request.id, answer, self._now())

    def grant_colleagues(self, member: Member) -> int:
        """Hand the old cases to custodians who came later; returns how many cases are left for another go."""
        require_fresh(member)
        if not registry.served(self._store, member.person_id, vault.CUSTODIAN, self._now()):
            raise NotThere("there is no such page")
        lacking = custody_desk.lacking(self._store, member.person_id, self._now())
        for case in lacking[: custody_desk.AT_ONCE]:
            self._give(member, case)
        return max(0, len(lacking) - custody_desk.AT_ONCE)

    def open(self, member: Member, number: str) -> IdentityView:
        """Who the reporter is, while an approval stands; each time is logged. Raises `StepUpNeeded`."""
        file = self.file(member, number)
        return identity.view(file, identity.until(file, member.person_id))

    def file(self, member: Member, number: str) -> CaseFile:
        """The same with the case around it, for an export and for originals."""
        require_fresh(member)
        case = vault.open_case(self._store, member.person_id, number, self._now())
        return CaseFile(case, member.pair)

    def original(self, member: Member, number: str, file_id: str) -> Download:
        """One file as it came, under the same approval, logged too."""
        return originals.download(self._store, self.file(member, number), file_id)

    def open_directly(self, member: Member, number: str, asking: Asking) -> IdentityView:
        """The same in a company without a custodian: the reason is kept among the notes, each time."""
        return identity.view(self._file_directly(member, number, asking), None)

    def original_directly(self, member: Member, number: str, file_id: str, asking: Asking) -> Download:
        """One file as it came, likewise."""
        return originals.download(self._store, self._file_directly(member, number, asking), file_id)

    def _file_directly(self, member: Member, number: str, asking: Asking) -> CaseFile:
        require_fresh(member)
        said = _checked(asking)
        found: list[OpenedCase] = []
        tells = False

        def seal(file: CaseFile, draft: Draft) -> None:
            nonlocal tells
            _require_something(file)
            why = {"hinder_reason": said.hinder_reason} if said.would_hinder else {}
            draft.record(Compartment.INTERNAL, identity.READING, text=said.reason, **why)
            tells = not said.would_hinder and not identity.told_of_reading_on(file, draft.today)
            if tells:
                draft.record(Compartment.CONTENT, identity.ASKED, text=said.told, direct=True)

        def store_it(addition: Addition) -> None:
            place = (self._store, member.person_id, number)
            found.append(vault.open_directly(*place, addition, self._now(), tells_reporter=tells))

        self._desk.write(member, number, seal, store_it)
        return CaseFile(found[-1], member.pair)

    def _bring_custodians_in(self, member: Member, number: str) -> None:
        """A case from before there was a custodian: its handler's key becomes theirs as well."""
        for case in custody_desk.lacking(self._store, member.person_id, self._now(), number):
            self._give(member, case)

    def _give(self, member: Member, case: custody_desk.Lacking) -> None:
        keys = [_opened(member.pair, one.sealed, case.case_id, one.epoch) for one in case.held]
        given = tuple(
            SealedGrant(one.person_id, seal_grant(one.public_key, key))
            for key, _own in keys
            for one in case.custodians
        )
        custody_desk.give(self._store, member.person_id, case.case_id, given, self._now())

    def _approval(self, member: Member, request: StoredRequest, sealed: bytes) -> vault.Decision:
        """Every identity key of the case to who asked, and own grants in place of borrowed ones."""
        held = custody_desk.keys_for(self._store, member.person_id, request.id, self._now())
        keys = [_opened(member.pair, one.sealed, request.case_id, one.epoch) for one in held.grants]
        return vault.Decision(
            approved=True,
            sealed=sealed,
            grants=tuple(
                SealedGrant(request.asked_by, seal_grant(held.asker_key, key)) for key, _own in keys
            ),
            own=tuple(own_grant(member, key) for key, own in keys if not own),
        )

    def _one(self, member: Member, request_id: str) -> custody_desk.Waiting:
        for one in custody_desk.waiting(self._store, member.person_id, self._now()):
            if one.request.id.hex() == request_id:
                return one
        raise NotThere("there is no such request")

    def _waiting(self, member: Member, one: custody_desk.Waiting) -> WaitingView:
        fields = opened_request(member.pair, one.request, one.number)
        return WaitingView(
            id=one.request.id.hex(), number=one.number, company_name=one.company_name,
            who=one.request.asked_name, asked_on=one.request.asked_on,
            days=max(0, (one.today - one.request.asked_on).days), told=not one.request.would_hinder,
            reason=fields["reason"], hinder_reason=fields["hinder_reason"],
            has_key=custody_desk.holds_key(
                self._store, member.person_id, one.request.case_id, self._now()
            ),
        )  # fmt: skip


def _opened(pair: KeyPair, sealed: bytes, case_id: bytes, epoch: int) -> tuple[CompartmentKey, bool]:
    return open_any(pair, sealed, case_id=case_id, compartment=Compartment.IDENTITY, epoch=epoch)


def _request(member: Member, number: str, said: Asking, people: dict[bytes, bytes]) -> vault.NewRequest:
    """Seal a reason under a key of its own to custodians and to those who read the case."""
    request_id = new_object_id()
    key = CompartmentKey.new(request_id, Compartment.CONTENT, REQUEST_EPOCH)
    body = {
        "type": "identity_request", "n": 1, "by": member.name, "day": "", "case": number,
        "reason": said.reason, "hinder_reason": said.hinder_reason,
    }  # fmt: skip
    grants = tuple(SealedGrant(person, seal_grant(public, key)) for person, public in people.items())
    return vault.NewRequest(request_id, said.would_hinder, seal_json(key, new_object_id(), body), grants)


def _checked(asking: Asking) -> Asking:
    reason = checked_text("reason", asking.reason)
    hinder = checked_text("would_hinder_reason", asking.hinder_reason) if asking.would_hinder else ""
    return Asking(reason, asking.would_hinder, hinder, _optional("told", asking.told))


def _optional(name: str, text: str) -> str:
    return checked_text(name, text) if text.strip() else ""


def _require_something(file: CaseFile) -> None:
    """There is nothing to open where no name was given and no file came with its traces."""
    if not identity.something_is_sealed(file):
        raise RuleRefused("nothing_given", "The reporter has not said who they are.")

"""Legal: holds and their reasons, sealed to legal's own keys; never a word of a case."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from whistle.crypto.chain import keyed_hash
from whistle.crypto.grants import open_grant, seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, hkdf
from whistle.crypto.records import new_object_id, open_json, seal_json
from whistle.errors import NotThere, RuleRefused, SealBroken
from whistle.parties.member import Member, require_fresh
from whistle.parties.report_form import LINE_LIMIT, checked_text
from whistle.parties.views import CertificateView, HoldView, LegalCase, LegalDesk
from whistle.rules.calendar import local_day
from whistle.rules.holds import HoldTerms, check_hold, review_alarm
from whistle.rules.text import clean_text
from whistle.vault import holds, purge, registry
from whistle.vault.facts import CaseStatus, SealedGrant
from whistle.vault.store import Store

HORIZON_DAYS = 90
"""How far ahead legal sees what will be purged."""

ONCE_LABEL = b"whistle/v1/hold-once\0"
EPOCH = 1
HEADER_OBJECT = slice(32, 48)
"""Where a sealed object's own id stands in its header."""


class Legal:
    """What legal does. Every method raises `NotThere` for a case of a company the member does not serve."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def desk(self, member: Member) -> LegalDesk:
        """What will be purged soon, the holds, what they say, and what was purged."""
        served = registry.served(self._store, member.person_id, "legal", self._now())
        if not served:
            raise NotThere("there is no such page")
        ids = [company.id for company in served]
        today = local_day(self._now(), served[0].zone)
        stored = holds.of_companies(self._store, member.person_id, ids, self._now())
        shown = tuple(self._hold(member, hold, today) for hold in stored)
        until = today + timedelta(days=HORIZON_DAYS)
        upcoming = holds.upcoming(self._store, member.person_id, ids, until, self._now())
        return LegalDesk(
            upcoming=tuple(_case(status, held=held) for status, held in upcoming),
            holds=tuple(hold for hold in shown if hold.released_on is None),
            released=tuple(hold for hold in shown if hold.released_on is not None),
            certificates=tuple(
                _certificate(fields)
                for fields in purge.certificates_of(self._store, member.person_id, ids, self._now())
            ),
            today=today,
        )

    def case(self, member: Member, number: str) -> LegalCase:
        """A case as number, company, state and dates. Raises `Gone` after its purge."""
        status, held = holds.legal_case(self._store, member.person_id, number, self._now())
        return _case(status, held=held)

    def place(
        self, member: Member, number: str, ground: str, citation: str, note: str, review_on: str
    ) -> str:
        """Place a hold; returns its id. `RuleRefused` has the reasons of `rules.holds.check_hold`."""
        status, _held = holds.legal_case(self._store, member.person_id, number, self._now())
        today = local_day(self._now(), status.company.zone)
        terms = check_hold(ground, citation, review_on, today)
        people = registry.audience(self._store, status.company.code, ("legal",), self._now())
        new = _sealed(
            member, status, terms, clean_text(note, LINE_LIMIT), [(p.person_id, p.public_key) for p in people]
        )
        return holds.place(self._store, member.person_id, number, new, self._now()).hex()

    def release(self, member: Member, hold_id: str, reason: str) -> bool:
        """Release a hold; False when a second person has to confirm it. Raises `StepUpNeeded`."""
        found = self._one(member, hold_id)
        require_fresh(member)
        if not reason.strip():
            raise RuleRefused("reason_empty", "Say why the hold ends.")
        key = self._key(member, found)
        body = {"type": "release", "n": 2, "by": member.name, "day": self._now().date().isoformat()}
        sealed = seal_json(key, new_object_id(), body | {"reason": checked_text("reason", reason)})
        return holds.release(self._store, member.person_id, found.id, sealed, self._now())

    def confirm_release(self, member: Member, hold_id: str) -> None:
        """Agree to a release that a colleague asked for. Raises `StepUpNeeded`."""
        found = self._one(member, hold_id)
        require_fresh(member)
        holds.confirm_release(self._store, member.person_id, found.id, self._now())

    def _one(self, member: Member, hold_id: str) -> holds.StoredHold:
        ids = [company.id for company in registry.served(self._store, member.person_id, "legal", self._now())]
        for hold in holds.of_companies(self._store, member.person_id, ids, self._now()):
            if hold.id.hex() == hold_id:
                return hold
        raise NotThere("there is no such hold")

    def _key(self, member: Member, hold: holds.StoredHold) -> CompartmentKey:
        if hold.grant is None:
            raise NotThere("this citation is sealed to others")
        return open_grant(
            member.pair, hold.grant, case_id=hold.id, compartment=Compartment.CONTENT, epoch=EPOCH
        )

    def _hold(self, member: Member, hold: holds.StoredHold, today: date) -> HoldView:
        citation, note, reason = self._opened(member, hold)
        asked = hold.release_asked_by is not None and bytes(hold.release_asked_by) == member.person_id
        return HoldView(
            id=hold.id.hex(), case_number=hold.status.number, company_name=hold.status.company.name,
            ground=hold.ground, citation=f"{citation}\n{note}" if note else citation,
            placed_on=hold.placed_on, placed_by=hold.placed_by, review_on=hold.review_on,
            review_late=review_alarm(hold.review_on, today), purge_on=hold.status.purge_on, late=hold.late,
            needs_second=hold.needs_second, release_asked_by=hold.release_asked_name,
            release_asked_by_me=asked,
            release_reason=reason, released_on=hold.released_on,
        )  # fmt: skip

    def _opened(self, member: Member, hold: holds.StoredHold) -> tuple[str, str, str]:
        if hold.grant is None:
            return "", "", ""
        key = self._key(member, hold)
        fields = open_json(key, hold.sealed, object_id=hold.sealed[HEADER_OBJECT])
        if fields["ground"] != hold.ground or fields["case"] != hold.status.number:
            raise SealBroken("the citation belongs to another hold")
        reason = ""
        if hold.release_sealed is not None:
            sealed = bytes(hold.release_sealed)
            reason = open_json(key, sealed, object_id=sealed[HEADER_OBJECT])["reason"]
        return fields["citation"], fields["note"], reason


def _sealed(
    member: Member, status: CaseStatus, terms: HoldTerms, note: str, people: list[tuple[bytes, bytes]]
) -> holds.NewHold:
    """Seal a citation to the company's legal; the same hold by the same person has the same `once`."""
    hold_id = new_object_id()
    key = CompartmentKey.new(hold_id, Compartment.CONTENT, EPOCH)
    body = {
        "type": "hold", "n": 1, "by": member.name, "day": "", "case": status.number,
        "ground": str(terms.ground), "citation": terms.citation, "note": note,
    }  # fmt: skip
    said = "\0".join(
        (status.number, str(terms.ground), terms.citation.casefold(), terms.review_on.isoformat())
    )
    once = keyed_hash(hkdf(member.pair.seed, ONCE_LABEL), ONCE_LABEL, said.encode())
    grants = tuple(SealedGrant(person, seal_grant(public_key, key)) for person, public_key in people)
    sealed = seal_json(key, new_object_id(), body)
    return holds.NewHold(hold_id, str(terms.ground), terms.review_on, once, sealed, grants)


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


def _certificate(fields: dict[str, object]) -> CertificateView:
    destroyed = fields["destroyed"]
    assert isinstance(destroyed, dict)  # noqa: S101 (purge writes it so)
    days = [date.fromisoformat(str(fields[name])) for name in ("closed_on", "due_on", "purged_on")]
    return CertificateView(
        str(fields["case"]), str(fields["company_name"]), days[0], days[1], days[2],
        int(destroyed["records"]), int(destroyed["blobs"]), int(str(fields["ledger_seq"])),
    )  # fmt: skip

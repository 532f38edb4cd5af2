"""What a hold cites is sealed to legal of its company, under a key of the hold's own."""

from datetime import date

from whistle.crypto.chain import keyed_hash
from whistle.crypto.grants import open_grant, seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, hkdf
from whistle.crypto.records import new_object_id, open_json, seal_json
from whistle.errors import NotThere, SealBroken
from whistle.parties.legal_views import HoldView
from whistle.parties.member import Member
from whistle.rules.holds import HoldTerms, review_alarm
from whistle.vault import hold_list, holds
from whistle.vault.facts import CaseStatus, Recipient, SealedGrant

ONCE_LABEL = b"whistle/v1/hold-once\0"
EPOCH = 1
HEADER_OBJECT = slice(32, 48)
"""Where a sealed object's own id stands in its header."""


def sealed_hold(
    member: Member, status: CaseStatus, terms: HoldTerms, note: str, people: tuple[Recipient, ...]
) -> holds.NewHold:
    """Seal a citation to the company's legal; the same hold by the same person has the same `once`."""
    hold_id = new_object_id()
    key = CompartmentKey.new(hold_id, Compartment.CONTENT, EPOCH)
    body = {
        "type": "hold", "n": 1, "by": member.name, "day": "", "case": status.number,
        "ground": str(terms.ground), "citation": terms.citation, "note": note,
    }  # fmt: skip
    grants = tuple(SealedGrant(one.person_id, seal_grant(one.public_key, key)) for one in people)
    sealed = seal_json(key, new_object_id(), body)
    said = once(member, terms, status.number)
    return holds.NewHold(hold_id, str(terms.ground), terms.review_on, said, sealed, grants)


def once(member: Member, terms: HoldTerms, *numbers: str) -> bytes:
    """What is the same when this person places the same hold on the same cases again."""
    said = "\0".join((*numbers, str(terms.ground), terms.citation.casefold(), terms.review_on.isoformat()))
    return keyed_hash(hkdf(member.pair.seed, ONCE_LABEL), ONCE_LABEL, said.encode())


def key_of(member: Member, hold: hold_list.StoredHold) -> CompartmentKey:
    """The key of a hold's citation. Raises `NotThere` when it is sealed to others."""
    if hold.grant is None:
        raise NotThere("this citation is sealed to others")
    return open_key(member, hold.id, hold.grant)


def open_key(member: Member, hold_id: bytes, grant: bytes) -> CompartmentKey:
    """The key of a citation out of one's own grant."""
    return open_grant(member.pair, grant, case_id=hold_id, compartment=Compartment.CONTENT, epoch=EPOCH)


def sealed_reason(member: Member, hold: hold_list.StoredHold, kind: str, day: date, reason: str) -> bytes:
    """A reason under the hold's own key: of a release (`release`) or of a review (`review`)."""
    body = {"type": kind, "n": 2, "by": member.name, "day": day.isoformat(), "reason": reason}
    return seal_json(key_of(member, hold), new_object_id(), body)


def opened_reason(key: CompartmentKey, sealed: bytes | None) -> str:
    """The reason in it; empty when there is none."""
    if sealed is None:
        return ""
    return str(open_json(key, bytes(sealed), object_id=bytes(sealed)[HEADER_OBJECT])["reason"])


def from_hex(text: str) -> bytes:
    """The bytes that an address or a hidden field names; of anything else nothing is the id."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def opened(member: Member, hold: hold_list.StoredHold) -> tuple[str, str, str]:
    """Citation, note and reason of the release, each empty where this key opens none. Raises `SealBroken`."""
    if hold.grant is None:
        return "", "", ""
    key = key_of(member, hold)
    fields = open_json(key, hold.sealed, object_id=hold.sealed[HEADER_OBJECT])
    if fields["ground"] != hold.ground or fields["case"] != hold.status.number:
        raise SealBroken("the citation belongs to another hold")
    return fields["citation"], fields["note"], opened_reason(key, hold.release_sealed)


def hold_view(member: Member, hold: hold_list.StoredHold, today: date) -> HoldView:
    """A hold as its reader sees it."""
    citation, note, reason = opened(member, hold)
    asked = hold.release_asked_by is not None and bytes(hold.release_asked_by) == member.person_id
    return HoldView(
        id=hold.id.hex(), case_number=hold.status.number, company_name=hold.status.company.name,
        ground=hold.ground, citation=f"{citation}\n{note}" if note else citation,
        placed_on=hold.placed_on, placed_by=hold.placed_by, review_on=hold.review_on,
        review_late=review_alarm(hold.review_on, today), purge_on=hold.status.purge_on, late=hold.late,
        needs_second=hold.needs_second, release_asked_by=hold.release_asked_name,
        release_asked_by_me=asked, release_reason=reason, released_on=hold.released_on, waits=hold.waits,
        release_seen=hold_list.seen_of(hold),
    )  # fmt: skip

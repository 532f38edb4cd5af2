"""The site's recovery key rests in shares with people; two of three open it, for one purpose at a time."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from whistle.crypto.codes import RecoveryCode, derive
from whistle.crypto.grants import open_grant, seal_grant
from whistle.crypto.header import Compartment, Header
from whistle.crypto.keys import CompartmentKey, KeyPair, new_seed
from whistle.crypto.records import new_object_id
from whistle.errors import NotThere, RuleRefused, SealBroken
from whistle.parties.casefile import CaseFile
from whistle.parties.fingerprints import fingerprint_of
from whistle.parties.member import Member
from whistle.vault import recovery_cases, recovery_proof, registry
from whistle.vault.facts import SealedGrant
from whistle.vault.store import Store

SHARES, NEEDED = 3, 2
"""Two of three: one may be lost, and no one opens anything alone."""

ANSWER_LABEL = b"whistle/v1/recovery-answer\0"
EPOCH = 1
FIRST_LINE = "whistle recovery challenge"
WIDTH = 76
"""Letters in a line of a challenge (RFC 2045, 6.8)."""


@dataclass(frozen=True, slots=True)
class RecoveryView:
    """What administrators see: the key's fingerprint (empty: there is none), and the last proof."""

    fingerprint: str
    proved_on: date | None
    proved_by: str
    due_on: date | None
    overdue: bool


class SiteRecovery:
    """What administrators see and do about the recovery key."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def view(self, member: Member) -> RecoveryView:
        """The recovery key as it stands. Raises `NotThere` for who is no administrator."""
        if not registry.served(self._store, member.person_id, "administrator", self._now()):
            raise NotThere("there is no such page")
        state = recovery_proof.state(self._store, self._now())
        shown = "" if state.public_key is None else fingerprint_of(state.public_key)
        return RecoveryView(shown, state.proved_on, state.proved_by, state.due_on, state.overdue)

    def prove(self, member: Member, typed: str) -> None:
        """Take the answer that the shares gave. Raises `NotThere`, `RuleRefused("recovery_answer")`."""
        recovery_proof.prove(self._store, member.person_id, answer_bytes(typed), self._now())


def new_shares() -> tuple[tuple[str, ...], bytes]:
    """Three shares (SLIP-39, 33 words each) of a new seed, and the public half of its key."""
    seed = new_seed()
    (shares,) = generate_mnemonics(1, [(NEEDED, SHARES)], seed)
    return tuple(shares), KeyPair.from_seed(seed).public_key


def pair_of(shares: Sequence[str]) -> KeyPair:
    """The key pair inside two shares. Raises `RuleRefused("shares")`."""
    typed = [" ".join(share.split()).lower() for share in shares]
    try:
        return KeyPair.from_seed(combine_mnemonics([share for share in typed if share][:NEEDED]))
    except (MnemonicError, ValueError):
        raise RuleRefused("shares", "these are not two shares of one recovery key; type them again") from None


def challenge(store: Store, now: datetime) -> str:
    """A question that only the shares can answer, as text of some twenty lines. Raises `NotThere`."""
    state = recovery_proof.state(store, now)
    if state.public_key is None:
        raise NotThere("there is no recovery key; `whistle recovery new` makes one")
    key = CompartmentKey.new(new_object_id(), Compartment.CONTENT, EPOCH)
    recovery_proof.ask(store, _answer(key), now)
    text = base64.b64encode(seal_grant(state.public_key, key)).decode()
    return "\n".join([FIRST_LINE, *(text[at : at + WIDTH] for at in range(0, len(text), WIDTH))]) + "\n"


def answer(question: str, shares: Sequence[str]) -> str:
    """The answer to a challenge, as a code to be typed; needs no database. Raises `RuleRefused`.

    What was asked stays inside: a case's grant handed in as a question gives its key to nobody.
    """
    pair = pair_of(shares)
    first, _, rest = question.strip().partition("\n")
    if first.strip() != FIRST_LINE:
        raise RuleRefused("shares", "this is no challenge of `whistle recovery challenge`")
    try:
        sealed = base64.b64decode("".join(rest.split()), validate=True)
        case_id = Header.parse(sealed).case_id
        key = open_grant(pair, sealed, case_id=case_id, compartment=Compartment.CONTENT, epoch=EPOCH)
    except (SealBroken, binascii.Error, ValueError):
        raise RuleRefused("shares", "these shares do not open this challenge") from None
    return RecoveryCode(_answer(key)).text


def answer_bytes(typed: str) -> bytes:
    """What was typed of an answer. Raises `RuleRefused("recovery_answer")`."""
    try:
        return RecoveryCode.parse(typed).secret
    except SealBroken:
        raise RuleRefused("recovery_answer", "that is no answer to a challenge") from None


def give_back(store: Store, number: str, name: str, shares: Sequence[str], now: datetime) -> int:
    """Grant a case to a confirmed handler of its company by the recovery key; returns how many keys.

    Raises `NotThere`, `RuleRefused("shares")`, `SealBroken` when the shares are of another key.
    """
    pair = pair_of(shares)
    person, allowed = recovery_cases.receiver(store, number, name, now)
    held = CaseFile(recovery_cases.sealed_case(store, number, now), pair).granted()
    grants = [
        SealedGrant(person.person_id, seal_grant(person.public_key, key))
        for compartment in allowed
        for key in held.get(compartment, {}).values()
    ]
    if not grants:
        raise NotThere("the recovery key has no part in this case: it was made later, or the day has passed")
    recovery_cases.give(store, number, name, grants, now)
    return len(grants)


def _answer(key: CompartmentKey) -> bytes:
    return derive(key.key, ANSWER_LABEL)[:15]

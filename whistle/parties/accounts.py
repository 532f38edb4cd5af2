"""Who still knows a part of their account makes the rest anew, and prints a code for the next time."""

import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from whistle.crypto.codes import RecoveryCode
from whistle.crypto.locks import auth_of
from whistle.errors import NotAllowed, NotThere, RuleRefused, SealBroken
from whistle.parties import passphrases, pending, second_factor
from whistle.parties.attempts import counted
from whistle.parties.locksmith import PASSPHRASE, RECOVERY, Locksmith, normalise_passphrase
from whistle.parties.member import Member, require_fresh
from whistle.parties.passkeys import STEP_UP, Answer, Passkeys
from whistle.parties.passphrases import LONGEST
from whistle.parties.pending import Pending, Waiting
from whistle.parties.second_factor import Setup
from whistle.parties.sessions import token_bytes
from whistle.rules.tables import LANGUAGES
from whistle.vault import accounts
from whistle.vault.accounts import NewFactor, Proof, Renewal
from whistle.vault.store import Store

NO_CODE = b"\0" * 16
"""Tried in the place of what is no recovery code: a byte too long, so that it can never be one."""


class Accounts:
    """Step-up, change of passphrase, and the ways back for who lost a part of what they need."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], machine: Callable[[], datetime], site_name: str,
        smith: Locksmith, passkeys: Passkeys,
    ) -> None:  # fmt: skip
        self._store = store
        self._now = now
        self._machine = machine
        self._site_name = site_name
        self._smith = smith
        self._passkeys = passkeys

    def step_up(self, member: Member, code: str, passkey: Answer | None = None) -> None:
        """Take the second factor of who is signed in once more: a code never used before, or a passkey.

        Raises `NotAllowed`, one answer for every cause, and `TooMany`.
        """
        with counted(self._store, member.name, self._machine()) as scope:
            try:
                if passkey is not None:
                    self._passkeys.show(member.person_id, STEP_UP, passkey)
                else:
                    sealed, last = accounts.factor_of(self._store, member.person_id)
                    self._spend(member.person_id, member.pair.seed, sealed, last, code)
            except (NotThere, SealBroken):
                raise NotAllowed("that did not match") from None
            scope.passed()

    def change_passphrase(self, member: Member, current: str, passphrase: str, again: str) -> None:
        """A new lock around the same key.

        Raises `StepUpNeeded`, `RuleRefused` with a reason of the passphrase or `passphrase_now`, `TooMany`.
        """
        require_fresh(member)
        self._require_good(passphrase, again, member.name)
        proof = self._own_proof(member, current)
        new = self._smith.lock(
            member.pair.seed, member.person_id, PASSPHRASE, normalise_passphrase(passphrase)
        )
        accounts.renew(self._store, member.person_id, proof, Renewal(passphrase=new), self._now())

    def mail_language(self, member: Member) -> str:
        """The language of this member's mail; empty for the site's own."""
        return accounts.language_of(self._store, member.person_id)

    def choose_mail_language(self, member: Member, language: str) -> None:
        """Write this member's mail in another language. Raises `RuleRefused("choice")`."""
        if language and language not in LANGUAGES:
            raise RuleRefused("choice")
        accounts.choose_language(self._store, member.person_id, language)

    def print_code(self, member: Member, token: str, current: str) -> Pending:
        """A new recovery code, for who is signed in and types their passphrase.

        Raises `StepUpNeeded`, `RuleRefused("passphrase_now")`, `TooMany`.
        """
        require_fresh(member)
        proof = self._own_proof(member, current)
        return self._pending(token, member.person_id, member.pair.seed, proof, Renewal())

    def recover_passphrase(
        self, token: str, name: str, recovery_code: str, code: str, passphrase: str, again: str
    ) -> Pending:
        """A new passphrase for who has the printed code and the second factor.

        Raises `RuleRefused` for the new passphrase, whoever asks; then `NotAllowed`, one answer for every
        cause and after the same work, and `TooMany`.
        """
        self._require_good(passphrase, again, name)
        with counted(self._store, name, self._machine()) as scope:
            try:
                found = accounts.locks_of(self._store, name[:LONGEST])
                proof, seed = self._by_code(found, recovery_code)
                kept = accounts.unlock(self._store, found.person_id, proof)
                self._require_good(passphrase, again, kept.name)  # the name may have been typed otherwise
                self._spend(found.person_id, seed, kept.totp, kept.totp_step, code)
            except (NotThere, SealBroken):
                raise NotAllowed("that did not match") from None
            scope.passed()
        new = self._smith.lock(seed, found.person_id, PASSPHRASE, normalise_passphrase(passphrase))
        return self._pending(token, found.person_id, seed, proof, Renewal(passphrase=new))

    def recover_factor(
        self, token: str, setup: Setup, name: str, passphrase: str, recovery_code: str, code: str
    ) -> Pending:
        """A new second factor for who has passphrase and printed code; `code` is of the new device.

        Raises as `recover_passphrase`; `RuleRefused("code")` when the new device shows another.
        """
        secret, _nonce = second_factor.unsealed(token, setup.sealed)
        step = second_factor.first_step(secret, code, self._machine())
        with counted(self._store, name, self._machine()) as scope:
            try:
                found = accounts.locks_of(self._store, name[:LONGEST])
                known = normalise_passphrase(passphrase[:LONGEST])
                # Both are tried, also when the first was wrong: which one it was is nobody's to time.
                root = self._smith.root(found.lock, found.person_id, known)
                proof, seed = self._by_code(found, recovery_code)
                accounts.unlock(self._store, found.person_id, Proof(PASSPHRASE, auth_of(root)))
                accounts.unlock(self._store, found.person_id, proof)
            except (NotThere, SealBroken):
                raise NotAllowed("that did not match") from None
            scope.passed()
        factor = NewFactor(second_factor.seal_secret(seed, secret), step)
        return self._pending(token, found.person_id, seed, proof, Renewal(factor=factor))

    def waiting(self, token: str, sealed: str) -> str:
        """The recovery code of a renewal that waits in this browser's page, to be shown again; else ""."""
        try:
            return self._waiting(token, sealed).recovery_code
        except NotThere:
            return ""

    def finish(self, token: str, sealed: str, typed: str) -> None:
        """Let a renewal count once its recovery code came back from the paper.

        Raises `RuleRefused("recovery_code")`; `NotThere` when it waited too long, or what proved it is no
        longer so: the old code is used up now, and only now.
        """
        found = self._waiting(token, sealed)
        try:
            same = hmac.compare_digest(RecoveryCode.parse(typed).text, found.recovery_code)
        except SealBroken:
            same = False
        if not same:
            raise RuleRefused("recovery_code", "That is not the recovery code that was shown.")
        accounts.renew(self._store, found.person_id, found.proof, found.renewal, self._now())

    def _require_good(self, passphrase: str, again: str, name: str) -> None:
        problem = passphrases.problem(passphrase, again, name[:LONGEST], self._site_name)
        if problem is not None:
            raise RuleRefused(problem)
        try:
            normalise_passphrase(passphrase)
        except SealBroken:
            raise RuleRefused("surrogate") from None

    def _own_proof(self, member: Member, current: str) -> Proof:
        with counted(self._store, member.name, self._machine()) as scope:
            try:
                lock = accounts.own_locks(self._store, member.person_id).lock
                known = normalise_passphrase(current[:LONGEST])
                proof, _seed = self._opened(member.person_id, PASSPHRASE, lock, known)
                accounts.unlock(self._store, member.person_id, proof)
            except (NotThere, SealBroken):
                raise RuleRefused("passphrase_now", "That is not your passphrase.") from None
            scope.passed()
        return proof

    def _by_code(self, found: accounts.LockFacts, recovery_code: str) -> tuple[Proof, bytes]:
        return self._opened(found.person_id, RECOVERY, found.recovery_lock, _code(recovery_code))

    def _opened(self, person_id: bytes, purpose: int, lock: bytes, secret: bytes) -> tuple[Proof, bytes]:
        """The auth value and the seed. Raises `NotThere`, `SealBroken`, after one hash in every case."""
        root = self._smith.root(lock, person_id, secret)
        if not lock:
            raise NotThere("that did not match")
        return Proof(purpose, auth_of(root)), self._smith.open(lock, person_id, root)

    def _spend(self, person_id: bytes, seed: bytes, sealed: bytes, last: int, code: str) -> None:
        step = second_factor.next_step(seed, sealed, code, self._machine(), last)
        if step is None:
            raise NotThere("that did not match")
        accounts.spend_step(self._store, person_id, step)

    def _pending(self, token: str, person_id: bytes, seed: bytes, proof: Proof, renewal: Renewal) -> Pending:
        code = RecoveryCode.new()
        spare = self._smith.lock(seed, person_id, RECOVERY, code.secret)
        until = int(self._machine().timestamp()) + pending.SECONDS
        renewed = replace(renewal, recovery=spare)
        return pending.seal(self._key(token), Waiting(person_id, code.text, proof, renewed, until))

    def _waiting(self, token: str, sealed: str) -> Waiting:
        return pending.unseal(self._key(token), sealed, int(self._machine().timestamp()))

    def _key(self, token: str) -> bytes:
        return token_bytes(token) + self._store.keys.run


def _code(text: str) -> bytes:
    try:
        return RecoveryCode.parse(text).secret
    except SealBroken:
        return NO_CODE

"""How a member of staff gets a key, and how they come in with what they know and what they hold."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from whistle.crypto.codes import RecoveryCode, derive
from whistle.crypto.keys import KeyPair, new_seed
from whistle.crypto.locks import LockParameters, auth_of
from whistle.errors import NotAllowed, NotThere, RuleRefused, SealBroken
from whistle.parties import passphrases, second_factor
from whistle.parties.attempts import counted
from whistle.parties.fingerprints import fingerprint_of
from whistle.parties.locksmith import PASSPHRASE, RECOVERY, Locksmith, normalise_passphrase
from whistle.parties.member import Member, require_fresh
from whistle.parties.passkeys import SIGN_IN, Answer, Passkeys
from whistle.parties.passphrases import LONGEST
from whistle.parties.second_factor import Setup
from whistle.parties.sessions import token_bytes
from whistle.vault import accounts, people
from whistle.vault.store import Store

RECOVERY_LABEL = b"whistle/v1/setup-recovery\0"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom an activation link is for."""

    name: str
    roles: tuple[tuple[str, str], ...]


class Staff:
    """Activation and sign-in."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], machine: Callable[[], datetime], site_name: str,
        parameters: LockParameters | None = None,
    ) -> None:  # fmt: skip
        self._store = store
        self._now = now
        self._machine = machine
        self._site_name = site_name
        self.smith = Locksmith(store, parameters)
        self.passkeys = Passkeys(store, now, machine, site_name)

    def invitation(self, token: str) -> Invitation:
        """Whom the link is for. Raises `NotThere` when it was used, is too old, or never was."""
        person = people.invitation(self._store, token, self._machine())
        return Invitation(person.name, tuple((d.role, d.company_code) for d in person.designations))

    def new_setup(self, browser_token: str) -> Setup:
        """A new second factor, sealed into the form of this browser."""
        return second_factor.new_setup(browser_token, self._site_name)

    def open_setup(self, browser_token: str, sealed: str) -> Setup | None:
        """The second factor that a form of this browser carries, or None."""
        return second_factor.open_setup(browser_token, self._site_name, sealed)

    def strength(self, passphrase: str, name: str) -> int:
        """zxcvbn's score, 0 to 4; one's own name is no passphrase."""
        return passphrases.strength(passphrase, name, self._site_name)

    def passphrase_problem(self, passphrase: str, again: str, name: str) -> str | None:
        """What is wrong with a new passphrase: `empty`, `differs`, `short`, `long`, `weak`, or nothing."""
        return passphrases.problem(passphrase, again, name, self._site_name)

    def activate(
        self, token: str, *, browser_token: str, setup: Setup, passphrase: str, again: str, code: str
    ) -> str:
        """Make a person's key and keep it locked; returns the recovery code to be printed and typed back.

        Raises `RuleRefused` with the reason of `passphrase_problem`, or `code`; `NotThere` for a dead link.
        """
        person = people.invitation(self._store, token, self._machine())
        problem = self.passphrase_problem(passphrase, again, person.name)
        if problem is not None:
            raise RuleRefused(problem)
        secret, nonce = second_factor.unsealed(browser_token, setup.sealed)
        step = second_factor.first_step(secret, code, self._machine())
        recovery = RecoveryCode(derive(token_bytes(browser_token) + nonce, RECOVERY_LABEL)[:15])
        account = self._account(person.id, passphrase, recovery, secret, step)
        people.store_account(self._store, token, account, self._machine())
        return recovery.text

    def finish_activation(self, token: str, recovery_code_text: str) -> None:
        """Open the account once the recovery code was typed back. Raises `RuleRefused("recovery_code")`."""
        lock = people.recovery_lock(self._store, token, self._machine())
        try:
            code = RecoveryCode.parse(recovery_code_text)
        except SealBroken:
            raise RuleRefused("recovery_code") from None
        auth = auth_of(self.smith.root(lock, b"", code.secret))
        people.finish_activation(self._store, token, auth, self._machine(), self._now())

    def sign_in(self, name: str, passphrase: str, code: str, passkey: Answer | None = None) -> Member:
        """Open the lock of `name`; the same work is done for a name that nobody has.

        A passkey's answer stands in for the code. Raises `NotAllowed`, one answer for every cause, and
        `TooMany` with the seconds to wait.
        """
        with counted(self._store, name, self._machine()) as scope:
            try:
                member = self._unlocked(name[:LONGEST], passphrase[:LONGEST], code, passkey)
            except (NotThere, SealBroken):
                raise NotAllowed("that did not match") from None
            scope.passed()
        return member

    def fingerprint(self, member: Member) -> str:
        """The fingerprint of one's own key, to be read aloud to whoever confirms it."""
        return fingerprint_of(member.pair.public_key)

    def may_invite_again(self, member: Member, person: str) -> str:
        """The name of somebody who lost everything. Raises `NotThere`, `RuleRefused("yourself")`."""
        return accounts.may_invite_again(self._store, member.person_id, _id(person), self._now())

    def invite_again(self, member: Member, person: str) -> str:
        """End somebody's key and return the token of a new activation link for the same person.

        Raises `StepUpNeeded`, `NotThere` for who is no administrator, `RuleRefused("yourself")`.
        """
        require_fresh(member)
        return accounts.invite_again(self._store, member.person_id, _id(person), self._now(), self._machine())

    def _unlocked(self, name: str, passphrase: str, code: str, passkey: Answer | None) -> Member:
        facts, moment = people.sign_in_facts(self._store, name), self._machine()
        root = self.smith.root(facts.lock, facts.person_id, normalise_passphrase(passphrase))
        found = people.unlock(self._store, facts.person_id, auth_of(root), self._now())
        seed = self.smith.open(found.lock, found.person_id, root)
        hour = self._now().strftime("%Y-%m-%dT%H")
        if passkey is not None:
            self.passkeys.show(found.person_id, SIGN_IN, passkey, hour=hour)
        else:
            step = second_factor.next_step(seed, found.totp, code, moment, found.totp_step)
            if step is None:
                raise NotThere("that did not match")
            people.use_code(self._store, found.person_id, step, hour, self._now())
        return Member(found.person_id, found.name, found.roles, KeyPair.from_seed(seed))

    def _account(
        self, person_id: bytes, passphrase: str, recovery: RecoveryCode, secret: bytes, step: int
    ) -> people.NewAccount:
        seed = new_seed()
        pair = KeyPair.from_seed(seed)
        own = self.smith.lock(seed, person_id, PASSPHRASE, normalise_passphrase(passphrase))
        spare = self.smith.lock(seed, person_id, RECOVERY, recovery.secret)
        return people.NewAccount(
            pair.public_key, pair.key_id, own.lock, spare.lock, own.auth, spare.auth,
            second_factor.seal_secret(seed, secret), step,
        )  # fmt: skip


def _id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotThere("there is no such person") from None

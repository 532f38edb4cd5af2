"""How a member of staff gets a key, and how they come in with what they know and what they hold."""

import base64
import binascii
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from whistle.crypto import totp
from whistle.crypto.codes import RecoveryCode, derive
from whistle.crypto.keys import KeyPair, new_seed
from whistle.crypto.locks import (
    LockParameters,
    argon2_root,
    auth_of,
    lock_parameters,
    normalise_passphrase,
    open_lock,
    seal_lock,
    site_share,
)
from whistle.crypto.records import new_object_id
from whistle.crypto.session import open_small, seal_small
from whistle.errors import NotAllowed, NotThere, RuleRefused, SealBroken, TooMany
from whistle.parties.fingerprints import fingerprint_of
from whistle.parties.hashing import Hashing
from whistle.parties.member import Member
from whistle.parties.sessions import token_bytes
from whistle.vault import people, throttle
from whistle.vault.store import Store

PASSPHRASE = 1
RECOVERY = 2
"""Purposes of a lock (FORMAT.md)."""

SETUP_LABEL = b"whistle/v1/setup\0"
TOTP_LABEL = b"whistle/v1/totp\0"
RECOVERY_LABEL = b"whistle/v1/setup-recovery\0"
SALT_LABEL = b"whistle/v1/unknown-salt\0"

SHORTEST = 12
"""Letters of a passphrase at least; strength is measured besides."""

LONGEST = 256
"""Letters at most: a bound on what one form may cost."""

STRONG = 3
"""zxcvbn's score that resists somebody who has stolen the database and the keys for a while."""

ZXCVBN_LETTERS = 72
"""zxcvbn takes no more; what comes after only makes a passphrase stronger."""

OWN_WORD = 3
"""Shorter parts of a name stand inside other words too often to be taken out."""

FREE_ATTEMPTS = 5
PAUSE_SECONDS = 20
"""After five tries one is let through every 20 seconds: slow for a guesser, short for the rightful person."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom an activation link is for."""

    name: str
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Setup:
    """A second factor being enrolled: `sealed` travels in the form, the rest is shown."""

    sealed: str
    secret_text: str
    uri: str = field(repr=False)
    svg: str = field(repr=False)


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
        self._parameters = parameters or LockParameters()
        self._hashing = Hashing()

    def invitation(self, token: str) -> Invitation:
        """Whom the link is for. Raises `NotThere` when it was used, is too old, or never was."""
        person = people.invitation(self._store, token, self._machine())
        return Invitation(person.name, tuple((d.role, d.company_code) for d in person.designations))

    def new_setup(self, browser_token: str) -> Setup:
        """A new second factor, sealed into the form of this browser."""
        return self._setup(browser_token, totp.new_secret(), new_object_id())

    def open_setup(self, browser_token: str, sealed: str) -> Setup | None:
        """The second factor that a form of this browser carries, or None."""
        try:
            secret, nonce = self._unsealed(browser_token, sealed)
        except SealBroken:
            return None
        return self._setup(browser_token, secret, nonce)

    def strength(self, passphrase: str, name: str) -> int:
        """zxcvbn's score, 0 to 4; one's own name is no passphrase."""
        from zxcvbn import zxcvbn  # noqa: PLC0415 (its word lists are slow to load)

        known = [name, self._site_name, *name.split(), *self._site_name.split()]
        tried = (passphrase[:ZXCVBN_LETTERS], _without(passphrase, known)[:ZXCVBN_LETTERS])
        # Of nothing zxcvbn can say nothing.
        return min(int(zxcvbn(one, user_inputs=known)["score"]) if one else 0 for one in tried)

    def passphrase_problem(self, passphrase: str, again: str, name: str) -> str | None:
        """What is wrong with a new passphrase: `empty`, `differs`, `short`, `long`, `weak`, or nothing."""
        if not passphrase:
            return "empty"
        if passphrase != again:
            return "differs"
        if len(passphrase) < SHORTEST:
            return "short"
        if len(passphrase) > LONGEST:
            return "long"
        return "weak" if self.strength(passphrase, name) < STRONG else None

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
        secret, nonce = self._unsealed(browser_token, setup.sealed)
        now = totp.step_at(int(self._machine().timestamp()))
        step = totp.matching_step(secret, code.replace(" ", ""), now, 0)
        if step is None:
            raise RuleRefused("code")
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
        _purpose, salt, parameters, _share = lock_parameters(lock)
        auth = auth_of(self._root(code.secret, salt, parameters))
        people.finish_activation(self._store, token, auth, self._machine(), self._now())

    def sign_in(self, name: str, passphrase: str, code: str) -> Member:
        """Open the lock of `name`; the same work is done for a name that nobody has.

        Raises `NotAllowed`, one answer for every cause, and `TooMany` with the seconds to wait.
        """
        moment = self._machine()
        scope = "sign-in " + people.handle_of(name[:LONGEST])
        wait = throttle.attempt(
            self._store, scope, free=FREE_ATTEMPTS, pause=PAUSE_SECONDS, second=int(moment.timestamp())
        )
        if wait:
            raise TooMany(wait)
        try:
            member, step = self._unlocked(name[:LONGEST], passphrase[:LONGEST], code, moment)
            hour = self._now().strftime("%Y-%m-%dT%H")
            people.use_code(self._store, member.person_id, step, hour, self._now())
        except (NotThere, SealBroken):
            raise NotAllowed("that did not match") from None
        throttle.forget(self._store, scope)
        return member

    def fingerprint(self, member: Member) -> str:
        """The fingerprint of one's own key, to be read aloud to whoever confirms it."""
        return fingerprint_of(member.pair.public_key)

    def _unlocked(self, name: str, passphrase: str, code: str, moment: datetime) -> tuple[Member, int]:
        facts = people.sign_in_facts(self._store, name)
        lock = facts.lock or self._decoy(facts.person_id)
        _purpose, salt, parameters, shared = lock_parameters(lock)
        root = self._root(normalise_passphrase(passphrase), salt, parameters)
        found = people.unlock(self._store, facts.person_id, auth_of(root))
        share = site_share(self._store.keys.lock, facts.person_id) if shared else b""
        seed = open_lock(found.lock, owner_id=found.person_id, root=root, share=share)
        secret = open_small(seed, TOTP_LABEL, found.totp)
        step = totp.matching_step(
            secret, code.replace(" ", ""), totp.step_at(int(moment.timestamp())), found.totp_step
        )
        if step is None:
            raise NotThere("that did not match")
        return Member(found.person_id, found.name, found.roles, KeyPair.from_seed(seed)), step

    def _account(
        self, person_id: bytes, passphrase: str, recovery: RecoveryCode, secret: bytes, step: int
    ) -> people.NewAccount:
        seed = new_seed()
        pair = KeyPair.from_seed(seed)
        share = site_share(self._store.keys.lock, person_id)
        lock, auth = self._locked(seed, person_id, PASSPHRASE, normalise_passphrase(passphrase), share)
        recovery_lock, recovery_auth = self._locked(seed, person_id, RECOVERY, recovery.secret, share)
        return people.NewAccount(
            pair.public_key, pair.key_id, lock, recovery_lock, auth, recovery_auth,
            seal_small(seed, TOTP_LABEL, secret), step,
        )  # fmt: skip

    def _locked(
        self, seed: bytes, owner: bytes, purpose: int, secret: bytes, share: bytes
    ) -> tuple[bytes, bytes]:
        salt = new_object_id()
        root = self._root(secret, salt, self._parameters)
        lock = seal_lock(
            seed,
            owner_id=owner,
            purpose=purpose,
            root=root,
            salt=salt,
            parameters=self._parameters,
            share=share,
        )
        return lock, auth_of(root)

    def _decoy(self, owner: bytes) -> bytes:
        """A lock that opens nothing, with the same cost, for a name that nobody has."""
        salt = derive(self._store.keys.lock + owner, SALT_LABEL)[:16]
        return seal_lock(
            bytes(32), owner_id=owner, purpose=PASSPHRASE, root=derive(owner, SALT_LABEL), salt=salt,
            parameters=self._parameters, share=site_share(self._store.keys.lock, owner),
        )  # fmt: skip

    def _root(self, secret: bytes, salt: bytes, parameters: LockParameters) -> bytes:
        return self._hashing.run(argon2_root, secret, salt, parameters)

    def _setup(self, browser_token: str, secret: bytes, nonce: bytes) -> Setup:
        content = json.dumps({"secret": secret.hex(), "nonce": nonce.hex()}).encode()
        raw = seal_small(token_bytes(browser_token), SETUP_LABEL, content)
        sealed = base64.urlsafe_b64encode(raw).decode()
        uri = totp.provisioning_uri(secret, self._site_name, self._site_name)
        return Setup(sealed, totp.base32(secret), uri, _qr(uri))

    def _unsealed(self, browser_token: str, sealed: str) -> tuple[bytes, bytes]:
        try:
            raw = base64.urlsafe_b64decode(sealed.encode("ascii", "replace"))
        except (binascii.Error, ValueError):
            raise SealBroken("this is no setup of ours") from None
        fields = json.loads(open_small(token_bytes(browser_token), SETUP_LABEL, raw))
        return bytes.fromhex(fields["secret"]), bytes.fromhex(fields["nonce"])


def _without(passphrase: str, known: list[str]) -> str:
    """What is left without one's own name and the site's: zxcvbn finds several easy words in a row strong."""
    rest = passphrase.casefold()
    for word in sorted((word.casefold() for word in known if len(word) >= OWN_WORD), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest


def _qr(uri: str) -> str:
    """The QR code as SVG without a style attribute: dark modules on a light square, also in dark mode."""
    import segno  # noqa: PLC0415 (needed at activation only)

    out = io.BytesIO()
    segno.make(uri, micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, scale=5, border=4,
        light="#ffffff", dark="#000000", nl=False, svgclass="qr", lineclass=None,
    )  # fmt: skip
    return out.getvalue().decode()

"""A passkey answers one question once, asked of one browser, at this site's own address."""

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from whistle.crypto.session import open_small, seal_small, session_id, window_tag
from whistle.errors import NotThere, RuleRefused, SealBroken
from whistle.parties.member import Member, require_fresh
from whistle.parties.sessions import WINDOW_SECONDS, token_bytes
from whistle.rules.text import clean_text
from whistle.vault import passkeys as kept
from whistle.vault import sessions
from whistle.vault.store import Store

CHALLENGE_LABEL = b"whistle/v1/passkey-challenge\0"

CHALLENGE_BYTES = 32
"""At least 16 (WebAuthn Level 3, 13.4.3); these are also the name under which a used one is remembered."""

CHALLENGE_SECONDS = 300
"""How long a question stands: time to find the device; less than the 15 minutes a used one is remembered."""

NAME_LIMIT = 80
SIGN_IN, STEP_UP, ENROL = "sign-in", "step-up", "enrol"
"""What a question is for; an answer to one counts for no other."""


@dataclass(frozen=True, slots=True)
class Relying:
    """The site as a passkey knows it: its host, and the origin of its pages (WebAuthn Level 3, 5.1.2)."""

    rp_id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a page asks a passkey: `options` for the browser, `sealed` to come back with the answer."""

    options: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the credential's JSON, the sealed question, the browser's token, the site's address."""

    credential: str = field(repr=False)
    sealed: str
    token: str = field(repr=False)
    relying: Relying


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey in its owner's list."""

    id: str
    name: str
    added_on: Any


class Passkeys:
    """Passkeys beside the one-time code: enrolled, listed, shown, forgotten."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], machine: Callable[[], datetime], site_name: str
    ) -> None:
        self._store = store
        self._now = now
        self._machine = machine
        self._site_name = site_name

    def of(self, member: Member) -> tuple[PasskeyView, ...]:
        """A member's own passkeys, oldest first."""
        found = kept.of_person(self._store, member.person_id)
        return tuple(PasskeyView(one.id.hex(), one.name, one.added_on) for one in found)

    def ask(self, token: str, relying: Relying, purpose: str, member: Member | None = None) -> Question:
        """A question for a passkey; before a sign-in none is named, so that none is given away."""
        import webauthn  # noqa: PLC0415 (a slow import that a server may never need)
        from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

        challenge, sealed = self._challenge(token, purpose)
        options = webauthn.generate_authentication_options(
            rp_id=relying.rp_id,
            challenge=challenge,
            timeout=CHALLENGE_SECONDS * 1000,
            allow_credentials=None if member is None else self._known(member),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return Question(webauthn.options_to_json(options), sealed)

    def ask_to_add(self, member: Member, token: str, relying: Relying) -> Question:
        """What the browser needs to make a passkey. Raises `StepUpNeeded`."""
        import webauthn  # noqa: PLC0415
        from webauthn.helpers import structs  # noqa: PLC0415

        require_fresh(member)
        challenge, sealed = self._challenge(token, ENROL)
        options = webauthn.generate_registration_options(
            rp_id=relying.rp_id,
            rp_name=self._site_name,
            user_id=member.person_id,
            user_name=member.name,
            challenge=challenge,
            timeout=CHALLENGE_SECONDS * 1000,
            # Found without a name being sent first, and opened by its owner, not by whoever holds the device.
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=self._known(member),
        )
        return Question(webauthn.options_to_json(options), sealed)

    def add(self, member: Member, name: str, answer: Answer) -> None:
        """Keep the passkey that was made.

        Raises `StepUpNeeded`, `RuleRefused` (`passkey_name`, `passkey`, `passkeys_full`), `Conflict`.
        """
        import webauthn  # noqa: PLC0415

        require_fresh(member)
        called = clean_text(name, NAME_LIMIT, single_line=True).strip()
        if not called:
            raise RuleRefused("passkey_name", "Give the passkey a name.")
        try:
            challenge = self._asked(answer, ENROL)
            made = _checked(
                webauthn.verify_registration_response,
                credential=answer.credential,
                expected_challenge=challenge,
                expected_rp_id=answer.relying.rp_id,
                expected_origin=answer.relying.origin,
                require_user_verification=True,
            )
            self._spend(challenge)
        except NotThere:
            raise RuleRefused("passkey", "The browser's answer did not match.") from None
        new = kept.NewPasskey(made.credential_id, made.credential_public_key, made.sign_count, called)
        kept.add(self._store, member.person_id, new, self._now())

    def remove(self, member: Member, passkey: str) -> None:
        """Forget one. Raises `StepUpNeeded`, `NotThere`."""
        require_fresh(member)
        try:
            passkey_id = bytes.fromhex(passkey)
        except ValueError:
            raise NotThere("there is no such passkey") from None
        kept.remove(self._store, member.person_id, passkey_id, self._now())

    def show(self, person_id: bytes, purpose: str, answer: Answer, *, hour: str = "") -> None:
        """Take a passkey's answer as the second factor of this person; `hour` notes a sign-in.

        Raises `NotThere` for every cause: another question, browser, site or person, a question used before
        or too old, a counter that did not go on, nobody verified at the device, a row written past the page.
        """
        import webauthn  # noqa: PLC0415

        challenge = self._asked(answer, purpose)
        stored = self._named(person_id, answer)
        shown = _checked(
            webauthn.verify_authentication_response,
            credential=answer.credential,
            expected_challenge=challenge,
            expected_rp_id=answer.relying.rp_id,
            expected_origin=answer.relying.origin,
            credential_public_key=stored.public_key,
            credential_current_sign_count=stored.sign_count,
            require_user_verification=True,
        )
        self._spend(challenge)
        kept.used(self._store, person_id, stored, shown.new_sign_count, self._now(), hour=hour)

    def _known(self, member: Member) -> list[Any]:
        from webauthn.helpers.structs import PublicKeyCredentialDescriptor  # noqa: PLC0415

        mine = kept.of_person(self._store, member.person_id)
        return [PublicKeyCredentialDescriptor(id=one.credential) for one in mine]

    def _named(self, person_id: bytes, answer: Answer) -> kept.StoredPasskey:
        try:
            named = json.loads(answer.credential)["rawId"]
            credential = base64.urlsafe_b64decode(named.encode("ascii") + b"==")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NotThere("that did not match") from None
        for one in kept.of_person(self._store, person_id):
            if one.credential == credential:
                return one
        raise NotThere("that did not match")

    def _challenge(self, token: str, purpose: str) -> tuple[bytes, str]:
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        until = int(self._machine().timestamp()) + CHALLENGE_SECONDS
        content = {"challenge": challenge.hex(), "purpose": purpose, "until": until}
        sealed = seal_small(self._key(token), CHALLENGE_LABEL, json.dumps(content).encode())
        return challenge, base64.urlsafe_b64encode(sealed).decode()

    def _asked(self, answer: Answer, purpose: str) -> bytes:
        """The challenge that this browser was asked, for this purpose, a short while ago."""
        try:
            raw = base64.urlsafe_b64decode(answer.sealed.encode("ascii", "replace"))
            content = json.loads(open_small(self._key(answer.token), CHALLENGE_LABEL, raw))
        except (SealBroken, binascii.Error, ValueError):
            raise NotThere("that did not match") from None
        if content["purpose"] != purpose or self._machine().timestamp() > content["until"]:
            raise NotThere("that did not match")
        return bytes.fromhex(content["challenge"])

    def _spend(self, challenge: bytes) -> None:
        tag = window_tag(self._store.keys.run, int(self._machine().timestamp()) // WINDOW_SECONDS)
        if not sessions.put_once(self._store, session_id(challenge), tag):
            raise NotThere("that did not match")

    def _key(self, token: str) -> bytes:
        return token_bytes(token) + self._store.keys.run


def _checked(verify: Callable[..., Any], **facts: Any) -> Any:
    try:
        return verify(**facts)
    except Exception:  # noqa: BLE001 (a stranger's bytes: whatever the library finds, the answer is one)
        raise NotThere("that did not match") from None

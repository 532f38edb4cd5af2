"""Between requests a key rests sealed under what only the browser's cookie and this run together know."""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from whistle.crypto import session
from whistle.crypto.codes import derive
from whistle.crypto.keys import KeyPair
from whistle.errors import NotThere, SealBroken
from whistle.parties.member import Member
from whistle.vault import accounts, sessions, throttle
from whistle.vault.facts import PersonFacts
from whistle.vault.store import Store

TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

WINDOW_SECONDS = 60
"""A session's row is written anew at most once in this time."""

IDLE_WINDOWS = 15
"""15 minutes without a click end a session."""

STAFF_SECONDS = 8 * 3600
"""The longest a member of staff stays signed in: a working day."""

FRESH_SECONDS = 5 * 60
"""So long a second factor that was shown again counts: time to read a page through and decide on it, and
short for whoever finds the screen left open. A sign-in is not enough: one code seen over a shoulder, or typed
into a false page, opens nobody's name."""

CSRF_LABEL = b"whistle/v1/csrf\0"
TEXT_LABEL = b"whistle/v1/kept-text\0"


class Sessions:
    """Reporter's and staff's sessions; the machine's clock decides when one is over, never a rehearsed one.

    `now` is the site's: by it roles begin and end.
    """

    def __init__(self, store: Store, machine: Callable[[], datetime], now: Callable[[], datetime]) -> None:
        self._store = store
        self._machine = machine
        self._now = now

    def new_token(self) -> str:
        """A new cookie value: 32 random bytes as 43 characters."""
        return base64.urlsafe_b64encode(secrets.token_bytes(TOKEN_BYTES)).rstrip(b"=").decode()

    def looks_like_token(self, text: str) -> bool:
        """Whether `text` has the form of a cookie value."""
        return _TOKEN.fullmatch(text) is not None

    def csrf_secret(self, token: str) -> str:
        """What the forms of this browser carry; worked out from the cookie, stored nowhere."""
        return derive(token_bytes(token), CSRF_LABEL).hex()

    def seal_text(self, token: str, text: str) -> str:
        """Typed text that travels hidden in a page, readable only with the browser's own cookie."""
        sealed = session.seal_small(token_bytes(token), TEXT_LABEL, text.encode("utf-8", "replace"))
        return base64.urlsafe_b64encode(sealed).decode()

    def open_text(self, token: str, sealed: str) -> str | None:
        """The text of `seal_text`, or None when it is not one of this browser's."""
        try:
            raw = base64.urlsafe_b64decode(sealed.encode("ascii", "replace"))
            return session.open_small(token_bytes(token), TEXT_LABEL, raw).decode()
        except (SealBroken, binascii.Error, ValueError):
            return None

    def begin_case(self, secret: bytes) -> str:
        """Keep a reporter's case secret for 15 minutes; returns the new cookie value."""
        return self._begin({"kind": "case", "secret": secret.hex()})

    def open_case(self, token: str) -> bytes | None:
        """The case secret of a reporter's session, or None when it is over."""
        content = self._open(token)
        return bytes.fromhex(content["secret"]) if content is not None and content["kind"] == "case" else None

    def begin_staff(self, member: Member) -> str:
        """Keep a member's seed until they leave; returns the new cookie value."""
        since = int(self._machine().timestamp())
        return self._begin(
            {
                "kind": "staff",
                "secret": member.pair.seed.hex(),
                "person": member.person_id.hex(),
                "since": since,
                "key": member.pair.key_id.hex(),
                "stamp": accounts.stamp(self._store, member.person_id).hex(),
                "fresh": 0,
            }
        )

    def open_staff(self, token: str) -> Member | None:
        """The member of a session, with the roles that count now.

        None when it is over, they retired, or their key or passphrase is another than when it began.
        """
        content = self._open(token)
        if content is None or content["kind"] != "staff":
            return None
        moment = self._machine().timestamp()
        person = self._standing(content) if moment - content["since"] <= STAFF_SECONDS else None
        if person is None:
            self.end(token)
            return None
        roles = tuple((d.role, d.company_code) for d in person.designations if d.confirmed)
        pair = KeyPair.from_seed(bytes.fromhex(content["secret"]), person.key_id)
        return Member(person.id, person.name, roles, pair, 0 <= moment - content["fresh"] <= FRESH_SECONDS)

    def freshen(self, token: str) -> None:
        """Note that whoever is signed in showed their second factor again, just now."""
        content = self._open(token)
        if content is not None and content["kind"] == "staff":
            content["fresh"] = int(self._machine().timestamp())
            row = session.session_id(token_bytes(token)), self._living()[0], self._sealed(token, content)
            sessions.keep_on(self._store, *row)

    def _standing(self, content: dict[str, Any]) -> PersonFacts | None:
        person_id = bytes.fromhex(content["person"])
        try:
            person, stamp = accounts.stamped(self._store, person_id, self._now())
        except NotThere:
            return None
        same = person.key_id is not None and person.key_id.hex() == content["key"]
        return person if same and stamp.hex() == content["stamp"] else None

    def end(self, token: str) -> None:
        """Forget a session; never fails."""
        if self.looks_like_token(token):
            sessions.drop(self._store, session.session_id(token_bytes(token)))

    def sweep(self) -> None:
        """Forget every session that nobody used for 15 minutes, and attempts of long ago."""
        sessions.sweep(self._store, self._living())
        throttle.sweep(self._store, int(self._machine().timestamp()))

    def _begin(self, content: dict[str, Any]) -> str:
        token = self.new_token()
        sessions.put(
            self._store,
            session.session_id(token_bytes(token)),
            self._living()[0],
            self._sealed(token, content),
        )
        return token

    def _sealed(self, token: str, content: dict[str, Any]) -> bytes:
        return session.seal_session(token_bytes(token), self._store.keys.run, json.dumps(content).encode())

    def _open(self, token: str) -> dict[str, Any] | None:
        if not self.looks_like_token(token):
            return None
        raw = token_bytes(token)
        found = sessions.get(self._store, session.session_id(raw))
        living = self._living()
        if found is None or found[0] not in living:
            return None
        try:
            content: dict[str, Any] = json.loads(session.open_session(raw, self._store.keys.run, found[1]))
        except SealBroken:
            return None
        if found[0] != living[0]:
            sessions.keep_on(self._store, session.session_id(raw), living[0], self._sealed(token, content))
        return content

    def _living(self) -> list[bytes]:
        """The tags of the last 15 minutes, this minute's first."""
        now = int(self._machine().timestamp()) // WINDOW_SECONDS
        return [session.window_tag(self._store.keys.run, now - back) for back in range(IDLE_WINDOWS)]


def token_bytes(token: str) -> bytes:
    """The 32 bytes of a cookie value or form nonce. Raises `SealBroken` for anything else."""
    if _TOKEN.fullmatch(token) is None:
        raise SealBroken("this is no token of ours")
    return base64.urlsafe_b64decode(token + "=")

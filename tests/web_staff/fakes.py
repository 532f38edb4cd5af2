"""Parties that keep the doors' side of the promise with everything in memory: the same refusals, no keys."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field, fields, replace
from types import SimpleNamespace
from typing import Any

from tests.fakes import FakeClock
from tests.web_staff.fake_accounts import FakeAccounts, FakePasskeys, FakeRecovery
from tests.web_staff.fake_administration import FakeAdministration
from tests.web_staff.fake_casework import FakeCasework
from tests.web_staff.fake_clockwatch import FakeClockwatch
from tests.web_staff.fake_desks import FakeHandler, FakeLegal
from tests.web_staff.fake_duties import FakeDuties
from tests.web_staff.fake_held import fake_kept
from tests.web_staff.fake_overview import fake_overview
from tests.web_staff.fake_restored import FakeRestored
from tests.web_staff.samples import (
    CODE,
    FINGERPRINT,
    INVITATION,
    PASSPHRASE,
    PEOPLE,
    QR,
    RECOVERY,
    FakeMember,
    some_ledger,
)
from whistle.errors import NotAllowed, NotThere, RuleRefused, TooMany
from whistle.parties.member import require_fresh
from whistle.parties.views import (
    LedgerPage,
    PendingKey,
    PersonView,
)
from whistle.web.services import Services


class FakeSessions:
    """Tokens in a dictionary; what is sealed for one token does not open with another."""

    def __init__(self) -> None:
        self.staff: dict[str, FakeMember] = {}

    def new_token(self) -> str:
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")

    def csrf_secret(self, token: str) -> str:
        return hashlib.sha256(b"csrf" + token.encode()).hexdigest()

    def looks_like_token(self, text: str) -> bool:
        return len(text) == 43

    def open_case(self, _token: str) -> bytes | None:
        return None

    def end(self, token: str) -> None:
        self.staff.pop(token, None)

    def begin_staff(self, member: FakeMember) -> str:
        token = self.new_token()
        self.staff[token] = member
        return token

    def open_staff(self, token: str) -> FakeMember | None:
        return self.staff.get(token)

    def freshen(self, token: str) -> None:
        if token in self.staff:
            self.staff[token] = replace(self.staff[token], fresh=True)

    def seal_text(self, token: str, text: str) -> str:
        pad = hashlib.shake_256(token.encode()).digest(len(text.encode()))
        sealed = bytes(a ^ b for a, b in zip(text.encode(), pad, strict=True))
        mark = hashlib.sha256(token.encode() + sealed).digest()
        return base64.urlsafe_b64encode(mark + sealed).decode()

    def open_text(self, token: str, sealed: str) -> str | None:
        try:
            raw = base64.urlsafe_b64decode(sealed)
        except ValueError:
            return None
        mark, body = raw[:32], raw[32:]
        if mark != hashlib.sha256(token.encode() + body).digest():
            return None
        pad = hashlib.shake_256(token.encode()).digest(len(body))
        return bytes(a ^ b for a, b in zip(body, pad, strict=True)).decode()


class FakeStaff:
    def __init__(self) -> None:
        self.active = False
        self.passkeys = FakePasskeys()
        self.throttled = 0
        self.finished = False

    def invitation(self, token: str) -> Any:
        if token != INVITATION or self.finished:
            raise NotThere("no such invitation")
        return SimpleNamespace(name="Nils Åberg", roles=(("handler", "nordvakt-larm"),))

    def new_setup(self, _browser_token: str) -> Any:
        return SimpleNamespace(
            sealed="sealed-setup", secret_text="JBSW Y3DP EHPK 3PXP", uri="otpauth://totp/x", svg=QR
        )

    def open_setup(self, browser_token: str, sealed: str) -> Any:
        return self.new_setup(browser_token) if sealed == "sealed-setup" else None

    def activate(
        self, token: str, *, browser_token: str, setup: Any, passphrase: str, again: str, code: str
    ) -> str:
        self.invitation(token)
        assert self.open_setup(browser_token, setup.sealed) is not None
        if not passphrase:
            raise RuleRefused("empty")
        if passphrase != again:
            raise RuleRefused("differs")
        if len(passphrase) < 12:
            raise RuleRefused("short")
        if code != CODE:
            raise RuleRefused("code")
        return RECOVERY

    def finish_activation(self, token: str, recovery_code_text: str) -> None:
        self.invitation(token)
        if recovery_code_text.replace("-", "").upper() != RECOVERY.replace("-", ""):
            raise RuleRefused("recovery_code")
        self.finished = True

    def sign_in(self, name: str, passphrase: str, code: str, passkey: Any = None) -> FakeMember:
        del passkey
        if self.throttled:
            raise TooMany(self.throttled)
        for member in PEOPLE.values():
            if (member.name, PASSPHRASE, CODE) == (name, passphrase, code):
                return member
        raise NotAllowed("no")

    def may_invite_again(self, member: FakeMember, person: str) -> str:
        if not member.has("administrator") or person not in {"aa", "cc"}:
            raise NotThere("not yours")
        if person == "cc":
            raise RuleRefused("yourself")
        return "Britt Öst"

    def invite_again(self, member: Any, person: str) -> str:
        require_fresh(member)
        self.may_invite_again(member, person)
        return "new-token"

    def fingerprint(self, _member: FakeMember) -> str:
        return FINGERPRINT


class FakeKeys:
    def __init__(self) -> None:
        self.keys = [
            PendingKey("d1", "Nils Åberg", "handler", "Nordvakt Larm AB", 0, 2, False),
            PendingKey("d2", "Britt Öst", "legal", "Nordvakt AB", 0, 1, False),
            PendingKey("d3", "Olle Frid", "custodian", "Nordvakt AB", 1, 2, True),
        ]
        self.intact = True
        self.lines = some_ledger()

    def pending(self, member: FakeMember) -> tuple[PendingKey, ...]:
        return tuple(self.keys) if member.has("administrator") or member.has("handler") else ()

    def confirm(self, member: FakeMember, designation: str, fingerprint_text: str) -> bool:
        found = next((key for key in self.pending(member) if key.designation == designation), None)
        if found is None:
            raise NotThere("no such key")
        if fingerprint_text.replace("-", "").replace(" ", "").upper() != FINGERPRINT.replace("-", ""):
            raise RuleRefused("fingerprint")
        self.keys.remove(found)
        if found.confirmations + 1 >= found.needed:
            return True
        self.keys.append(replace(found, confirmations=found.confirmations + 1, confirmed_by_me=True))
        return False

    def people(self, member: FakeMember) -> tuple[PersonView, ...]:
        if not member.has("administrator"):
            raise NotThere("not yours")
        views = [
            PersonView(
                f"{n:032x}", one.name, f"{one.name[0].lower()}@nordvakt.example", "active", one.roles, True
            )
            for n, one in enumerate(PEOPLE.values())
        ]
        waits = PersonView(
            "f1", "Nils Åberg", "n@nordvakt.example", "active", (("handler", "nordvakt-larm"),), False
        )
        invited = PersonView(
            "f2", "Britt Öst", "b@nordvakt.example", "invited", (("legal", "nordvakt-se"),), False
        )
        return (*views, waits, invited)

    def ledger(self, member: FakeMember, before: int | None) -> LedgerPage:
        if not member.has("auditor"):
            raise NotThere("not yours")
        lines = [line for line in self.lines if before is None or line.seq < before]
        page = tuple(lines[:10])
        return LedgerPage(page, self.intact, page[-1].seq if len(lines) > 10 else None)


class FakeSite:
    name = "Nordvakt"
    rehearsal = False
    rehearsal_now = None
    languages = ("en", "sv")
    security_contact = ""

    def has_recovery_key(self) -> bool:
        return False

    def companies(self) -> tuple[Any, ...]:
        rows = (
            ("nordvakt-se", "Nordvakt AB", "SE", "Europe/Stockholm", True),
            ("nordvakt-larm", "Nordvakt Larm AB", "SE", "Europe/Stockholm", True),
            ("nordvakt-fi", "Nordvakt Oy", "FI", "Europe/Helsinki", False),
        )
        return tuple(
            SimpleNamespace(code=code, name=name, country=country, zone=zone, open=is_open)
            for code, name, country, zone, is_open in rows
        )


@dataclass
class House:
    """The fakes behind the doors, for a test to look at and to change."""

    sessions: FakeSessions = field(default_factory=FakeSessions)
    staff: FakeStaff = field(default_factory=FakeStaff)
    handler: FakeHandler = field(default_factory=FakeHandler)
    legal: FakeLegal = field(default_factory=FakeLegal)
    keys: FakeKeys = field(default_factory=FakeKeys)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    recovery: FakeRecovery = field(default_factory=FakeRecovery)
    clock: FakeClock = field(default_factory=FakeClock)
    duties: FakeDuties = field(default_factory=FakeDuties)
    administration: FakeAdministration = field(default_factory=FakeAdministration)
    clockwatch: FakeClockwatch = field(default_factory=FakeClockwatch)
    restored: FakeRestored = field(default_factory=FakeRestored)

    def __post_init__(self) -> None:
        self.kept = fake_kept(self.handler)

    def services(self) -> Services:
        settings = SimpleNamespace(
            cookies_secure=False,
            base_url="http://localhost",
            onion_url=None,
            trusted_hosts=("localhost", "127.0.0.1"),
            max_upload_bytes=512 * 1024 * 1024,
            leave_url="https://example.org/",
        )
        parts: dict[str, Any] = {
            "settings": settings,
            "clock": self.clock,
            "site": FakeSite(),
            "sessions": self.sessions,
            "reporter": None,
            "staff": self.staff,
            "handler": self.handler,
            "legal": self.legal,
            "keys": self.keys,
            "casework": FakeCasework(self.handler),
            "accounts": self.accounts,
            "recovery": self.recovery,
            "duties": self.duties,
            "administration": self.administration,
            "clockwatch": self.clockwatch,
            "restored": self.restored,
            "overview": fake_overview(self.keys, self.handler),
            "kept": self.kept,
        }
        # Parties that these doors never call are nobody.
        absent = {one.name: None for one in fields(Services) if one.name not in parts}
        return Services(**{**absent, **parts, "health": lambda: "ok"})

"""Accounts, passkeys and the recovery key as the doors see them: the same refusals, nothing is sealed."""

from dataclasses import replace
from datetime import date
from typing import Any

from tests.web_staff.samples import CODE, FINGERPRINT, PASSPHRASE, RECOVERY, FakeMember
from whistle.errors import NotAllowed, NotThere, RuleRefused, TooMany
from whistle.parties.member import require_fresh
from whistle.parties.passkeys import PasskeyView, Question
from whistle.parties.pending import Pending
from whistle.parties.site_recovery import RecoveryView

ANSWER = "ANSWR-00000-00000-00000-00000"


class FakePasskeys:
    def __init__(self) -> None:
        self.kept = [PasskeyView("aa" * 32, "Work phone", date(2026, 5, 2))]

    def of(self, _member: FakeMember) -> tuple[PasskeyView, ...]:
        return tuple(self.kept)

    def ask(self, _token: str, _relying: Any, _purpose: str, _member: Any = None) -> Question:
        return Question('{"challenge": "AAAA"}', "sealed-question")

    def ask_to_add(self, member: Any, _token: str, _relying: Any) -> Question:
        require_fresh(member)
        return Question('{"challenge": "AAAA", "user": {"id": "AAAA"}}', "sealed-question")

    def add(self, member: Any, name: str, _answer: Any) -> None:
        require_fresh(member)
        if not name.strip():
            raise RuleRefused("passkey_name")
        raise RuleRefused("passkey")

    def remove(self, member: Any, passkey: str) -> None:
        require_fresh(member)
        if passkey not in {one.id for one in self.kept}:
            raise NotThere("no such passkey")
        self.kept = [one for one in self.kept if one.id != passkey]


class FakeAccounts:
    def __init__(self) -> None:
        self.throttled = 0
        self.renewed: list[str] = []
        self.language = ""

    def mail_language(self, _member: Any) -> str:
        return self.language

    def choose_mail_language(self, _member: Any, language: str) -> None:
        if language not in {"", "en", "sv"}:
            raise RuleRefused("choice")
        self.language = language

    def step_up(self, _member: FakeMember, code: str, _passkey: Any = None) -> None:
        if self.throttled:
            raise TooMany(self.throttled)
        if code != CODE:
            raise NotAllowed("no")

    def change_passphrase(self, member: Any, current: str, passphrase: str, again: str) -> None:
        require_fresh(member)
        self._choose(passphrase, again)
        if current != PASSPHRASE:
            raise RuleRefused("passphrase_now")
        self.renewed.append("passphrase")

    def print_code(self, member: Any, _token: str, current: str) -> Pending:
        require_fresh(member)
        if current != PASSPHRASE:
            raise RuleRefused("passphrase_now")
        return Pending(RECOVERY, "waits")

    def recover_passphrase(
        self, _token: str, name: str, recovery_code: str, code: str, passphrase: str, again: str
    ) -> Pending:
        self._choose(passphrase, again)
        return self._known(name, recovery_code, code)

    def recover_factor(
        self, _token: str, _setup: Any, name: str, passphrase: str, recovery_code: str, code: str
    ) -> Pending:
        if code != CODE:
            raise RuleRefused("code")
        return self._known(name, recovery_code, code if passphrase == PASSPHRASE else "")

    def waiting(self, _token: str, sealed: str) -> str:
        return RECOVERY if sealed == "waits" else ""

    def finish(self, _token: str, sealed: str, typed: str) -> None:
        if sealed != "waits":
            raise NotThere("nothing waits")
        if typed.replace("-", "").upper() != RECOVERY.replace("-", ""):
            raise RuleRefused("recovery_code")
        self.renewed.append("recovery code")

    def _known(self, name: str, recovery_code: str, code: str) -> Pending:
        if self.throttled:
            raise TooMany(self.throttled)
        if (name, recovery_code, code) != ("Maja Berg", RECOVERY, CODE):
            raise NotAllowed("no")
        return Pending(RECOVERY, "waits")

    def _choose(self, passphrase: str, again: str) -> None:
        if passphrase != again:
            raise RuleRefused("differs")
        if len(passphrase) < 12:
            raise RuleRefused("short")


class FakeRecovery:
    def __init__(self) -> None:
        self.key = RecoveryView(FINGERPRINT, date(2026, 2, 1), "Ada Holm", date(2026, 5, 2), overdue=True)

    def view(self, member: FakeMember) -> RecoveryView:
        if not member.has("administrator"):
            raise NotThere("not yours")
        return self.key

    def prove(self, member: FakeMember, typed: str) -> None:
        self.view(member)
        if typed != ANSWER:
            raise RuleRefused("recovery_answer")
        self.key = replace(self.key, overdue=False)

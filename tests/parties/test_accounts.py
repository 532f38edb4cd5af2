"""Who lost a part of an account comes back with the rest of it, and what was lost opens nothing any more."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest

from tests.world import PASSPHRASE, World
from whistle.crypto import totp
from whistle.crypto.codes import RecoveryCode
from whistle.crypto.locks import LockParameters, argon2_root
from whistle.errors import NotAllowed, NotThere, RuleRefused, StepUpNeeded, TooMany
from whistle.parties import locksmith, pending
from whistle.parties.accounts import Accounts
from whistle.parties.pending import Pending
from whistle.parties.second_factor import Setup

NEW = "tegel lampa sjuttio vante 3"


@dataclass
class Lost:
    """Somebody before the recovery pages."""

    world: World
    browser: str

    @property
    def accounts(self) -> Accounts:
        return self.world.program.accounts

    def passphrase(self, **typed: str) -> Pending:
        known = {
            "name": "Hanna", "recovery_code": self.world.secrets.recovery["Hanna"],
            "code": self.world.code("Hanna"), "passphrase": NEW,
        } | typed  # fmt: skip
        return self.accounts.recover_passphrase(self.browser, **{"again": known["passphrase"], **known})

    def factor(self, setup: Setup, **typed: str) -> Pending:
        known = {
            "name": "Hanna", "recovery_code": self.world.secrets.recovery["Hanna"],
            "code": self.code_of(setup), "passphrase": PASSPHRASE,
        } | typed  # fmt: skip
        return self.accounts.recover_factor(self.browser, setup, **known)

    def code_of(self, setup: Setup) -> str:
        secret = base64.b32decode(setup.secret_text)
        return totp.code_at(secret, totp.step_at(int(self.world.clock.machine().timestamp())))

    def next_code(self) -> None:
        self.world.clock.advance(timedelta(seconds=30))


@pytest.fixture
def lost(sqlite_world: World) -> Lost:
    return Lost(sqlite_world, sqlite_world.program.sessions.new_token())


def test_a_lost_passphrase_is_replaced_and_the_key_stays(world: World) -> None:
    lost, staff = Lost(world, world.program.sessions.new_token()), world.program.staff
    session = world.program.sessions.begin_staff(world.member("Hanna"))
    made = lost.passphrase()
    # Nothing counts before the new code came back from the paper: also not that the old one is used up.
    lost.next_code()
    assert staff.sign_in("Hanna", PASSPHRASE, world.code("Hanna")).name == "Hanna"
    with pytest.raises(RuleRefused) as said:
        lost.accounts.finish(lost.browser, made.sealed, world.secrets.recovery["Hanna"])
    assert said.value.reason == "recovery_code"
    lost.accounts.finish(lost.browser, made.sealed, made.recovery_code.lower().replace("-", " "))

    lost.next_code()
    member = staff.sign_in("Hanna", NEW, world.code("Hanna"))
    assert member.pair.seed == world.secrets.seeds["Hanna"]
    assert member.roles == (("handler", "nordvakt-se"),)
    assert world.program.sessions.open_staff(session) is None
    lost.next_code()
    with pytest.raises(NotAllowed):
        staff.sign_in("Hanna", PASSPHRASE, world.code("Hanna"))
    # The old code is used up, the page cannot be sent again, and the new one works.
    with pytest.raises(NotThere):
        lost.accounts.finish(lost.browser, made.sealed, made.recovery_code)
    with pytest.raises(NotAllowed):
        lost.passphrase()
    lost.next_code()
    assert lost.passphrase(recovery_code=made.recovery_code).sealed


def test_a_lost_second_factor_is_replaced_and_the_old_one_and_every_passkey_end(lost: Lost) -> None:
    world, staff = lost.world, lost.world.program.staff
    setup = staff.new_setup(lost.browser)
    made = lost.factor(setup)
    lost.accounts.finish(lost.browser, made.sealed, made.recovery_code)
    # The code that enrolled the new device was spent with that.
    with pytest.raises(NotAllowed):
        staff.sign_in("Hanna", PASSPHRASE, lost.code_of(setup))
    lost.next_code()
    with pytest.raises(NotAllowed):
        staff.sign_in("Hanna", PASSPHRASE, world.code("Hanna"))
    assert staff.sign_in("Hanna", PASSPHRASE, lost.code_of(setup)).pair.seed == world.secrets.seeds["Hanna"]
    assert "second_factor_renewed" in {line.action for line in ledger(world)}


def ledger(world: World) -> tuple[object, ...]:
    return world.program.keys.ledger(world.member("Alma"), None).lines


WRONG = [
    {"name": "Hugo"},
    {"name": "Nobody"},
    {"name": ""},
    {"name": "\ud800\0"},
    {"recovery_code": ""},
    {"recovery_code": RecoveryCode(bytes(15)).text},
    {"recovery_code": "\ud800"},
    {"code": "000000"},
    {"code": ""},
]


def test_every_failure_has_one_sentence_and_costs_one_hash(
    lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs: list[LockParameters] = []

    def counted(secret: bytes, salt: bytes, parameters: LockParameters) -> bytes:
        costs.append(parameters)
        return argon2_root(secret, salt, parameters)

    monkeypatch.setattr(locksmith, "argon2_root", counted)
    said = set()
    for typed in WRONG:
        costs.clear()
        with pytest.raises(NotAllowed) as refused:
            lost.passphrase(**typed)
        said.add((str(refused.value), len(costs), costs[0].memory_kib))
        lost.world.clock.advance(timedelta(seconds=21))
    assert said == {("that did not match", 1, 65536)}


def test_a_lost_factor_costs_two_hashes_whatever_was_wrong(
    lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs: list[bytes] = []
    monkeypatch.setattr(locksmith, "argon2_root", lambda secret, *_: (costs.append(secret), bytes(32))[1])
    setup, counts = lost.world.program.staff.new_setup(lost.browser), set()
    wrong = [{"name": "Nobody"}, {"passphrase": "wrong"}, {"recovery_code": ""}, {"name": "Hugo"}]
    for typed in wrong:
        costs.clear()
        with pytest.raises(NotAllowed):
            lost.factor(setup, code=lost.code_of(setup), **typed)
        counts.add(len(costs))
    assert counts == {2}


def test_sign_in_and_recovery_share_the_count_of_wrong_tries(
    lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locksmith, "argon2_root", lambda *_: bytes(32))
    staff = lost.world.program.staff
    for name in ("Hanna", "Nobody"):
        tries = [
            partial(lost.passphrase, name=name, recovery_code=""),
            partial(staff.sign_in, name, "wrong", "000000"),
        ]
        for attempt in range(5):
            with pytest.raises(NotAllowed):
                tries[attempt % 2]()
        for act in tries:
            with pytest.raises(TooMany):
                act()


def test_a_code_counts_once_whatever_it_was_shown_for(lost: Lost) -> None:
    world, staff, hanna = lost.world, lost.world.program.staff, lost.world.member("Hanna")
    lost.accounts.step_up(hanna, world.code("Hanna"))
    for act in (
        lambda: lost.accounts.step_up(hanna, world.code("Hanna")),
        lambda: staff.sign_in("Hanna", PASSPHRASE, world.code("Hanna")),
        lost.passphrase,
    ):
        with pytest.raises(NotAllowed):
            act()
    lost.next_code()
    staff.sign_in("Hanna", PASSPHRASE, world.code("Hanna"))
    with pytest.raises(NotAllowed):
        lost.accounts.step_up(hanna, world.code("Hanna"))
    for wrong in ("", "000000", "\ud800", world.code("Hugo")):
        with pytest.raises((NotAllowed, TooMany)):
            lost.accounts.step_up(hanna, wrong)


def test_a_weak_new_passphrase_is_refused_before_anything_is_tried(lost: Lost) -> None:
    for typed, reason in (
        ({"passphrase": ""}, "empty"),
        ({"again": "x"}, "differs"),
        ({"passphrase": "kort"}, "short"),
        ({"passphrase": "passwordpassword"}, "weak"),
        ({"passphrase": "tegel lampa sjuttio vante \ud800"}, "surrogate"),
    ):
        for name in ("Hanna", "Nobody"):
            with pytest.raises(RuleRefused) as refused:
                lost.passphrase(name=name, **typed)
            assert refused.value.reason == reason
    # One's own name is none either, in whatever way it was typed above.
    with pytest.raises(RuleRefused) as refused:
        lost.passphrase(name="  HANNA ", passphrase="hanna hanna hanna")
    assert refused.value.reason == "weak"
    # The code that stood in those forms was not spent.
    assert lost.passphrase().recovery_code


def test_what_waits_belongs_to_its_browser_and_not_for_long(lost: Lost) -> None:
    made = lost.passphrase()
    for token, sealed in (
        (lost.world.program.sessions.new_token(), made.sealed),
        (lost.browser, "x"),
        (lost.browser, ""),
    ):
        assert lost.accounts.waiting(token, sealed) == ""
        with pytest.raises(NotThere):
            lost.accounts.finish(token, sealed, made.recovery_code)
    assert lost.accounts.waiting(lost.browser, made.sealed) == made.recovery_code
    assert made.recovery_code not in made.sealed
    lost.world.clock.advance(timedelta(seconds=pending.SECONDS + 1))
    with pytest.raises(NotThere):
        lost.accounts.finish(lost.browser, made.sealed, made.recovery_code)


def test_a_passphrase_is_changed_by_who_knows_it_after_a_step_up(lost: Lost) -> None:
    world, accounts = lost.world, lost.accounts
    with pytest.raises(StepUpNeeded):
        accounts.change_passphrase(world.member("Hanna", fresh=False), PASSPHRASE, NEW, NEW)
    with pytest.raises(StepUpNeeded):
        accounts.print_code(world.member("Hanna", fresh=False), lost.browser, PASSPHRASE)
    hanna = world.member("Hanna")
    for act in (
        lambda: accounts.change_passphrase(hanna, "wrong", NEW, NEW),
        lambda: accounts.print_code(hanna, lost.browser, "wrong"),
    ):
        with pytest.raises(RuleRefused) as refused:
            act()
        assert refused.value.reason == "passphrase_now"
    session = world.program.sessions.begin_staff(hanna)
    accounts.change_passphrase(hanna, PASSPHRASE, NEW, NEW)
    assert world.program.sessions.open_staff(session) is None
    assert world.program.staff.sign_in("Hanna", NEW, world.code("Hanna")).pair.seed == hanna.pair.seed


def test_a_new_recovery_code_ends_the_old_one(lost: Lost) -> None:
    world, hanna = lost.world, lost.world.member("Hanna")
    made = lost.accounts.print_code(hanna, lost.browser, PASSPHRASE)
    lost.accounts.finish(lost.browser, made.sealed, made.recovery_code)
    with pytest.raises(NotAllowed):
        lost.passphrase()
    lost.next_code()
    assert lost.passphrase(recovery_code=made.recovery_code).recovery_code != made.recovery_code
    assert world.program.staff.passphrase_problem(NEW, NEW, "Hanna") is None

"""An account opens for who holds the link, chooses a strong passphrase, and typed back what they printed."""

import base64
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.parties.apart import outcome
from tests.world import PASSPHRASE, SE, World
from whistle.crypto import totp
from whistle.crypto.codes import ALPHABET, RecoveryCode
from whistle.crypto.keys import KeyPair
from whistle.crypto.locks import argon2_root, lock_parameters, open_lock, site_share
from whistle.errors import NotAllowed, NotThere, RuleRefused, SealBroken
from whistle.parties.staff import Setup
from whistle.vault import directory, people
from whistle.vault.tables import people as people_table

MEANWHILE = 0.5
"""Seconds that the second of two is given to be faster: none, where it has to wait for the first."""


@dataclass
class Newcomer:
    """Ingrid, who was invited as a handler and sits before the form."""

    world: World
    link: str
    browser: str
    setup: Setup

    def code(self) -> str:
        secret = base64.b32decode(self.setup.secret_text)
        return totp.code_at(secret, totp.step_at(int(self.world.clock.machine().timestamp())))

    def activate(
        self, passphrase: str = PASSPHRASE, again: str | None = None, code: str | None = None
    ) -> str:
        return self.world.program.staff.activate(
            self.link, browser_token=self.browser, setup=self.setup, passphrase=passphrase,
            again=passphrase if again is None else again, code=self.code() if code is None else code,
        )  # fmt: skip


@pytest.fixture
def ingrid(sqlite_world: World) -> Newcomer:
    return invited(sqlite_world)


def invited(world: World) -> Newcomer:
    clock, browser = world.clock, world.program.sessions.new_token()
    roles, email = [("handler", SE)], "ingrid@nordvakt.example"
    store = world.program.store
    link = people.invite(
        store, "Ingrid", email, "Head of audit", roles, clock.now(), clock.machine(), actor="Adam"
    )
    return Newcomer(world, link, browser, world.program.staff.new_setup(browser))


def refused(newcomer: Newcomer, **typed: str) -> str:
    with pytest.raises(RuleRefused) as refusal:
        newcomer.activate(**typed)
    return refusal.value.reason


def test_an_account_is_activated_once_and_its_owner_signs_in(world: World) -> None:
    ingrid, staff = invited(world), world.program.staff
    invitation = staff.invitation(ingrid.link)
    assert (invitation.name, invitation.roles) == ("Ingrid", (("handler", SE),))
    recovery = ingrid.activate()
    # Nobody is in before the code came back from the paper.
    with pytest.raises(NotAllowed):
        staff.sign_in("Ingrid", PASSPHRASE, ingrid.code())
    staff.finish_activation(ingrid.link, recovery.lower().replace("-", " "))
    for again in (
        lambda: staff.invitation(ingrid.link),
        ingrid.activate,
        lambda: staff.finish_activation(ingrid.link, recovery),
    ):
        with pytest.raises(NotThere):
            again()

    # The code that enrolled the device was spent with that.
    with pytest.raises(NotAllowed):
        staff.sign_in("Ingrid", PASSPHRASE, ingrid.code())
    world.clock.advance(timedelta(seconds=30))
    member = staff.sign_in(" ingrid ", PASSPHRASE, ingrid.code())
    assert (member.name, member.roles) == ("Ingrid", ())

    # A key that nobody confirmed reads nothing; confirmed, it reads what comes from then on.
    earlier = world.send()
    (waiting,) = world.program.keys.pending(world.member("Hanna"))
    spoken = staff.fingerprint(member)
    with pytest.raises(RuleRefused) as other:
        world.program.keys.confirm(
            world.member("Hanna"), waiting.designation, staff.fingerprint(world.member("Hugo"))
        )
    assert other.value.reason == "fingerprint"
    assert world.program.keys.confirm(world.member("Hanna"), waiting.designation, spoken) is True
    later = world.send()
    assert [row.number for row in world.program.handler.cases(member).rows] == [later.number]
    with pytest.raises(NotThere):
        world.program.handler.case(member, earlier.number)


def test_a_passphrase_is_long_strong_and_typed_twice(ingrid: Newcomer) -> None:
    assert refused(ingrid, passphrase="") == "empty"
    assert refused(ingrid, passphrase=PASSPHRASE, again=PASSPHRASE + " ") == "differs"
    assert refused(ingrid, passphrase="x7#Qz!p0Wk2") == "short"
    assert refused(ingrid, passphrase="password1234") == "weak"
    assert refused(ingrid, passphrase="ingrid nordvakt ingrid") == "weak"
    assert refused(ingrid, passphrase="Ingrid Nordvakt") == "weak"
    assert refused(ingrid, passphrase="nordvaktINGRID") == "weak"
    assert refused(ingrid, passphrase=" " * 30) == "weak"
    assert refused(ingrid, passphrase="lorgnette kaffe snurra 94 " * 10) == "long"
    staff = ingrid.world.program.staff
    assert staff.strength(PASSPHRASE, "Ingrid") >= 3 > staff.strength("Ingrid Nordvakt", "Ingrid")
    assert staff.passphrase_problem("x" * 256, "x" * 256, "Ingrid") == "weak"
    # A long one that zxcvbn would refuse to measure is fine.
    assert staff.passphrase_problem(PASSPHRASE * 10, PASSPHRASE * 10, "Ingrid") is None
    # Nothing of this was an account.
    with pytest.raises(NotThere):
        staff.finish_activation(ingrid.link, RecoveryCode.new().text)


def test_a_wrong_code_of_the_device_is_refused_and_a_spaced_one_is_read(ingrid: Newcomer) -> None:
    right = ingrid.code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for code in (wrong, "", "000", right + "0", "\0", "\ud800", "\u0660" * 6):
        assert refused(ingrid, code=code) == "code"
    assert ingrid.activate(code=f"{right[:3]} {right[3:]}")


def test_a_setup_belongs_to_its_browser(ingrid: Newcomer) -> None:
    staff, other = ingrid.world.program.staff, ingrid.world.program.sessions.new_token()
    again = staff.open_setup(ingrid.browser, ingrid.setup.sealed)
    assert again is not None
    assert (again.secret_text, again.svg) == (ingrid.setup.secret_text, ingrid.setup.svg)
    assert staff.open_setup(other, ingrid.setup.sealed) is None
    for garbage in ("", "x", "\ud800", "====", ingrid.setup.sealed[:-4]):
        assert staff.open_setup(ingrid.browser, garbage) is None
    assert "style=" not in ingrid.setup.svg
    with pytest.raises(SealBroken):
        staff.activate(
            ingrid.link, browser_token=other, setup=ingrid.setup, passphrase=PASSPHRASE, again=PASSPHRASE,
            code=ingrid.code(),
        )  # fmt: skip


def test_the_form_sent_again_shows_the_same_recovery_code_and_it_holds(ingrid: Newcomer) -> None:
    recovery = ingrid.activate()
    assert ingrid.activate() == recovery
    staff = ingrid.world.program.staff
    wrong = recovery[:-1] + ALPHABET[(ALPHABET.index(recovery[-1]) + 1) % 32]
    for typed in ("", wrong, RecoveryCode.new().text, "\ud800", ingrid.setup.secret_text):
        with pytest.raises(RuleRefused) as refusal:
            staff.finish_activation(ingrid.link, typed)
        assert refusal.value.reason == "recovery_code"
    staff.finish_activation(ingrid.link, recovery)
    ingrid.world.clock.advance(timedelta(seconds=30))
    assert staff.sign_in("Ingrid", PASSPHRASE, ingrid.code()).name == "Ingrid"


def test_what_was_printed_opens_the_same_key_as_the_passphrase(ingrid: Newcomer) -> None:
    recovery = ingrid.activate()
    ingrid.world.program.staff.finish_activation(ingrid.link, recovery)
    ingrid.world.clock.advance(timedelta(seconds=30))
    seed = ingrid.world.program.staff.sign_in("Ingrid", PASSPHRASE, ingrid.code()).pair.seed

    store = ingrid.world.program.store
    with store.reading() as db:
        row = db.execute(people_table.select().where(people_table.c.handle == "ingrid")).one()
    lock, share = bytes(row.recovery_lock), site_share(store.keys.lock, bytes(row.id))
    purpose, salt, parameters, shared = lock_parameters(lock)
    assert (purpose, shared) == (2, True)
    root = argon2_root(RecoveryCode.parse(recovery).secret, salt, parameters)
    assert open_lock(lock, owner_id=bytes(row.id), root=root, share=share) == seed
    assert KeyPair.from_seed(seed).public_key == bytes(row.public_key)
    # Without the server's share the stolen row is not even a thing to guess at.
    with pytest.raises(SealBroken):
        open_lock(lock, owner_id=bytes(row.id), root=root)


def test_a_link_lives_for_three_days_of_the_machines_own_clock(ingrid: Newcomer) -> None:
    world, staff = ingrid.world, ingrid.world.program.staff
    # The rehearsed day does not matter.
    world.clock.site += timedelta(days=400)
    world.clock.wall += timedelta(hours=72)
    assert staff.invitation(ingrid.link).name == "Ingrid"
    world.clock.wall += timedelta(seconds=1)
    for act in (
        lambda: staff.invitation(ingrid.link),
        ingrid.activate,
        lambda: staff.finish_activation(ingrid.link, ""),
    ):
        with pytest.raises(NotThere):
            act()


def test_a_link_that_was_made_anew_or_up_leads_nowhere(ingrid: Newcomer) -> None:
    second = invited(ingrid.world)
    for link in (ingrid.link, "", "x" * 5000, "\0", "\ud800", second.link[:-1]):
        with pytest.raises(NotThere):
            ingrid.world.program.staff.invitation(link)
    assert ingrid.world.program.staff.invitation(second.link).name == "Ingrid"
    # The link itself is in no table.
    store = ingrid.world.program.store
    with store.reading() as db:
        assert second.link not in repr(db.execute(people_table.select()).all())


def test_nobody_takes_an_account_over_in_the_moment_in_which_its_owner_opens_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second browser with the link stores a key of its own while the first one types its code back."""
    ingrid, store, staff = invited(world), world.program.store, world.program.staff
    recovery, machine = ingrid.activate(), world.clock.machine()
    person = people.invitation(store, ingrid.link, machine)
    other = staff._account(person.id, "trumpet granit hissa 41", RecoveryCode.new(), bytes(20), 1)
    finishing = threading.Thread(
        target=lambda: outcome(lambda: staff.finish_activation(ingrid.link, recovery))
    )

    def meanwhile(*given: Any) -> bytes:
        monkeypatch.undo()
        finishing.start()
        finishing.join(MEANWHILE)
        return directory.person_mac(*given)

    monkeypatch.setattr(directory, "person_mac", meanwhile)
    outcome(lambda: people.store_account(store, ingrid.link, other, machine))
    finishing.join()
    (stands,) = (one for one in people.everybody(store) if one.name == "Ingrid")
    assert (stands.state, stands.key_id) != ("active", other.key_id)

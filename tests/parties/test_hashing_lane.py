"""Passphrases are tried in a lane of their own: who finds it full is told so at once, and holds no thread."""

import threading

import pytest

from tests.world import PASSPHRASE, World
from whistle.crypto.locks import LockParameters
from whistle.errors import TooMany
from whistle.parties import hashing
from whistle.parties import locksmith as room
from whistle.vault import throttle
from whistle.vault.tables import throttles


def test_a_full_lane_says_when_to_come_back(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, leave = threading.Semaphore(0), threading.Event()
    real = room.argon2_root

    def slow(secret: bytes, salt: bytes, parameters: LockParameters) -> bytes:
        entered.release()
        leave.wait()
        return real(secret, salt, parameters)

    monkeypatch.setattr(room, "argon2_root", slow)
    staff = sqlite_world.program.staff
    refused: list[Exception] = []

    def attempt(name: str) -> None:
        try:
            staff.sign_in(name, PASSPHRASE, "000000")
        except Exception as error:  # noqa: BLE001
            refused.append(error)

    waiting = [threading.Thread(target=attempt, args=(f"Nobody {n}",)) for n in range(hashing.HASHES_WAITING)]
    for thread in waiting:
        thread.start()
    for _hash in range(hashing.HASHES_AT_ONCE):
        entered.acquire()
    while staff.smith._hashing._lane._value:
        pass
    with pytest.raises(TooMany) as full:
        staff.sign_in("Hanna", PASSPHRASE, sqlite_world.code("Hanna"))
    assert full.value.seconds == hashing.LANE_SECONDS
    leave.set()
    for thread in waiting:
        thread.join()
    assert sqlite_world.program.staff.sign_in("Hanna", PASSPHRASE, sqlite_world.code("Hanna")).name == "Hanna"


def test_attempts_of_long_ago_leave_no_row(world: World) -> None:
    store, now = world.program.store, 1_000_000
    throttle.attempt(store, "sign-in nobody", free=5, pause=20, second=now)
    throttle.sweep(store, now + throttle.KEPT_SECONDS)
    assert rows(world) == 1
    throttle.sweep(store, now + throttle.KEPT_SECONDS + 1)
    assert rows(world) == 0


def rows(world: World) -> int:
    with world.program.store.reading() as db:
        return len(db.execute(throttles.select()).all())

"""A proof says the day, the company and the hashes of what was sent; who changes a letter of it has none."""

import io
import json
import zipfile
from hashlib import sha256

import pytest

from tests.world import World
from whistle.cli import main
from whistle.crypto import chain
from whistle.errors import NotThere, Tampered
from whistle.parties import bundle, proof
from whistle.vault import proofs
from whistle.vault.tables import ledger

PHOTO = b"\x89PNG not really" + bytes(3000)


def as_file(found: proofs.Proof) -> bytes:
    return bundle.as_json({"says": found.fields, "signature": found.signature})


def made(world: World) -> tuple[proofs.Proof, str]:
    receipt = world.send("A secret about invoices.", files=[("a.bin", PHOTO), ("b.txt", b"orders")])
    return world.program.overview.proof.of(world.enter(receipt)), receipt.number


def test_it_holds_day_company_and_hashes_and_nothing_else(world: World) -> None:
    found, number = made(world)
    assert found.fields == {
        "proof": proofs.KIND, "received_on": "2026-03-02", "company": "Nordvakt AB", "country": "SE",
        "files": 2, "sha256": sorted(sha256(data).hexdigest() for data in (PHOTO, b"orders")),
    }  # fmt: skip
    for word in ("invoices", number, "a.bin"):
        assert word.encode() not in as_file(found)


def test_the_public_key_alone_verifies_it(world: World) -> None:
    found, _number = made(world)
    assert proofs.verify(as_file(found), world.program.store.keys.verifying) == found.fields
    with pytest.raises(Tampered):
        proofs.verify(as_file(found), chain.verifying_key(bytes(32)))


def test_every_change_of_it_shows(sqlite_world: World) -> None:
    found, _number = made(sqlite_world)
    key = sqlite_world.program.store.keys.verifying
    changes = {
        "received_on": "2026-03-01", "company": "Nordvakt Norge AS", "files": 3, "sha256": [], "proof": "x",
        "more": 1,
    }  # fmt: skip
    for name, value in changes.items():
        changed = proofs.Proof({**found.fields, name: value}, found.signature)
        with pytest.raises(Tampered):
            proofs.verify(as_file(changed), key)
    for garbage in (b"", b"{}", b"[]", b"null", b'{"says":{},"signature":"00"}', b"[" * 100_000):
        with pytest.raises(Tampered):
            proofs.verify(garbage, key)


def test_a_signature_made_for_something_else_is_none(sqlite_world: World) -> None:
    keys = sqlite_world.program.store.keys
    fields = {"proof": proofs.KIND, "files": 0, "sha256": []}
    for label in (b"whistle/v1/ledger-head\0", b"whistle/v1/certificate\0"):
        signed = proofs.Proof(fields, chain.sign(keys.sign, label, chain.canonical(fields)).hex())
        with pytest.raises(Tampered):
            proofs.verify(as_file(signed), keys.verifying)


def test_files_of_a_later_message_are_in_it_and_a_handlers_never(world: World) -> None:
    receipt = world.send()
    secret = world.enter(receipt)
    sending = world.program.reporter.writing(secret)
    sink = sending.open_file("late.txt", "text/plain")
    sink.write(b"late")
    sink.finish()
    world.program.reporter.message(secret, sending, "One more.")
    assert world.program.overview.proof.of(secret).fields["sha256"] == [sha256(b"late").hexdigest()]


def test_nothing_is_stored_and_the_ledger_is_silent(world: World) -> None:
    receipt = world.send()
    secret = world.enter(receipt)
    with world.program.store.reading() as db:
        before = db.execute(ledger.select()).all()
    world.program.overview.proof.of(secret)
    with world.program.store.reading() as db:
        assert db.execute(ledger.select()).all() == before


def test_an_unknown_key_and_a_case_past_its_day_have_none(world: World) -> None:
    _receipt, secret = world.closed()
    with pytest.raises(NotThere):
        world.program.overview.proof.of(bytes(15))
    world.later(731)
    with pytest.raises(NotThere):
        world.program.overview.proof.of(secret)


def test_the_download_holds_both_forms_and_no_hour(sqlite_world: World) -> None:
    found, _number = made(sqlite_world)
    data = b"".join(proof.stream(found, "Signed proof\n"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["proof.txt", "proof.json", "manifest.json"]
        assert {one.date_time for one in archive.infolist()} == {(2026, 3, 2, 0, 0, 0)}
        assert json.loads(archive.read("proof.json"))["says"] == found.fields


def test_the_command_says_what_it_shows_or_that_it_is_none(
    sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world, (found, _number) = sqlite_world, made(sqlite_world)
    folder = world.settings.data
    (folder / "p.json").write_bytes(as_file(found))
    (folder / "hex.pub").write_text(world.program.overview.proof.public_key + "\n")
    for key in (world.settings.keys / "sign.pub", folder / "hex.pub"):
        asked = ["verify-proof", "--data", str(folder), str(folder / "p.json"), "--key", str(key)]
        assert main(asked, {}) == 0
        assert "received on 2026-03-02 by Nordvakt AB, files: 2" in capsys.readouterr().out
    (folder / "p.json").write_bytes(as_file(found).replace(b"2026-03-02", b"2026-03-03"))
    assert main(["verify-proof", "--data", str(folder), str(folder / "p.json")], {}) == 1

"""Handlers get a cleaned copy, the original lies with the identity, the reporter gets back what they sent."""

import io
import zipfile
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from tests.cleaning import samples
from tests.world import World
from whistle.cleaning import process
from whistle.crypto.header import Compartment, Header
from whistle.errors import NotThere, TooMany
from whistle.parties import originals, sending
from whistle.parties.casefile import CaseFile
from whistle.vault import check, desk, mailbox
from whistle.vault.tables import blobs as blobs_table


def blob_compartments(world: World) -> list[int]:
    with world.program.store.reading() as db:
        return sorted(db.execute(select(blobs_table.c.compartment)).scalars())


def handlers_files(world: World, number: str) -> dict[str, tuple[str, bytes]]:
    """What Hanna downloads: the name, what is said of the cleaning, and the bytes."""
    hanna = world.member("Hanna")
    files = world.program.handler.case(hanna, number).files
    return {
        one.name: (one.cleaned, b"".join(world.program.handler.file(hanna, number, one.id).chunks()))
        for one in files
    }


def reporters_files(world: World, secret: bytes) -> dict[str, tuple[int, bytes]]:
    reporter = world.program.reporter
    return {
        one.name: (one.size, b"".join(reporter.file(secret, one.id).chunks()))
        for one in reporter.open(secret).files
    }


def test_a_photo_goes_to_the_handlers_without_place_and_back_to_its_sender_as_it_came(world: World) -> None:
    photo, words = samples.jpeg(), b"nothing hidden here"
    receipt = world.send(files=[("IMG_1.jpg", photo), ("notes.txt", words), ("film.mov", b"\0\0moov")])
    secret = world.enter(receipt)

    found = handlers_files(world, receipt.number)
    assert {name: said for name, (said, _data) in found.items()} == {
        "IMG_1.jpg": "yes", "notes.txt": "nothing_to_clean", "film.mov": "no",
    }  # fmt: skip
    copy = found["IMG_1.jpg"][1]
    assert not Image.open(io.BytesIO(copy)).getexif()
    assert samples.SECRET.encode() not in copy
    assert (found["notes.txt"][1], found["film.mov"][1]) == (words, b"\0\0moov")
    # One copy, two files that are content as they are, one original with the identity.
    assert blob_compartments(world) == [1, 1, 1, 2]

    assert reporters_files(world, secret) == {
        "IMG_1.jpg": (len(photo), photo), "notes.txt": (len(words), words), "film.mov": (6, b"\0\0moov"),
    }  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(b"".join(world.program.reporter.everything(secret)))) as archive:
        assert archive.read("files/01 IMG_1.jpg") == photo
        assert f"[IMG_1.jpg, {len(photo)} bytes]" in archive.read("messages.txt").decode()
    assert {f.kind for f in check.run(world.program.store, world.clock.now())} <= {"handlers"}


def test_what_a_handler_can_open_names_no_original(world: World) -> None:
    receipt = world.send(files=[("IMG_1.jpg", samples.jpeg())])
    hanna = world.member("Hanna")
    opened = desk.open_case(world.program.store, hanna.person_id, receipt.number, world.clock.now())
    file = CaseFile(opened, hanna.pair)
    entry = file.records(Compartment.CONTENT)[0].fields["files"][0]
    # A hash or size of the original would tell somebody who has the same photo whose it is.
    assert set(entry) == {"id", "name", "type", "size", "sha256", "cleaned", "original"}
    copy = handlers_files(world, receipt.number)["IMG_1.jpg"][1]
    assert (entry["size"], entry["name"]) == (len(copy), "IMG_1.jpg")
    assert originals.of(file) == ()
    with pytest.raises(NotThere):
        originals.download(world.program.store, file, entry["id"])


def with_identity(world: World, secret: bytes) -> CaseFile:
    """The case as somebody opens it who holds both keys."""
    file, _key, _author = world.program.reporter._file(secret)
    return file


def test_the_originals_open_for_whom_the_identity_is_open(world: World) -> None:
    photo = samples.jpeg()
    receipt = world.send(files=[("IMG_1.jpg", photo)])
    secret = world.enter(receipt)
    later = world.program.reporter.writing(secret)
    put(later, "letter.docx", samples.docx())
    world.program.reporter.message(secret, later, "And a letter.")

    file = with_identity(world, secret)
    assert [one.name for one in originals.of(file)] == ["IMG_1.jpg", "letter.docx"]
    found = originals.download(world.program.store, file, originals.of(file)[0].id)
    assert b"".join(found.chunks()) == photo
    assert [record.fields["type"] for record in file.records(Compartment.IDENTITY)] == [
        "identity", "originals", "originals",
    ]  # fmt: skip
    assert handlers_files(world, receipt.number)["letter.docx"][0] == "yes"
    with pytest.raises(NotThere):
        originals.download(world.program.store, file, "00" * 16)


def put(place: Any, name: str, data: bytes, piece: int = 1000) -> None:
    sink = place.open_file(name, "")
    for start in range(0, len(data), piece):
        sink.write(data[start : start + piece])
    sink.finish()


def test_a_picture_that_is_none_is_named_and_sent_as_it_is_when_its_sender_says_so(world: World) -> None:
    place = world.program.reporter.start()
    put(place, "broken.jpg", b"\xff\xd8\xff no picture")
    put(place, "film.mov", b"\0\0moov")
    asked = [("broken.jpg", "broken"), ("film.mov", "kind")]
    assert [(one.name, one.reason) for one in place.uncleaned()] == asked
    # Who was told of a film by its name is not asked about it; the name of a picture says nothing.
    assert [one.name for one in place.uncleaned(["C:\\film.mov", "broken.jpg"])] == ["broken.jpg"]
    place.abandon()
    assert list(world.program.store.blobs.ids()) == []

    receipt = world.send(files=[("broken.jpg", b"\xff\xd8\xff no picture")])
    assert handlers_files(world, receipt.number) == {"broken.jpg": ("no", b"\xff\xd8\xff no picture")}
    assert blob_compartments(world) == [1]


def test_a_file_over_the_limit_is_content_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "LIMIT", 10_000)
    data = samples.jpeg() + bytes(20_000)
    place = world.program.reporter.start()
    put(place, "large.jpg", data)
    assert [(one.name, one.reason) for one in place.uncleaned()] == [("large.jpg", "too_large")]
    place.abandon()
    receipt = world.send(files=[("large.jpg", data)])
    assert handlers_files(world, receipt.number) == {"large.jpg": ("no", data)}
    assert blob_compartments(world) == [1]


def test_the_same_photo_sent_again_is_known_by_what_it_was(world: World) -> None:
    token, nonce = world.program.sessions.new_token(), world.program.reporter.new_nonce()
    photo = samples.jpeg()
    receipt = world.send(token=token, nonce=nonce, files=[("a.jpg", photo)])
    world.send(token=token, nonce=nonce, files=[("a.jpg", photo)])
    secret = world.enter(receipt)
    assert len(world.program.reporter.open(secret).entries) == 1
    # Another one that arrives with the same form is added.
    world.send(token=token, nonce=nonce, files=[("a.jpg", photo), ("b.png", samples.png())])
    assert [one.name for one in world.program.reporter.open(secret).files] == ["a.jpg", "b.png"]
    assert blob_compartments(world) == [1, 1, 2, 2]
    assert {f.kind for f in check.run(world.program.store, world.clock.now())} <= {"handlers"}


def test_the_original_takes_the_content_key_too(world: World) -> None:
    receipt = world.send(files=[("a.jpg", samples.jpeg())])
    secret = world.enter(receipt)
    case = mailbox.open_case(
        world.program.store, world.program.reporter._file(secret)[1].locator, world.clock.now()
    )
    original = next(blob for blob in case.blobs if blob.compartment == Compartment.IDENTITY)
    sealed = b"".join(world.program.store.blobs.read(original.object_id))
    assert Header.parse(sealed).mixed_epoch == 1


def test_nobody_is_sent_on_uncleaned_because_the_cleaners_are_busy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "WAIT_SECONDS", 0)
    taken = [process._LANE.acquire() for _ in range(process.CLEANERS)]
    try:
        with pytest.raises(TooMany):
            world.send(files=[("a.jpg", samples.jpeg())])
    finally:
        for _one in taken:
            process._LANE.release()
    world.send(files=[("a.jpg", samples.jpeg())])
    assert blob_compartments(world) == [1, 2]

"""Neither all that a handler has nor all that a custodian has opens a name or an original; both do."""

from functools import cache
from hashlib import sha256
from io import BytesIO
from itertools import chain

from PIL import Image
from sqlalchemy import select

from tests.parties.custodians import NAME, approved, ask, named
from tests.world import World
from whistle.crypto.blobs import verify_blob
from whistle.crypto.grants import open_any
from whistle.crypto.header import Compartment, Header
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import open_json
from whistle.errors import SealBroken
from whistle.vault.tables import blobs, grants, records
from whistle.vault.worktables import identity_request_grants

SERVER = "the server"
"""Whoever has the disk and everything in `keys/`, which is 32 bytes a file."""


def opened_by(pair: KeyPair, world: World) -> list[CompartmentKey]:
    """Every key that a seed opens, among the grants of cases and of requests, whoever they name."""
    with world.program.store.reading() as db:
        rows = [(bytes(r.sealed), bytes(r.case_id)) for r in db.execute(select(grants))]
        rows += [(bytes(r.sealed), bytes(r.request_id)) for r in db.execute(select(identity_request_grants))]
    found = []
    for sealed, case_id in rows:
        header = Header.parse(sealed)
        try:
            key, _own = open_any(
                pair, sealed, case_id=case_id, compartment=Compartment(header.compartment), epoch=header.epoch
            )
        except SealBroken:
            continue
        found.append(key)
    return found


def keys_of(world: World, *names: str) -> list[CompartmentKey]:
    """All that these people have, and what it would open if any of it were a key of the identity itself."""
    (case_id,) = {bytes(row["case_id"]) for row in stored(world)}
    folder = world.program.store.keys.folder
    files = {path.read_bytes()[:32].ljust(32, b"\0") for path in folder.iterdir() if path.is_file()}
    seeds = [world.secrets.seeds[name] for name in names if name != SERVER]
    pairs = [KeyPair.from_seed(seed) for seed in (*seeds, *(files if SERVER in names else ()))]
    bare = [*seeds, *(files if SERVER in names else ())]
    found = list(chain.from_iterable(opened_by(pair, world) for pair in pairs))
    found += [CompartmentKey(case_id, part, 1, secret) for secret in bare for part in Compartment]
    # Whatever compartment a key was made for: tried as one of the identity, too.
    return found + [CompartmentKey(case_id, Compartment.IDENTITY, 1, key.key) for key in found]


def stored(world: World) -> list[dict[str, object]]:
    query = select(records).where(records.c.compartment == int(Compartment.IDENTITY))
    with world.program.store.reading() as db:
        return [dict(row._mapping) for row in db.execute(query)]


def readable(world: World, *names: str) -> tuple[int, int]:
    """How many identity records and how many originals these people's keys open, in any combination."""
    keys = keys_of(world, *names)
    combined = [(one, mixed) for one in keys for mixed in (None, *keys)]
    with world.program.store.reading() as db:
        files = db.execute(select(blobs).where(blobs.c.compartment == int(Compartment.IDENTITY))).all()
    texts = sum(any(_opens(row, *pair) for pair in combined) for row in stored(world))
    return texts, sum(any(_verifies(world, bytes(f.object_id), *pair) for pair in combined) for f in files)


def _opens(row: dict[str, object], key: CompartmentKey, mixed: CompartmentKey | None) -> bool:
    try:
        open_json(key, bytes(row["sealed"]), object_id=bytes(row["object_id"]), mixed_with=mixed)  # type: ignore[call-overload]
    except (SealBroken, ValueError):
        return False
    return True


def _verifies(world: World, object_id: bytes, key: CompartmentKey, mixed: CompartmentKey | None) -> bool:
    original = photo()
    try:
        chunks = world.program.store.blobs.read(object_id)
        verify_blob(
            key, chunks, object_id=object_id, size=len(original), sha256=sha256(original).hexdigest(),
            mixed_with=mixed,
        )  # fmt: skip
    except (SealBroken, ValueError):
        return False
    return True


@cache
def photo() -> bytes:
    """A small photograph that says who took it."""
    picture, said = Image.new("RGB", (16, 16), "grey"), Image.Exif()
    said[0x013B] = "Eva Lindqvist-Marker"  # Artist (Exif 2.32, tag 0x013B)
    out = BytesIO()
    picture.save(out, "JPEG", exif=said)
    return out.getvalue()


def test_no_keys_short_of_both_open_a_name_or_an_original(sqlite_world: World) -> None:
    world = sqlite_world
    number, _secret = named(world, files=[("photo.jpg", photo())])
    world.program.handler.case(world.member("Hanna"), number)
    ask(world, number)
    everybody = set(world.secrets.seeds)
    handlers, custodians = {"Hanna", "Hugo"}, {"Carl", "Dag", "Dina"} & everybody
    assert readable(world, *handlers, SERVER) == (0, 0)
    assert readable(world, *custodians, SERVER) == (0, 0)
    assert readable(world, *(everybody - handlers), SERVER) == (0, 0)
    texts, originals = readable(world, "Hanna", "Carl")
    assert (texts, originals) == (len(stored(world)), 1)
    assert texts >= 1
    # An approval hands the other half to who asked, and to nobody else.
    number_of = world.program.custody.desk(world.member("Carl")).waiting[0].id
    world.program.custody.decide(world.member("Carl"), number_of, "approve", "")
    assert readable(world, "Hanna") == (texts, 1)
    assert readable(world, "Hugo", SERVER) == (0, 0)
    assert readable(world, *custodians, SERVER) == (0, 0)


def test_an_approval_opens_originals_too(sqlite_world: World) -> None:
    world = sqlite_world
    number, _secret = named(world, files=[("photo.jpg", photo())])
    approved(world, number)
    seen = world.program.custody.open(world.member("Hanna"), number)
    assert seen.name == NAME
    (file,) = seen.originals
    got = world.program.custody.original(world.member("Hanna"), number, file.id)
    assert b"".join(got.chunks()) == photo()

"""The written format and the code speak of the same labels, sections and sizes."""

import re
from pathlib import Path

from tests.crypto.objects import CONTENT, OBJECT, PAIR
from whistle.crypto.grants import seal_grant, seal_own_grant
from whistle.crypto.locks import LOCK_BYTES
from whistle.crypto.records import seal_record

ROOM = Path(__file__).parents[2] / "whistle" / "crypto"
TEXT = (ROOM / "FORMAT.md").read_text(encoding="utf-8")
CODE = "".join(path.read_text(encoding="utf-8") for path in sorted(ROOM.glob("*.py")))
RESERVED = {"whistle/v1/sign"}


def test_every_label_in_the_code_is_written_down_and_the_other_way_round() -> None:
    written = set(re.findall(r"whistle/v1/[a-z-]+", TEXT))
    used = set(re.findall(r'b"(whistle/v1/[a-z-]+)\\0"', CODE))
    assert written - RESERVED == used


def test_every_section_the_code_points_to_exists() -> None:
    sections = set(re.findall(r"^##+ (.+)$", TEXT, re.MULTILINE))
    pointed = set(re.findall(r'FORMAT\.md, "([^"]+)"', CODE)) | set(
        re.findall(r'FORMAT\.md\s+\("([^"]+)"\)', CODE)
    )
    assert pointed
    assert pointed <= sections


def test_the_sizes_written_down_are_those_of_real_objects() -> None:
    sizes = {int(size) for size in re.findall(r"^Kind \d, (\d+) bytes", TEXT, re.MULTILINE)}
    grants = {len(seal_grant(PAIR.public_key, CONTENT)), len(seal_own_grant(PAIR.seed, PAIR.key_id, CONTENT))}
    assert sizes == grants | {LOCK_BYTES}
    assert len(seal_record(CONTENT, OBJECT, b"")) == 64 + 24 + 32 + 4096 + 16

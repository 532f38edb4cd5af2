"""Files in one ZIP, streamed, and at its end a list by which anybody can tell whether one was changed."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from whistle.parties.archive import Pipe

MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the ZIP: its path, and what opens it."""

    path: str
    chunks: Callable[[], Iterator[bytes]]

    @classmethod
    def of(cls, path: str, data: bytes) -> "Part":
        """A file whose bytes are at hand."""
        return cls(path, lambda: iter((data,)))


def stream(parts: Sequence[Part], day: date, facts: Mapping[str, Any]) -> Iterator[bytes]:
    """The ZIP, dated `day`; `manifest.json` comes last: `facts`, every file's size and SHA-256."""
    pipe, listed = Pipe(), []
    stamp = (day.year, day.month, day.day, 0, 0, 0)
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for part in parts:
            size, digest = 0, hashlib.sha256()
            with archive.open(zipfile.ZipInfo(part.path, stamp), "w", force_zip64=True) as target:
                for piece in part.chunks():
                    size += len(piece)
                    digest.update(piece)
                    target.write(piece)
                    yield pipe.take()
            listed.append({"path": part.path, "bytes": size, "sha256": digest.hexdigest()})
        archive.writestr(zipfile.ZipInfo(MANIFEST, stamp), as_json({**facts, "files": listed}))
        yield pipe.take()
    yield pipe.take()


def as_json(facts: Mapping[str, Any]) -> bytes:
    """Facts as a file that people can read too."""
    return json.dumps(facts, ensure_ascii=False, indent=1).encode() + b"\n"

"""Everything of a case in one ZIP, streamed: made in memory piece by piece, never on a disk."""

import io
import zipfile
from collections.abc import Iterator, Sequence

from whistle.parties.views import Download, Entry
from whistle.vault.facts import CaseStatus

SPEAKERS = {"reporter": "You", "handler": "Handler"}


class Pipe(io.RawIOBase):
    """Takes what the ZIP writer writes and hands it on."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """It only takes."""
        return True

    def write(self, data: object) -> int:
        """Keep the next bytes until they are taken."""
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last time."""
        whole, self._pieces = b"".join(self._pieces), []
        return whole


def stream(status: CaseStatus, entries: Sequence[Entry], files: Sequence[Download]) -> Iterator[bytes]:
    """The ZIP: the dialogue as text, every file under `files/`; its times say the day of the report only."""
    pipe = Pipe()
    stamp = (status.received_on.year, status.received_on.month, status.received_on.day, 0, 0, 0)
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("messages.txt", stamp), _text(status, entries))
        yield pipe.take()
        for name, file in zip(_names(files), files, strict=True):
            with archive.open(zipfile.ZipInfo(f"files/{name}", stamp), "w", force_zip64=True) as target:
                for piece in file.chunks():
                    target.write(piece)
                    yield pipe.take()
    yield pipe.take()


def _text(status: CaseStatus, entries: Sequence[Entry]) -> str:
    lines = [f"{status.number}  {status.company.name}", ""]
    for entry in entries:
        lines += [f"{entry.day.isoformat()}  {SPEAKERS.get(entry.who, entry.who)}", entry.text]
        lines += [f"  [{file.name}, {file.size} bytes]" for file in entry.files] + [""]
    return "\r\n".join("\r\n".join(line.split("\n")) for line in lines)


def _names(files: Sequence[Download]) -> list[str]:
    """The files' names, numbered so that two of one name stand side by side."""
    return [f"{position:02d} {file.name}" for position, file in enumerate(files, start=1)]

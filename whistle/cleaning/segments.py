"""Takes out of a coded picture what stands beside its points, and leaves every point as it was coded."""

from collections.abc import Iterator
from typing import Final

from whistle.cleaning.kinds import CannotClean

_MARK: Final = 0xFF
_RESTARTS: Final = range(0xD0, 0xD8)
_START: Final = b"\xff\xd8"
_SCAN: Final = 0xDA
_END: Final = 0xD9
_JFIF: Final = 0xE0
_ADOBE: Final = 0xEE
_SPOKEN: Final = frozenset({*range(0xE0, 0xF0), 0xFE})  # applications' own segments and comments
_ALONE: Final = frozenset({0x01, *_RESTARTS})  # markers without a length (ITU-T T.81, B.1.1.3)
_JFIF_BYTES: Final = 14  # without the thumbnail that may follow (JFIF 1.02, page 5)

_SIGNATURE: Final = b"\0\0\0\x0cjP  \r\n\x87\n"
_BOXES: Final = (b"jP  ", b"ftyp", b"jp2h", b"jp2c")  # what draws the picture (ITU-T T.800, annex I)


def bare_jpeg(data: bytes) -> bytes:
    """A JPEG without Exif, XMP, thumbnails, comments and trailers. Raises `CannotClean`."""
    if not data.startswith(_START):
        raise CannotClean("no picture of this kind")
    return _START + b"".join(_jpeg_parts(data))


def _jpeg_parts(data: bytes) -> Iterator[bytes]:
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 2 > len(data) or data[at] != _MARK:
            raise CannotClean("the picture breaks off")
        marker = data[at + 1]
        if marker == _END:
            yield data[at : at + 2]
            return
        end = at + 2 if marker in _ALONE else at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            end = _scan_end(data, end)
        part = _kept_segment(marker, data[at:end])
        if part:
            yield part
        at = end


def _kept_segment(marker: int, segment: bytes) -> bytes:
    body = segment[4:]
    if marker == _JFIF and body.startswith(b"JFIF\0"):
        return b"\xff\xe0\0\x10" + body[: _JFIF_BYTES - 2] + b"\0\0"
    if marker == _ADOBE and body.startswith(b"Adobe"):
        return segment
    return b"" if marker in _SPOKEN else segment


def _scan_end(data: bytes, at: int) -> int:
    """Where the coded points end: at a marker that is neither a stuffed byte nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise CannotClean("the picture breaks off")
        if data[at + 1] != 0 and data[at + 1] not in _RESTARTS:
            return at
        at += 2


def bare_jpeg2000(data: bytes) -> bytes:
    """A JPEG 2000 file with the boxes that draw it; a bare code stream stays. Raises `CannotClean`."""
    if not data.startswith(_SIGNATURE):
        return data
    kept, at = b"", 0
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        end = len(data) if length == 0 else at + length
        if end <= at + 7 or end > len(data):
            raise CannotClean("the picture breaks off")
        kept += data[at:end] if kind in _BOXES else b""
        at = end
    return kept

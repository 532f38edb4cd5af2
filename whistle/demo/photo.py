"""Takes the rehearsal's photographs: a scene, and the hidden data that a telephone leaves in a picture.

The place and the time inside are the point: whoever rehearses should see what a careless picture tells.
"""

import struct
from dataclasses import dataclass
from datetime import date
from typing import Final

from whistle.demo import jpeg
from whistle.demo.scenes import HEIGHT, WIDTH, Colour, Shape, paint

#: Types of a field in an image file directory (TIFF 6.0, page 15).
_ASCII: Final = 2
_SHORT: Final = 3
_LONG: Final = 4
_RATIONAL: Final = 5

#: Bytes of a value that stand in the directory itself (TIFF 6.0, page 14).
_INLINE: Final = 4

#: Tags of a directory that point to the other two (Exif 2.32, 4.6.3).
_EXIF_DIRECTORY: Final = 0x8769
_GPS_DIRECTORY: Final = 0x8825


@dataclass(frozen=True, slots=True)
class Shot:
    """How a picture was taken: the scene, the time (hh:mm:ss) and the place in degrees north and east."""

    scene: tuple[Shape, ...]
    at: str
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class _Field:
    """One line of a directory: its tag, type, number of values and the values as bytes, little end first."""

    tag: int
    kind: int
    count: int
    value: bytes


def take(shot: Shot, day: date) -> bytes:
    """A JPEG of the scene as a telephone would have taken it on `day`."""
    return jpeg.encode(_planes(paint(shot.scene)), WIDTH, HEIGHT, _exif(shot, day))


def _planes(pixels: list[Colour]) -> tuple[bytes, bytes, bytes]:
    """Red, green and blue as Y, Cb and Cr (JFIF 1.02, page 3), each colour worked out once."""
    known = {pixel: _luma_chroma(*pixel) for pixel in set(pixels)}
    luma, blue, red = zip(*(known[pixel] for pixel in pixels), strict=True)
    return bytes(luma), bytes(blue), bytes(red)


def _luma_chroma(red: int, green: int, blue: int) -> Colour:
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    parts = (luma, 128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402)
    return (_byte(parts[0]), _byte(parts[1]), _byte(parts[2]))


def _byte(value: float) -> int:
    return max(0, min(255, round(value)))


def _exif(shot: Shot, day: date) -> bytes:
    """The three directories of a telephone's picture, one after the other (Exif 2.32, 4.5.4 and 4.6)."""
    taken = _text(f"{day:%Y:%m:%d} {shot.at}")
    exif = (
        _Field(0x9003, _ASCII, len(taken), taken),
        _Field(0x9004, _ASCII, len(taken), taken),
        _Field(0xA002, _LONG, 1, struct.pack("<L", WIDTH)),
        _Field(0xA003, _LONG, 1, struct.pack("<L", HEIGHT)),
    )
    # Where the second and third directory begin depends only on the length of the first, so it is made twice.
    length = len(_directory(_main(taken, 0, 0), 8))
    exif_at = 8 + length
    exif_bytes = _directory(exif, exif_at)
    gps_at = exif_at + len(exif_bytes)
    main = _directory(_main(taken, exif_at, gps_at), 8)
    return b"II*\0" + struct.pack("<L", 8) + main + exif_bytes + _directory(_gps(shot, day), gps_at)


def _main(taken: bytes, exif_at: int, gps_at: int) -> tuple[_Field, ...]:
    maker, model, program = _text("Fjell"), _text("Fjell F3"), _text("Kamera 4.1")
    return (
        _Field(0x010F, _ASCII, len(maker), maker),
        _Field(0x0110, _ASCII, len(model), model),
        _Field(0x0112, _SHORT, 1, struct.pack("<H", 1)),
        _Field(0x0131, _ASCII, len(program), program),
        _Field(0x0132, _ASCII, len(taken), taken),
        _Field(_EXIF_DIRECTORY, _LONG, 1, struct.pack("<L", exif_at)),
        _Field(_GPS_DIRECTORY, _LONG, 1, struct.pack("<L", gps_at)),
    )


def _gps(shot: Shot, day: date) -> tuple[_Field, ...]:
    stamp = _text(f"{day:%Y:%m:%d}")
    return (
        _Field(0, 1, 4, b"\x02\x03\0\0"),
        _Field(1, _ASCII, 2, b"N\0"),
        _Field(2, _RATIONAL, 3, _angle(shot.north)),
        _Field(3, _ASCII, 2, b"E\0"),
        _Field(4, _RATIONAL, 3, _angle(shot.east)),
        _Field(29, _ASCII, len(stamp), stamp),
    )


def _angle(degrees: float) -> bytes:
    """Degrees, minutes and hundredths of a second as three fractions (Exif 2.32, 4.6.6)."""
    hundredths = round(degrees * 360_000)
    whole, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6_000)
    return struct.pack("<6L", whole, 1, minutes, 1, seconds, 100)


def _text(words: str) -> bytes:
    return words.encode("ascii") + b"\0"


def _directory(fields: tuple[_Field, ...], at: int) -> bytes:
    """A directory that begins `at` bytes into the TIFF; long values follow it (TIFF 6.0, page 14)."""
    lines, beyond = b"", b""
    after = at + 2 + 12 * len(fields) + 4
    for field in fields:
        place = field.value.ljust(_INLINE, b"\0")
        if len(field.value) > _INLINE:
            place = struct.pack("<L", after + len(beyond))
            # A value begins at an even place.
            beyond += field.value + b"\0" * (len(field.value) % 2)
        lines += struct.pack("<HHL", field.tag, field.kind, field.count) + place
    return struct.pack("<H", len(fields)) + lines + struct.pack("<L", 0) + beyond

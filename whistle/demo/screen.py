"""Draws a picture of a screen: lines of text in a window, as a PNG of indexed colours, always the same."""

import struct
import zlib
from typing import Final

#: Letters five points wide and seven high, column by column, the lowest bit at the top. Capitals only: a
#: drawn screen has to be read, not admired.
_GLYPHS: Final = {
    " ": "0000000000", "-": "0808080808", ".": "0060600000", ":": "0036360000", "/": "2010080402",
    "(": "001c224100", ")": "0041221c00", "#": "7f7f7f7f7f", "+": "08083e0808", "0": "3e5149453e",
    "1": "00427f4000", "2": "4261514946", "3": "2141454b31", "4": "1814127f10", "5": "2745454539",
    "6": "3c4a494930", "7": "0171090503", "8": "3649494936", "9": "064949291e", "A": "7e1111117e",
    "B": "7f49494936", "C": "3e41414122", "D": "7f4141221c", "E": "7f49494941", "F": "7f09090901",
    "G": "3e4149497a", "H": "7f0808087f", "I": "00417f4100", "J": "2040413f01", "K": "7f08142241",
    "L": "7f40404040", "M": "7f020c027f", "N": "7f0408107f", "O": "3e4141413e", "P": "7f09090906",
    "Q": "3e4151215e", "R": "7f09192946", "S": "4649494931", "T": "01017f0101", "U": "3f4040403f",
    "V": "1f2040201f", "W": "3f4038403f", "X": "6314081463", "Y": "0708700807", "Z": "6151494543",
    "Å": "7814151478", "Ä": "7914121479", "Ö": "3d4242423d",
}  # fmt: skip

#: Points of the picture for one of a letter, and what a letter and a line take with the space around them.
SCALE: Final = 2
LETTER: Final = 6 * SCALE
LINE: Final = 13 * SCALE

#: Space around the text, and the height of the window's bar.
MARGIN: Final = 20
BAR: Final = 40

_PAPER, _INK, _TOP, _LINE = 0, 1, 2, 3
_PALETTE: Final = bytes((255, 255, 255, 28, 36, 40, 46, 84, 110, 232, 236, 238))


def picture(lines: tuple[str, ...]) -> bytes:
    """A PNG (RFC 2083) of a window with these lines in it; KeyError for a sign that is not drawn here."""
    width = 2 * MARGIN + LETTER * max(len(line) for line in lines)
    rows = [bytearray([_TOP]) * width for _ in range(BAR)]
    for number, line in enumerate(lines):
        rows += _line(line, width, _LINE if number % 2 else _PAPER)
    rows += [bytearray(width) for _ in range(MARGIN)]
    header = struct.pack(">LLBBBBB", width, len(rows), 8, 3, 0, 0, 0)
    # Each row begins with the filter that was used on it: none.
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = (
        _chunk(b"IHDR", header) + _chunk(b"PLTE", _PALETTE) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


def _line(text: str, width: int, ground: int) -> list[bytearray]:
    """The rows of points of one line of text, on its ground."""
    rows = [bytearray([ground]) * width for _ in range(LINE)]
    for place, sign in enumerate(text.upper()):
        left = MARGIN + place * LETTER
        for column, bits in enumerate(bytes.fromhex(_GLYPHS[sign])):
            for down in (down for down in range(7) if bits >> down & 1):
                _dot(rows, left + column * SCALE, (3 + down) * SCALE)
    return rows


def _dot(rows: list[bytearray], left: int, top: int) -> None:
    for row in rows[top : top + SCALE]:
        row[left : left + SCALE] = bytes([_INK]) * SCALE


def _chunk(kind: bytes, body: bytes) -> bytes:
    """Length, kind, body and check sum (RFC 2083, 3.2)."""
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))

"""Turns three planes of samples into a baseline JPEG that every viewer opens; pure and deterministic.

Tables and the order of segments are those of ITU-T T.81 (annexes A, B, F and K). One quantisation table and
one pair of Huffman tables serve luma and chroma alike: larger than need be, and half the tables to get wrong.
"""

import math
import struct
from typing import Final

#: Samples on a side of a transformed block (T.81, A.1.2).
BLOCK: Final = 8

#: T.81 table K.1, row by row; `_DIVISORS` halves it, which is the usual "quality 75".
QUANTISATION: Final = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip

#: T.81 table K.3.
DC_COUNTS: Final = bytes.fromhex("00010501010101010100000000000000")
DC_SYMBOLS: Final = bytes(range(12))

#: T.81 table K.5.
AC_COUNTS: Final = bytes.fromhex("0002010303020403050504040000017d")
AC_SYMBOLS: Final = bytes.fromhex(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a"
    "3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a929394"
    "95969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8"
    "e9eaf1f2f3f4f5f6f7f8f9fa"
)

#: The two symbols that stand for zeros alone (T.81, F.1.2.2.1).
RUN_OF_SIXTEEN: Final = 0xF0
END_OF_BLOCK: Final = 0x00
LONGEST_RUN: Final = 16

_BYTE: Final = 8
_MARKER: Final = 0xFF


def _zigzag() -> tuple[int, ...]:
    """The order in which a block's 64 coefficients are written (T.81, figure A.6)."""
    cells = [(x + y, y if (x + y) % 2 else x, y * BLOCK + x) for y in range(BLOCK) for x in range(BLOCK)]
    return tuple(cell for _, _, cell in sorted(cells))


_ZIGZAG = _zigzag()
_DIVISORS = tuple(max(1, (step + 1) // 2) for step in QUANTISATION)
_COSINES = tuple(
    tuple(
        (math.sqrt(0.125) if u == 0 else 0.5) * math.cos((2 * x + 1) * u * math.pi / 16) for x in range(BLOCK)
    )
    for u in range(BLOCK)
)


def _codes(counts: bytes, symbols: bytes) -> dict[int, tuple[int, int]]:
    """Symbol -> (code, its length in bits), handed out in order of length (T.81, annex C)."""
    table: dict[int, tuple[int, int]] = {}
    code, taken = 0, iter(symbols)
    for length, count in enumerate(counts, start=1):
        for _ in range(count):
            table[next(taken)] = (code, length)
            code += 1
        code <<= 1
    return table


_DC = _codes(DC_COUNTS, DC_SYMBOLS)
_AC = _codes(AC_COUNTS, AC_SYMBOLS)


def _transform(block: bytes) -> tuple[int, ...]:
    """The 64 quantised coefficients of a block of 64 samples, in the order they are written (T.81, A.3)."""
    if block == block[:1] * 64:
        return (round((block[0] - 128) * 8 / _DIVISORS[0]),) + (0,) * 63
    centred = [sample - 128 for sample in block]
    rows = [
        [sum(map(float.__mul__, wave, map(float, centred[y : y + 8]))) for wave in _COSINES]
        for y in range(0, 64, 8)
    ]
    columns = [
        [sum(map(float.__mul__, wave, column)) for wave in _COSINES] for column in zip(*rows, strict=True)
    ]
    flat = [columns[u][v] for v in range(8) for u in range(8)]
    return tuple(round(flat[cell] / _DIVISORS[cell]) for cell in _ZIGZAG)


class _Bits:
    """Collects bits into bytes; a zero byte keeps 0xFF from reading as a marker (T.81, F.1.2.3)."""

    def __init__(self) -> None:
        self.done = bytearray()
        self._pending, self._held = 0, 0

    def put(self, value: int, length: int) -> None:
        """Append the `length` lowest bits of `value`."""
        self._pending = self._pending << length | value
        self._held += length
        while self._held >= _BYTE:
            self._held -= _BYTE
            byte = self._pending >> self._held
            self._pending &= (1 << self._held) - 1
            self.done += b"\xff\x00" if byte == _MARKER else bytes((byte,))

    def finish(self) -> bytes:
        """All bytes, the last one filled with ones."""
        if self._held:
            self.put((1 << (_BYTE - self._held)) - 1, _BYTE - self._held)
        return bytes(self.done)


def _put_number(bits: _Bits, codes: dict[int, tuple[int, int]], run: int, value: int) -> None:
    """A run of zeros and the number after it: its size as a Huffman code, then its bits (T.81, F.1.2.1)."""
    size = abs(value).bit_length()
    bits.put(*codes[run << 4 | size])
    bits.put(value if value >= 0 else value + (1 << size) - 1, size)


def _put_block(bits: _Bits, coefficients: tuple[int, ...], before: int) -> int:
    """One block; `before` is the first coefficient of the component's last block, the new one comes back."""
    _put_number(bits, _DC, 0, coefficients[0] - before)
    run = 0
    for value in coefficients[1:]:
        if value == 0:
            run += 1
            continue
        while run >= LONGEST_RUN:
            bits.put(*_AC[RUN_OF_SIXTEEN])
            run -= LONGEST_RUN
        _put_number(bits, _AC, run, value)
        run = 0
    if run:
        bits.put(*_AC[END_OF_BLOCK])
    return coefficients[0]


def _scan(planes: tuple[bytes, bytes, bytes], width: int, height: int) -> bytes:
    """The picture's blocks, luma, blue and red difference in turn, from the upper left corner."""
    bits, before, known = _Bits(), [0, 0, 0], dict[bytes, tuple[int, ...]]()
    for top in range(0, height, BLOCK):
        for left in range(0, width, BLOCK):
            corners = [row * width + left for row in range(top, top + BLOCK)]
            for part, plane in enumerate(planes):
                block = b"".join(plane[corner : corner + BLOCK] for corner in corners)
                # A drawn scene repeats itself: most blocks were transformed before, and a second is saved.
                coefficients = known.get(block) or known.setdefault(block, _transform(block))
                before[part] = _put_block(bits, coefficients, before[part])
    return bits.finish()


def _segment(marker: int, body: bytes) -> bytes:
    """A marker, the length of what follows (itself included) and the body (T.81, B.1.1.4)."""
    return struct.pack(">BBH", _MARKER, marker, len(body) + 2) + body


def encode(planes: tuple[bytes, bytes, bytes], width: int, height: int, exif: bytes) -> bytes:
    """A baseline JPEG; `exif` is a TIFF (Exif 2.32, 4.7).

    The planes are Y, Cb and Cr (JFIF's, 0 to 255), row by row; `width` and `height` are multiples of 8.
    """
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"".join(bytes((part, 0x11, 0)) for part in (1, 2, 3))
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE1, b"Exif\0\0" + exif),
            _segment(0xDB, b"\0" + bytes(_DIVISORS[cell] for cell in _ZIGZAG)),
            _segment(0xC0, frame),
            _segment(0xC4, b"\x00" + DC_COUNTS + DC_SYMBOLS),
            _segment(0xC4, b"\x10" + AC_COUNTS + AC_SYMBOLS),
            _segment(0xDA, b"\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00"),
            _scan(planes, width, height),
            b"\xff\xd9",
        )
    )

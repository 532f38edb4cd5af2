"""A recording keeps its sound and the numbers that play it; titles, programs, places and dates go."""

from collections.abc import Iterator
from typing import Final

from whistle.cleaning.kinds import CannotClean

_WAVE_KEPT: Final = (b"fmt ", b"fact", b"data")
_BROKEN: Final = "the recording breaks off"

_MPEG_RATES: Final = (  # kbit/s of layer III (ISO/IEC 11172-3, 2.4.2.3; 13818-3, 2.4.2.3), by MPEG 1 and 2
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
)
_MPEG_HERTZ: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_SYNC, _MPEG_1, _LAYER_III, _NO_SPEED = 0x7FF, 3, 1, 3  # fields of a frame's first four bytes

_STREAMINFO, _SEEKTABLE = 0, 3  # blocks of a FLAC that play it (RFC 9639, 8.1)
_LAST: Final = 0x80
_ID3V1: Final = 128

_CONTAINERS: Final = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf")
_TOLD: Final = (b"udta", b"meta", b"uuid", b"free", b"skip", b"iods", b"name")
_TIMED: Final = (b"mvhd", b"tkhd", b"mdhd")
_HANDLER_NAME: Final = 24  # where the name begins in a handler box (ISO/IEC 14496-12, 8.4.3)


def clean(data: bytes) -> bytes:
    """The sound of a WAV, MP3, FLAC or M4A. Raises `CannotClean`."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return _wave(data)
    if data[:4] == b"fLaC":
        return _flac(data)
    if data[4:8] == b"ftyp":
        return b"".join(_boxes(data))
    return _mp3(data)


def _wave(data: bytes) -> bytes:
    kept, at = b"WAVE", 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if name in _WAVE_KEPT:
            # A recorder that was cut off leaves a size that is too large: what is there is what there is.
            kept += name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
        at += 8 + size + size % 2
    if b"fmt " not in kept[:8] or b"data" not in kept[:256]:
        raise CannotClean(_BROKEN)
    return b"RIFF" + len(kept).to_bytes(4, "little") + kept


def _mp3(data: bytes) -> bytes:
    frames = b"".join(_frames(data, _after_tags(data)))
    if not frames:
        raise CannotClean("no sound was found")
    return frames


def _after_tags(data: bytes) -> int:
    """Where the sound begins: behind every ID3v2 tag (its size is four times seven bits)."""
    at = 0
    while data[at : at + 3] == b"ID3" and at + 10 <= len(data):
        size = 0
        for byte in data[at + 6 : at + 10]:
            size = size << 7 | (byte & 0x7F)
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    return at


def _frames(data: bytes, at: int) -> Iterator[bytes]:
    """Whole frames one after the other; what is none, at the start or the end, is left out."""
    start = at
    while at + 4 <= len(data):
        length = _frame_bytes(data[at : at + 4])
        if length and at + length <= len(data):
            yield data[at : at + length]
            at += length
        elif at == start and at < start + 4096:
            at = start = data.find(b"\xff", at + 1) if data.find(b"\xff", at + 1) > 0 else len(data)
        else:
            return


def _frame_bytes(head: bytes) -> int:
    """The length of the frame that begins with these four bytes; 0 when none does."""
    word = int.from_bytes(head, "big")
    version, layer, speed = word >> 19 & 3, word >> 17 & 3, word >> 10 & 3
    if word >> 21 != _SYNC or layer != _LAYER_III or version not in _MPEG_HERTZ or speed == _NO_SPEED:
        return 0
    first = version == _MPEG_1
    rate = _MPEG_RATES[0 if first else 1][word >> 12 & 15]
    samples = 144 if first else 72  # an eighth of a frame's
    return samples * rate * 1000 // _MPEG_HERTZ[version][speed] + (word >> 9 & 1) if rate else 0


def _flac(data: bytes) -> bytes:
    kept, at, last = [], 4, False
    while not last:
        if at + 4 > len(data):
            raise CannotClean(_BROKEN)
        kind, last = data[at] & 0x7F, bool(data[at] & _LAST)
        end = at + 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        if kind in (_STREAMINFO, _SEEKTABLE):
            kept.append(bytes([kind]) + data[at + 1 : end])
        at = end
    if not kept or at > len(data):
        raise CannotClean(_BROKEN)
    kept[-1] = bytes([kept[-1][0] | _LAST]) + kept[-1][1:]
    # A tag of the older kind stands behind the sound (ID3v1: 128 bytes).
    end = len(data) - _ID3V1 if data[-_ID3V1:].startswith(b"TAG") else len(data)
    return b"fLaC" + b"".join(kept) + data[at:end]


def _boxes(data: bytes) -> Iterator[bytes]:
    """The boxes of an MPEG-4 file; what tells is overwritten in place, so that no address inside moves."""
    at = 0
    while at < len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = len(data) if size == 0 else at + size
        if not at + 8 <= end <= len(data):
            raise CannotClean(_BROKEN)
        yield _box(name, data[at:end])
        at = end


def _box(name: bytes, box: bytes) -> bytes:
    if name in _CONTAINERS:
        return box[:8] + b"".join(_boxes(box[8:]))
    if name in _TOLD:
        return box[:4] + b"free" + bytes(len(box) - 8)
    if name in _TIMED:
        times = 16 if box[8] else 8
        return box[:12] + bytes(times) + box[12 + times :]
    if name == b"hdlr":
        if box[16:20] != b"soun":
            raise CannotClean("more than sound is in it")
        return box[: 8 + _HANDLER_NAME] + bytes(len(box) - 8 - _HANDLER_NAME)
    return box

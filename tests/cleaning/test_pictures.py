"""A cleaned picture looks the same, stands the right way up, and says nothing."""

import io
import struct
import zlib
from datetime import date

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.cleaning import samples
from whistle.cleaning import images, segments
from whistle.cleaning.kinds import CannotClean
from whistle.demo import attachments

HIDDEN = (samples.SECRET.encode(), b"Fjell", b"2026:03:02", b"Exif", b"xmpmeta", b"Scan 1.0", b"ICC_PROFILE")


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' points, of 255."""
    found = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return max(ImageStat.Stat(found).mean)


@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.tiff, samples.gif, samples.webp])
def test_nothing_that_stood_beside_the_points_is_in_the_copy(make: object) -> None:
    data = make()  # type: ignore[operator]
    assert any(word in data for word in HIDDEN)
    copy = images.clean(data)
    assert [word for word in HIDDEN if word in copy] == []
    assert opened(copy).format == opened(data).format
    assert images.clean(data) == copy


def test_a_turned_picture_is_stored_the_way_it_is_to_be_seen() -> None:
    copy = opened(images.clean(samples.jpeg()))
    # Orientation 6: what the file holds as its upper left corner is seen at the upper right.
    assert copy.size == (40, 60)
    assert copy.convert("RGB").getpixel((37, 5))[0] > 150 > copy.convert("RGB").getpixel((37, 5))[1]  # type: ignore[index]
    assert min(copy.convert("RGB").getpixel((3, 5))) > 200  # type: ignore[arg-type,type-var]


@pytest.mark.parametrize("name", [name for name in attachments.NAMES if name.endswith((".jpg", ".png"))])
def test_the_photographs_of_the_rehearsal_lose_place_and_time_and_look_the_same(name: str) -> None:
    _name, _type, data = attachments.make(name, date(2026, 8, 24))
    before, after = opened(data), opened(images.clean(data))
    assert (after.format, after.size, dict(after.getexif())) == (before.format, before.size, {})
    assert after.getexif().get_ifd(0x8825) == {}
    assert difference(before, after) < 1.0


def test_pages_frames_and_see_through_places_stay() -> None:
    assert opened(images.clean(samples.tiff(3))).n_frames == 3  # type: ignore[attr-defined]
    moving = opened(images.clean(samples.gif(3)))
    assert (moving.n_frames, moving.info["duration"]) == (3, 80)  # type: ignore[attr-defined]
    picture = Image.new("RGBA", (9, 9), (0, 0, 0, 0))
    assert opened(images.clean(samples.written(picture, "PNG"))).getpixel((4, 4)) == (0, 0, 0, 0)


def huge_png(width: int, height: int) -> bytes:
    """A picture of a few hundred bytes that would be gigabytes in memory."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))

    head = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(9000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        huge_png(60_000, 60_000),
        huge_png(9_000, 9_000),
        samples.jpeg()[:200],
        b"\xff\xd8\xff",
        b"GIF89a",
        b"II*\0",
    ],
    ids=["bomb", "over the limit", "cut", "three bytes", "head", "tiff head"],
)
def test_a_picture_that_cannot_be_drawn_is_refused(data: bytes) -> None:
    with pytest.raises(CannotClean):
        images.clean(data)


def test_the_segments_of_a_jpeg_are_taken_out_without_touching_a_point() -> None:
    data = samples.jpeg() + b"a trailer " + samples.SECRET.encode()
    bare = segments.bare_jpeg(data)
    assert [word for word in HIDDEN if word in bare] == []
    assert ImageChops.difference(opened(bare), opened(data)).getbbox() is None


@pytest.mark.parametrize("cut", [1, 3, 30, 400])
def test_a_jpeg_that_breaks_off_is_refused(cut: int) -> None:
    with pytest.raises(CannotClean):
        segments.bare_jpeg(samples.jpeg()[:cut])


def test_a_jpeg_2000_keeps_the_boxes_that_draw_it() -> None:
    data = samples.written(samples.drawing(), "JPEG2000")
    told = data + struct.pack(">L", 8 + 20) + b"xml " + samples.SECRET.encode()[:20]
    bare = segments.bare_jpeg2000(told)
    assert samples.SECRET.encode()[:20] not in bare
    assert difference(opened(bare), opened(data)) == 0
    with pytest.raises(CannotClean):
        segments.bare_jpeg2000(told[:40])

"""The files of the rehearsal open in other people's programs, and are what their names say."""

import io
import math
import re
import wave
import zipfile
from datetime import date
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from PIL import Image

from whistle.demo import attachments, jpeg
from whistle.rules.text import file_name


@pytest.mark.parametrize("name", attachments.NAMES)
def test_a_file_is_the_same_each_time_small_and_what_its_name_says(name: str) -> None:
    once, media_type, content = attachments.make(name, date(2026, 8, 24))
    again = attachments.make(name, date(2026, 8, 24))
    assert (once, media_type, content) == again
    assert once == name == file_name(name)
    assert 300 < len(content) < 400_000
    assert "/" in media_type


def test_a_file_that_nobody_attached_is_not_made() -> None:
    with pytest.raises(KeyError):
        attachments.make("film.mov")


def files(extension: str) -> list[str]:
    return [name for name in attachments.NAMES if name.endswith(extension)]


@pytest.mark.parametrize("name", files(".jpg"))
def test_a_photo_opens_shows_something_and_tells_where_and_when(name: str) -> None:
    _, media_type, content = attachments.make(name)
    with Image.open(io.BytesIO(content)) as photo:
        photo.load()
        colours = photo.convert("RGB").getcolors(maxcolors=1 << 24)
        exif = photo.getexif()
        position = exif.get_ifd(0x8825)
        assert (photo.format, photo.size, media_type) == ("JPEG", (640, 480), "image/jpeg")
    assert colours is not None
    assert len(colours) > 100
    assert exif[0x0110] == "Fjell F3"
    assert re.fullmatch(r"20\d\d:\d\d:\d\d \d\d:\d\d:\d\d", exif.get_ifd(0x8769)[0x9003])
    assert (position[1], position[3]) == ("N", "E")
    assert 59 <= position[2][0] <= 60


def test_a_photo_keeps_the_colours_that_were_painted() -> None:
    _, _, content = attachments.make("IMG_0832.jpg")
    with Image.open(io.BytesIO(content)) as photo:
        red, green, blue = photo.convert("RGB").getpixel((97, 250))  # the container, between two stripes
    assert green > red + 20
    assert green > blue + 10


@pytest.mark.parametrize(("across", "down"), [(0, 0), (1, 0), (0, 3), (7, 7), (4, 5)])
def test_the_encoder_gives_back_every_wave_it_was_given(across: int, down: int) -> None:
    # One wave alone: all other coefficients are zero, in runs of up to 62.
    wave_at = [
        128
        + 100 * math.cos((2 * x + 1) * across * math.pi / 16) * math.cos((2 * y + 1) * down * math.pi / 16)
        for y in range(16)
        for x in range(24)
    ]
    luma, flat = bytes(round(min(255, sample)) for sample in wave_at), bytes([128]) * (16 * 24)
    with Image.open(io.BytesIO(jpeg.encode((luma, flat, flat), 24, 16, b""))) as picture:
        shown = picture.convert("L").tobytes()
    assert max(abs(one - other) for one, other in zip(luma, shown, strict=True)) <= 24


@pytest.mark.parametrize("name", files(".png"))
def test_a_screen_picture_opens_and_has_text_in_it(name: str) -> None:
    _, _, content = attachments.make(name)
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        counts = {index: count for count, index in picture.getcolors() or []}
        assert picture.format == "PNG"
        assert picture.width > 400
    assert counts[1] > 2_000


@pytest.mark.parametrize("name", files(".pdf"))
def test_a_pdf_is_sound_has_pages_and_says_who_made_it(name: str) -> None:
    _, media_type, content = attachments.make(name)
    assert media_type == "application/pdf"
    with pikepdf.open(io.BytesIO(content)) as paper:
        assert paper.check_pdf_syntax() == []
        assert len(paper.pages) >= 3
        assert str(paper.docinfo["/Author"])
        assert str(paper.docinfo["/Producer"])
        shown = b"".join(page.Contents.read_bytes() for page in paper.pages)
    assert shown.count(b"'\n") > 12


def test_the_invoices_add_up_and_stay_under_the_limit() -> None:
    _, _, content = attachments.make("fakturor-elgruppen.pdf")
    with pikepdf.open(io.BytesIO(content)) as paper:
        table = paper.pages[0].Contents.read_bytes().decode("cp1252")
    amounts = [int(found.replace(" ", "")) for found in re.findall(r" {3,}(\d{2,3}(?: \d{3})+),00\)", table)]
    assert len(amounts) == 8
    assert sum(amounts[:-1]) == amounts[-1]
    assert max(amounts[:-1]) < 100_000


@pytest.mark.parametrize("name", [*files(".docx"), *files(".xlsx")])
def test_an_office_file_is_a_whole_package_that_names_its_author(name: str) -> None:
    _, _, content = attachments.make(name)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        parts = {entry: package.read(entry) for entry in package.namelist()}
    trees = {entry: ET.fromstring(text) for entry, text in parts.items()}  # noqa: S314 - our own bytes
    named = {
        one.attrib["PartName"].lstrip("/") for one in trees["[Content_Types].xml"] if "PartName" in one.attrib
    }
    assert named <= set(parts)
    for relation in trees["_rels/.rels"]:
        assert relation.attrib["Target"] in parts
    core = {one.tag.rpartition("}")[2]: one.text for one in trees["docProps/core.xml"]}
    assert core["creator"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", core["created"] or "")


def test_the_hours_in_the_sheet_are_those_the_report_speaks_of() -> None:
    _, _, content = attachments.make("timmar.xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = ET.fromstring(package.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own bytes
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    rows = [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{space}row")][1:]
    assert len(rows) == 10
    assert sum(int(row[3]) - int(row[4]) for row in rows) == 61


def test_the_recording_plays_for_some_seconds_with_pauses_in_it() -> None:
    _, _, content = attachments.make("samtal-bygget.wav")
    with wave.open(io.BytesIO(content)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (1, 8000, 2)
        assert 3 <= sound.getnframes() / 8000 <= 20
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
    quarters = [max(map(abs, samples[at : at + 2000])) for at in range(0, len(samples), 2000)]
    assert max(quarters) > 5_000
    assert min(quarters) < 50


def test_the_notes_are_plain_text_with_nine_nights() -> None:
    _, media_type, content = attachments.make("notes-night-shifts.txt", date(2026, 11, 14))
    assert media_type == "text/plain"
    assert len(re.findall(r"^2026-\d\d-\d\d  \d\d\.\d\d", content.decode(), re.MULTILINE)) == 9

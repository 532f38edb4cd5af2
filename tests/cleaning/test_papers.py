"""Cleaned papers, sheets and recordings open as before and name nobody."""

import io
import re
import wave
import zipfile
from collections.abc import Callable
from datetime import date
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from PIL import Image

from tests.cleaning import samples
from whistle.cleaning import packages, pdf, sound, worker
from whistle.cleaning.kinds import CannotClean, Kind, told
from whistle.demo import attachments

HIDDEN = (samples.SECRET, "annasecret", "2026-03-02T14", "AKS", "00AB12CD", "anna@secret", "Writer 1.0")


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: package.read(name) for name in package.namelist()}


def says(data: bytes) -> str:
    """Everything in a file, unpacked as far as it goes."""
    if data[:2] == b"PK":
        return "\n".join(name + says(part) for name, part in parts_of(data).items())
    return data.decode("latin-1") + data.decode("utf-8", "replace")


def test_a_pdf_keeps_its_pages_and_nothing_of_who_made_it() -> None:
    before = samples.pdf()
    copy = worker.cleaned(before, "paper.pdf")
    with pikepdf.open(io.BytesIO(copy)) as paper:
        assert paper.check_pdf_syntax() == []
        assert len(paper.pages) == 2
        for key in ("/Info",):
            assert key not in paper.trailer
        assert not {"/Metadata", "/OpenAction"} & set(paper.Root.keys())
        page = paper.pages[0]
        assert not {"/Thumb", "/PieceInfo"} & set(page.obj.keys())
        assert set(page.Annots[0].keys()) == {"/Type", "/Subtype", "/Rect", "/Contents"}
        inside = paper.attachments["inside.png"].get_file().read_bytes()
        shown = pikepdf.PdfImage(page.Resources.XObject.Im0).as_pil_image()
        everything = b"".join(
            one.read_raw_bytes() for one in paper.objects if isinstance(one, pikepdf.Stream)
        )
    assert shown.size == (60, 40)
    assert not Image.open(io.BytesIO(inside)).info
    for data in (copy, everything, inside):
        assert [word for word in (*HIDDEN, "Fjell", "JavaScript") if word in says(data)] == []
    assert worker.cleaned(before, "paper.pdf") == copy


def test_a_pdf_names_nobody_in_its_layers_threads_signatures_and_paths() -> None:
    name, path = pikepdf.String(samples.SECRET), pikepdf.String(samples.PLACE)
    with pikepdf.open(io.BytesIO(samples.pdf())) as paper:
        page, new = paper.pages[0], paper.make_indirect
        signed = pikepdf.Dictionary(Type=pikepdf.Name.Sig, Name=name, ByteRange=[0, 1, 2, 3])
        group = new(pikepdf.Dictionary(Type=pikepdf.Name.Sig))
        group.FT = pikepdf.Name.Sig
        kid = new(pikepdf.Dictionary(Subtype=pikepdf.Name.Widget, Rect=[0, 0, 1, 1], Parent=group))
        kid.V, group.Kids = new(signed), [kid]
        page.Annots = [kid]
        paper.Root.AcroForm = pikepdf.Dictionary(Fields=[group])
        usage = pikepdf.Dictionary(User=pikepdf.Dictionary(Name=name))
        layer = new(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Text", Usage=usage))
        paper.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(Creator=name))
        paper.Root.Threads = [new(pikepdf.Dictionary(I=pikepdf.Dictionary(Author=name)))]
        paper.Root.URI = pikepdf.Dictionary(Base=path)
        paper.Root.StructTreeRoot = pikepdf.Dictionary(K=pikepdf.Dictionary(Alt=path))
        inside = pikepdf.Dictionary(F=paper.make_stream(samples.png()))
        page.FS = new(pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=path, UF=path, EF=inside))
        file = io.BytesIO()
        paper.save(file)
    with pikepdf.open(io.BytesIO(worker.cleaned(file.getvalue(), "paper.pdf"))) as copy:
        assert str(copy.pages[0].FS.UF) == "scan.jpg"
        plain = io.BytesIO()
        copy.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert [word for word in HIDDEN if word in says(plain.getvalue())] == []


def test_a_pdf_that_is_locked_broken_or_empty_is_refused() -> None:
    locked, empty = io.BytesIO(), io.BytesIO()
    with pikepdf.open(io.BytesIO(samples.pdf())) as paper:
        paper.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    pikepdf.new().save(empty)
    for data in (locked.getvalue(), empty.getvalue(), b"%PDF-1.7\n", b"%PDF-1.4 1 0 obj" + b"[" * 5000):
        with pytest.raises(CannotClean):
            pdf.clean(data, lambda _name, part: part)


def test_a_document_loses_its_writers_and_keeps_its_words() -> None:
    copy = worker.cleaned(samples.docx(), "letter.docx")
    parts = parts_of(copy)
    assert [word for word in (*HIDDEN, "Fjell") if word in says(copy)] == []
    assert not {"docProps/custom.xml", "docProps/thumbnail.jpeg", "customXml/item1.xml"} & parts.keys()
    words = "".join(ET.fromstring(parts["word/document.xml"]).itertext())  # noqa: S314
    assert words == "Kept & read added"
    # The writers of a change and of a remark are still told apart from others, under one name.
    assert b'w:author="Author 1"' in parts["word/document.xml"]
    assert b'w:author="Author 1"' in parts["word/comments.xml"]
    # A list of prefixes inside an attribute still finds every prefix that it names.
    assert b'mc:Ignorable="w14"' in parts["word/document.xml"]
    assert b'xmlns:w14="urn:w14"' in parts["word/document.xml"]


@pytest.mark.parametrize("make", [samples.docx, samples.xlsx, samples.odt])
def test_no_list_names_a_part_that_is_not_there(make: Callable[[], bytes]) -> None:
    parts = parts_of(worker.cleaned(make(), "file.docx"))
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            ET.fromstring(part)  # noqa: S314
    named = re.findall(r'(?:PartName="/|full-path=")([^"]+)"', says(worker.cleaned(make(), "file.docx")))
    assert {name for name in named if not name.endswith("/")} <= parts.keys() | {"[Content_Types].xml"}
    for name in (name for name in parts if name.endswith(".rels")):
        for target in re.findall(r'Target="([^"]+)"', parts[name].decode()):
            assert "thumbnail" not in target
            assert "printerSettings" not in target


def test_a_sheet_loses_user_path_printer_and_the_name_in_its_notes() -> None:
    copy = worker.cleaned(samples.xlsx(), "hours.xlsx")
    assert [word for word in HIDDEN if word in says(copy)] == []
    parts = parts_of(copy)
    assert b"r:id" not in parts["xl/worksheets/sheet1.xml"]
    assert b"Author 1:" in parts["xl/comments1.xml"]
    assert b"Too much" in parts["xl/comments1.xml"]


def outside(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{samples.PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{samples.R}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    )


CHANGES = (
    f"""<c:chgInfo xmlns:c="urn:c"><c:chgData name="{samples.SECRET}" userId="S::anna@secret"/></c:chgInfo>"""
)
VIEW = f"""<workbook><customWorkbookView name="{samples.SECRET} - Personal View"/></workbook>"""
SCENARIO = f"""<a><scenario name="a" user="{samples.SECRET}" comment="Created by {samples.SECRET}"/></a>"""
CORE = f"<p:coreProperties xmlns:p='urn:p'><p:modifiedBy>{samples.SECRET}</p:modifiedBy></p:coreProperties>"
CLOUD = "https://firma-my.sharepoint.example/personal/annasecret/Mall.dotx"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("ppt/changesInfos/changesInfo1.xml", CHANGES), ("xl/workbook.xml", VIEW), ("xl/a.xml", SCENARIO),
        ("docProps/core1.xml", CORE), ("DocProps/Core.xml", CORE),
        ("word/_rels/settings.xml.rels", outside("attachedTemplate", CLOUD)),
        ("xl/externalLinks/_rels/a.xml.rels", outside("externalLinkPath", "../annasecret/hours.xlsx")),
        ("word/_rels/document.xml.rels", outside("hyperlink", "C:\\Users\\annasecret\\a.docx")),
        ("word/_rels/document.xml.rels", outside("hyperlink", "../annasecret/a.docx")),
        ("content.xml", '<a xmlns:x="urn:x" x:href="../../annasecret/a.odt"/>'),
    ],
)  # fmt: skip
def test_what_names_somebody_goes_wherever_in_a_package_it_lies(name: str, part: str) -> None:
    copy = worker.cleaned(samples.docx(**{name: part}), "file.docx")
    assert [word for word in HIDDEN if word in says(copy)] == []


def test_a_link_keeps_its_address_and_properties_in_an_odd_place_are_refused() -> None:
    rels = "word/_rels/document.xml.rels"
    for address in ("https://nordvakt.example/a", "mailto:a@nordvakt.example", "#chapter"):
        copy = worker.cleaned(samples.docx(**{rels: outside("hyperlink", address)}), "file.docx")
        assert f'Target="{address}"' in parts_of(copy)[rels].decode()
    with pytest.raises(CannotClean):
        worker.cleaned(samples.docx(**{"custom/properties.xml": CORE}), "file.docx")


def test_an_open_document_begins_with_its_type_and_keeps_its_words() -> None:
    copy = worker.cleaned(samples.odt(), "letter.odt")
    parts = parts_of(copy)
    assert next(iter(parts)) == "mimetype"
    assert copy[30:46] == b"mimetypeapplicat"
    assert [word for word in HIDDEN if word in says(copy)] == []
    assert "Kept &lt; here" in parts["content.xml"].decode()
    assert "ZoomFactor" in parts["settings.xml"].decode()
    assert "Thumbnails" not in says(copy)


@pytest.mark.parametrize(
    "data",
    [
        samples.docx(**{"word/vbaProject.bin": b"program"}),
        samples.docx(**{"word/media/image2.emf": b"unknown"}),
        samples.docx(**{"word/embeddings/object.bin": b"unknown"}),
        samples.docx(**{"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        samples.docx(**{"word/document.xml": "<a><b></a>"}),
        samples.docx()[:-30],
        samples.zipped({"[Content_Types].xml": "<a/>", "../up.xml": "<a/>"}),
        samples.zipped(dict.fromkeys(["[Content_Types].xml", *map(str, range(packages.PARTS))], "<a/>")),
        samples.zipped({"[Content_Types].xml": "<a/>", "word/a.xml": b" " * (packages.UNPACKED + 1)}),
        samples.zipped({"readme.txt": "no office file"}),
    ],
    ids=["macro", "emf", "ole", "doctype", "xml", "cut", "path", "parts", "bomb", "zip"],
)  # fmt: skip
def test_a_package_that_cannot_be_cleaned_is_refused(data: bytes) -> None:
    with pytest.raises(CannotClean):
        packages.clean(data, lambda name, part: worker.cleaned(part, name, 1))


def test_a_document_in_a_document_is_cleaned_and_deeper_ones_are_refused() -> None:
    once = samples.docx(**{"word/embeddings/a.xlsx": samples.xlsx()})
    assert [word for word in HIDDEN if word in says(worker.cleaned(once, "a.docx"))] == []
    deep = samples.docx()
    for _level in range(5):
        deep = samples.docx(**{"word/embeddings/a.docx": deep})
    with pytest.raises(CannotClean):
        worker.cleaned(deep, "a.docx")


@pytest.mark.parametrize(
    ("make", "name"),
    [(samples.wav, "a.wav"), (samples.mp3, "a.mp3"), (samples.flac, "a.flac"), (samples.m4a, "a.m4a")],
)
def test_a_recording_keeps_its_sound_alone(make: Callable[[], bytes], name: str) -> None:
    copy = worker.cleaned(make(), name)
    assert samples.SECRET.encode() in make()
    assert samples.SECRET.encode()[:9] not in copy
    assert sound.clean(copy) == copy


def test_the_sound_itself_is_untouched() -> None:
    with wave.open(io.BytesIO(sound.clean(samples.wav()))) as found:
        assert found.readframes(9999) == bytes(range(250)) * 16
    assert sound.clean(samples.mp3()) == samples.mp3_frame() * 5
    moved, copy = samples.m4a(), sound.clean(samples.m4a())
    assert len(copy) == len(moved)
    assert b"\xd1\xd2\xd3\xd4" not in copy  # the times of the track
    assert copy.index(b"the sound") == moved.index(b"the sound")
    assert sound.clean(samples.flac() + b"TAG" + bytes(125)) == sound.clean(samples.flac())
    _name, _type, recording = attachments.make("samtal-bygget.wav")
    assert sound.clean(recording) == recording


@pytest.mark.parametrize(
    "data",
    [
        b"RIFF\0\0\0\0WAVE",
        b"ID3",
        b"",
        b"\xff\xfb",
        b"fLaC\x00\xff",
        samples.m4a().replace(b"soun", b"vide"),
        b"\0\0\0\x20ftypM4A ",
    ],
)
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    with pytest.raises(CannotClean):
        sound.clean(data)


@pytest.mark.parametrize("name", [n for n in attachments.NAMES if n.endswith((".pdf", ".docx", ".xlsx"))])
def test_the_papers_of_the_rehearsal_lose_author_program_and_dates(name: str) -> None:
    _name, _type, data = attachments.make(name, date(2026, 8, 24))
    copy = worker.cleaned(data, name)
    found = says(copy)
    for word in (
        "mlundgren",
        "Reception",
        "MFP-2-FLOOR",
        "kesson",
        "Kursledare",
        "lonekontoret",
        "Kontorsskrivare",
    ):
        assert word not in found
    if name.endswith(".pdf"):
        with pikepdf.open(io.BytesIO(data)) as before, pikepdf.open(io.BytesIO(copy)) as after:
            shown = [page.Contents.read_bytes() for page in after.pages]
            assert shown == [page.Contents.read_bytes() for page in before.pages]
            assert "/Info" not in after.trailer
    else:
        main = "word/document.xml" if name.endswith("docx") else "xl/worksheets/sheet1.xml"
        with zipfile.ZipFile(io.BytesIO(data)) as before_zip:
            was = "".join(ET.fromstring(before_zip.read(main)).itertext())  # noqa: S314
        assert "".join(ET.fromstring(parts_of(copy)[main]).itertext()) == was  # noqa: S314


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (samples.jpeg()[:100], "letter.pdf", Kind.IMAGE), (b"anything", "photo.JPG", Kind.IMAGE),
        (b"PK\3\4" + bytes(26) + b"word", "a.docx", Kind.OFFICE), (b"PK\3\4", "a.zip", Kind.OTHER),
        (b"words", "a.txt", Kind.TEXT), (b"wor\0ds", "a.txt", Kind.OTHER), (b"words", "noname", Kind.OTHER),
        (b"\0\0\0\x18ftypheic", "IMG.HEIC", Kind.OTHER), (b"\0\0\0\x18ftypmp42", "film.mp4", Kind.OTHER),
        (b"\n%PDF-1.4", "x", Kind.PDF),
    ],
)  # fmt: skip
def test_first_bytes_are_believed_before_a_name(head: bytes, name: str, kind: Kind) -> None:
    assert told(head, name) is kind

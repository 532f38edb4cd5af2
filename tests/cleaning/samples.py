"""Files as people have them, with all that such files hide, made in memory."""

# ruff: noqa: E501 - markup stands as programs write it

import io
import struct
import zipfile
from typing import Any

import pikepdf
from PIL import Image, ImageCms, PngImagePlugin

SECRET = "Anna-Karin Secretsson"
PLACE = "C:\\Users\\annasecret\\Pictures\\scan.jpg"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def drawing(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """A picture whose corner shows which way is up."""
    picture = Image.new(mode, size, 255 if mode in ("L", "P", "1") else "white")
    picture.paste(0 if mode in ("L", "P", "1") else (200, 30, 30), (0, 0, 20, 10))
    return picture


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x010F], found[0x0110], found[0x0112] = "Fjell", "Fjell F3", 6
    found[0x013B] = SECRET
    found.get_ifd(0x8825)[1] = "N"
    found.get_ifd(0x8825)[2] = (59.0, 36.0, 35.0)
    found.get_ifd(0x8769)[0x9003] = "2026:03:02 14:12:00"
    return found


def jpeg() -> bytes:
    """A telephone's picture: Exif with place, time and orientation, XMP, a comment and a profile."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return written(drawing(), "JPEG", exif=exif(), icc_profile=profile, comment=SECRET.encode(), quality=90,
                   xmp=f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode())  # fmt: skip


def png() -> bytes:
    says = PngImagePlugin.PngInfo()
    says.add_text("Author", SECRET)
    says.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET}</x>")
    return written(drawing("RGBA"), "PNG", pnginfo=says, exif=exif())


def tiff(pages: int = 2) -> bytes:
    rest = [drawing("L") for _ in range(pages - 1)]
    tags = {0x013B: SECRET, 0x010E: SECRET, 0x0131: "Scan 1.0", 0x0132: "2026:03:02 14:12:00"}
    return written(drawing("L"), "TIFF", save_all=True, append_images=rest, tiffinfo=tags)


def gif(frames: int = 3) -> bytes:
    all_ = [drawing("RGB", (60, 60)).rotate(90 * n) for n in range(frames)]
    return written(
        all_[0], "GIF", save_all=True, append_images=all_[1:], duration=80, comment=SECRET.encode()
    )


def webp() -> bytes:
    return written(drawing(), "WEBP", exif=exif(), xmp=SECRET.encode())


def written(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def pdf() -> bytes:
    """Two pages that name their author in every place there is for it."""
    paper = pikepdf.new()
    for _page in range(2):
        paper.add_blank_page(page_size=(200, 200))
    page = paper.pages[0]
    image = paper.make_stream(jpeg())
    image.Type, image.Subtype, image.Filter = pikepdf.Name.XObject, pikepdf.Name.Image, pikepdf.Name.DCTDecode
    image.Width, image.Height, image.ColorSpace, image.BitsPerComponent = 60, 40, pikepdf.Name.DeviceRGB, 8
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    page.Contents = paper.make_stream(b"q 60 0 0 40 0 0 cm /Im0 Do Q")
    page.Thumb = paper.make_stream(SECRET.encode())
    page.PieceInfo = pikepdf.Dictionary(Editor=pikepdf.Dictionary(Private=pikepdf.String(SECRET)))
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], T=pikepdf.String(SECRET),
        M=pikepdf.String("D:20260302141200"), Contents=pikepdf.String("Look here"),
    )  # fmt: skip
    page.Annots = pikepdf.Array([paper.make_indirect(note)])
    launch = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(f"app.alert('{SECRET}')"))
    paper.Root.OpenAction = paper.make_indirect(launch)
    paper.docinfo["/Author"] = SECRET
    paper.docinfo["/Producer"] = "Writer 1.0"
    with paper.open_metadata() as meta:
        meta["dc:creator"] = [SECRET]
    paper.attachments["inside.png"] = pikepdf.AttachedFileSpec(paper, png(), filename="inside.png")
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def zipped(parts: dict[str, str | bytes], stored: tuple[str, ...] = ()) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, (2026, 3, 2, 14, 12, 0))
            entry.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            package.writestr(entry, part)
    return file.getvalue()


def docx(**more: str | bytes) -> bytes:
    """A document with tracked changes, comments, people, custom properties, a template and a picture."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _types(
            "docProps/core.xml", "docProps/custom.xml", "word/document.xml", "word/comments.xml"
        ),
        "_rels/.rels": _relations(
            ("officeDocument", "word/document.xml"), ("core", "docProps/core.xml"),
            ("custom", "docProps/custom.xml"), ("thumbnail", "docProps/thumbnail.jpeg"),
        ),
        "docProps/core.xml": f"<c xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:creator>{SECRET}</dc:creator></c>",
        "docProps/custom.xml": f"<p>{SECRET}</p>",
        "docProps/thumbnail.jpeg": jpeg(),
        "word/_rels/document.xml.rels": _relations(("image", "media/image1.jpeg"), ("x", "../customXml/item1.xml")),
        "word/_rels/settings.xml.rels": XML
        + f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{R}/attachedTemplate"'
        f' Target="file:///C:\\Users\\annasecret\\Normal.dotm" TargetMode="External"/></Relationships>',
        "word/document.xml": XML
        + f'<w:document xmlns:w="{W}" xmlns:mc="urn:mc" mc:Ignorable="w14" xmlns:w14="urn:w14"><w:body>'
        f'<w:p w:rsidR="00AB12CD"><w:r><w:t xml:space="preserve">Kept &amp; read </w:t></w:r>'
        f'<w:ins w:id="1" w:author="{SECRET}" w:date="2026-03-02T14:12:00Z"><w:r><w:t>added</w:t></w:r></w:ins>'
        f'<w:r><w:drawing><wp:docPr xmlns:wp="urn:wp" id="1" name="scan.jpg" descr="{PLACE}"/></w:drawing></w:r>'
        "</w:p></w:body></w:document>",
        "word/comments.xml": XML
        + f'<w:comments xmlns:w="{W}"><w:comment w:id="0" w:author="{SECRET}" w:initials="AKS"'
        f' w:date="2026-03-02T14:12:00Z"><w:p><w:r><w:t>A remark</w:t></w:r></w:p></w:comment></w:comments>',
        "word/people.xml": XML
        + f'<w15:people xmlns:w15="urn:w15"><w15:person w15:author="{SECRET}"><w15:presenceInfo w15:providerId="AD"'
        f' w15:userId="anna@secret"/></w15:person></w15:people>',
        "word/settings.xml": XML
        + f'<w:settings xmlns:w="{W}"><w:rsids><w:rsidRoot w:val="00AB12CD"/></w:rsids><w:attachedTemplate/></w:settings>',
        "word/media/image1.jpeg": jpeg(),
        "customXml/item1.xml": f"<p>{SECRET}</p>",
        **more,
    }  # fmt: skip
    return zipped(parts)


def xlsx() -> bytes:
    """A sheet with a note that begins with its writer's name, and the printer's settings."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return zipped({
        "[Content_Types].xml": _types("xl/workbook.xml", "xl/printerSettings/printerSettings1.bin"),
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{space}"><fileSharing userName="{SECRET}"/><x:absPath xmlns:x="urn:x"'
        f' url="C:\\Users\\annasecret\\"/></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{space}" xmlns:r="{R}"><pageSetup r:id="rId1"/></worksheet>',
        "xl/worksheets/_rels/sheet1.xml.rels": _relations(("printerSettings", "../printerSettings/printerSettings1.bin")),
        "xl/printerSettings/printerSettings1.bin": b"\\\\PRINTER\\annasecret",
        "xl/comments1.xml": f"<comments xmlns='{space}'><authors><author>{SECRET}</author></authors><commentList>"
        f"<comment ref='A1' authorId='0'><text><r><t>{SECRET}:</t></r><r><t>Too much</t></r></text></comment>"
        "</commentList></comments>",
    })  # fmt: skip


def odt() -> bytes:
    """A text with a tracked change, a printer and a thumbnail."""
    office = 'xmlns:office="urn:office" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:text="urn:text"'
    return zipped({
        "mimetype": "application/vnd.oasis.opendocument.text",
        "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:m"><m:file-entry m:full-path="/"/>'
        '<m:file-entry m:full-path="content.xml"/><m:file-entry m:full-path="Thumbnails/thumbnail.png"/></m:manifest>',
        "meta.xml": f"<office:document-meta {office}><dc:creator>{SECRET}</dc:creator></office:document-meta>",
        "settings.xml": '<s xmlns:config="urn:config"><config:config-item config:name="PrinterName">annasecret'
        "</config:config-item><config:config-item config:name='ZoomFactor'>100</config:config-item></s>",
        "content.xml": f"<office:document-content {office}><office:change-info><dc:creator>{SECRET}</dc:creator>"
        "<dc:date>2026-03-02T14:12:00</dc:date></office:change-info><text:p>Kept &lt; here</text:p>"
        "</office:document-content>",
        "Thumbnails/thumbnail.png": png(),
    }, stored=("mimetype",))  # fmt: skip


def _types(*parts: str) -> str:
    named = "".join(f'<Override PartName="/{part}" ContentType="application/xml"/>' for part in parts)
    return f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="a/xml"/>{named}</Types>'


def _relations(*pairs: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{n}" Type="{R}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(pairs, 1)
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'


def wav() -> bytes:
    fmt = b"fmt " + struct.pack("<LHHLLHH", 16, 1, 1, 8000, 16000, 2, 16)
    told = (
        b"LIST"
        + struct.pack("<L", 4 + 8 + 22)
        + b"INFOIART"
        + struct.pack("<L", 22)
        + SECRET.encode().ljust(22, b"\0")
    )
    sound = b"data" + struct.pack("<L", 4000) + bytes(range(250)) * 16
    body = b"WAVE" + told + fmt + sound + b"id3 " + struct.pack("<L", 4) + b"ID3\3"
    return b"RIFF" + struct.pack("<L", len(body)) + body


def mp3_frame(byte: int = 0x55) -> bytes:
    """A frame of MPEG 1 layer III, 128 kbit/s, 44100 Hz: 417 bytes (ISO/IEC 11172-3, 2.4.3.1)."""
    return b"\xff\xfb\x90\x00" + bytes([byte]) * 413


def mp3() -> bytes:
    tag = b"TPE1" + struct.pack(">L", 60) + b"\0\0" + SECRET.encode().ljust(60, b"\0")
    return (
        b"ID3\x03\0\0"
        + bytes([0, 0, 0, len(tag)])
        + tag
        + mp3_frame() * 5
        + b"TAG"
        + SECRET.encode().ljust(125, b"\0")
    )


def flac() -> bytes:
    comment = SECRET.encode()
    blocks = b"\x00\x00\x00\x22" + bytes(34) + b"\x84" + len(comment).to_bytes(3, "big") + comment
    return b"fLaC" + blocks + b"\xff\xf8sound"


def m4a() -> bytes:
    def box(name: bytes, body: bytes) -> bytes:
        return (8 + len(body)).to_bytes(4, "big") + name + body

    handler = box(b"hdlr", bytes(8) + b"soun" + bytes(12) + SECRET.encode() + b"\0")
    track = box(b"trak", box(b"mdia", box(b"mdhd", bytes(4) + b"\xd1\xd2\xd3\xd4" * 2 + bytes(12)) + handler))
    movie = box(
        b"moov",
        box(b"mvhd", bytes(4) + b"\xd1\xd2\xd3\xd4" * 2 + bytes(90)) + track + box(b"udta", SECRET.encode()),
    )
    return box(b"ftyp", b"M4A \0\0\0\0") + movie + box(b"mdat", b"the sound")

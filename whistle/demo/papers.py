"""Writes documents that any office opens, with the author and dates that such files carry along unseen."""

import io
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.sax.saxutils import escape

#: An A4 page in points, its margin, the size of its text and the distance of its lines.
PAGE_WIDTH: Final = 595
PAGE_HEIGHT: Final = 842
MARGIN: Final = 56
TEXT_SIZE: Final = 9
LEADING: Final = 14

_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MIME: Final = "application/vnd.openxmlformats-officedocument"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Origin:
    """What a document says about itself: its title, who wrote it, with what, and on which day."""

    title: str
    author: str
    program: str
    day: date


def pdf(pages: tuple[str, ...], origin: Origin) -> bytes:
    """A PDF 1.4 (ISO 32000-1, 7.5) of one text for each page, in a typewriter face, lines as they are."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for number, text in enumerate(pages):
        objects += [_page(5 + 2 * number), _stream(_drawn(text))]
    objects.append(_information(origin))
    return _joined(objects)


def _page(contents: int) -> bytes:
    paper = f"/MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] /Resources << /Font << /F1 3 0 R >> >>"
    return f"<< /Type /Page /Parent 2 0 R {paper} /Contents {contents} 0 R >>".encode()


def _drawn(text: str) -> bytes:
    """The operators that set the lines from the upper margin down (ISO 32000-1, 9.4)."""
    lines = b"".join(b"(" + _literal(line) + b") '\n" for line in text.strip("\n").split("\n"))
    start = f"BT /F1 {TEXT_SIZE} Tf {LEADING} TL {MARGIN} {PAGE_HEIGHT - MARGIN} Td\n"
    return start.encode() + lines + b"ET\n"


def _literal(text: str) -> bytes:
    """The inside of a string in parentheses (ISO 32000-1, 7.3.4.2), in the encoding the font names."""
    raw = text.encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n"
    return head.encode() + packed + b"\nendstream"


def _information(origin: Origin) -> bytes:
    made = f"D:{origin.day:%Y%m%d}141200+01'00'"
    values = {
        "Title": origin.title,
        "Author": origin.author,
        "Creator": origin.program,
        "Producer": origin.program,
    }
    lines = b" ".join(b"/" + key.encode() + b" (" + _literal(value) + b")" for key, value in values.items())
    return b"<< " + lines + f" /CreationDate ({made}) /ModDate ({made}) >>".encode()


def _joined(objects: list[bytes]) -> bytes:
    """The objects, the table of where each begins, and the trailer (ISO 32000-1, 7.5.4 and 7.5.5)."""
    done, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, start=1):
        places.append(f"{len(done):010} 00000 n \n")
        done += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    size = len(objects) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n" + "".join(places)
    trailer = (
        f"trailer\n<< /Size {size} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(done)}\n%%EOF\n"
    )
    return done + (table + trailer).encode()


def docx(text: str, origin: Origin) -> bytes:
    """A word processor document (ECMA-376, part 1, 11.3.10) of one paragraph for each line of `text`."""
    paragraphs = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>'
        for line in text.strip("\n").split("\n")
    )
    section = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
    body = f'<w:document xmlns:w="{_WORD}"><w:body>{paragraphs}{section}</w:body></w:document>'
    kind = f"{_MIME}.wordprocessingml.document.main+xml"
    return _package(
        {"word/document.xml": _XML + body}, "word/document.xml", {"word/document.xml": kind}, origin
    )


def xlsx(rows: tuple[tuple[str | float, ...], ...], origin: Origin) -> bytes:
    """A spreadsheet of one sheet (ECMA-376, part 1, 12.3.24); texts stand in their cells, numbers count."""
    lines = "".join(f'<row r="{n}">{_cells(row, n)}</row>' for n, row in enumerate(rows, start=1))
    sheet = f'<worksheet xmlns="{_SHEET}"><sheetData>{lines}</sheetData></worksheet>'
    name = f'<sheet name="{escape(origin.title[:31])}" sheetId="1" r:id="rId1"/>'
    book = f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>{name}</sheets></workbook>'
    parts = {
        "xl/workbook.xml": _XML + book,
        "xl/_rels/workbook.xml.rels": _relations({f"{_OFFICE}/worksheet": "worksheets/sheet1.xml"}),
        "xl/worksheets/sheet1.xml": _XML + sheet,
    }
    kinds = {
        "xl/workbook.xml": f"{_MIME}.spreadsheetml.sheet.main+xml",
        "xl/worksheets/sheet1.xml": f"{_MIME}.spreadsheetml.worksheet+xml",
    }
    return _package(parts, "xl/workbook.xml", kinds, origin)


def _cells(row: tuple[str | float, ...], number: int) -> str:
    cells = ""
    for column, value in enumerate(row):
        at = f"{chr(ord('A') + column)}{number}"
        if isinstance(value, str):
            cells += f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        else:
            cells += f'<c r="{at}"><v>{value}</v></c>'
    return cells


def _package(parts: dict[str, str], main: str, kinds: dict[str, str], origin: Origin) -> bytes:
    """A ZIP with the parts and the three every such package has (ECMA-376, part 2, 10 and 11)."""
    core = f"{_PACKAGE}/relationships/metadata/core-properties"
    kinds = kinds | {"docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml"}
    everything = {
        "[Content_Types].xml": _types(kinds),
        "_rels/.rels": _relations({f"{_OFFICE}/officeDocument": main, core: "docProps/core.xml"}),
        "docProps/core.xml": _core(origin),
        **parts,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in everything.items():
            # A fixed day in each entry: the same document has the same bytes, whenever it is made.
            entry = zipfile.ZipInfo(name, (origin.day.year, origin.day.month, origin.day.day, 14, 12, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return packed.getvalue()


def _types(kinds: dict[str, str]) -> str:
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    defaults += '<Default Extension="xml" ContentType="application/xml"/>'
    named = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in kinds.items())
    return f'{_XML}<Types xmlns="{_PACKAGE}/content-types">{defaults}{named}</Types>'


def _relations(targets: dict[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets.items(), start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _core(origin: Origin) -> str:
    spaces = (
        f'xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    author, stamp = escape(origin.author), f'xsi:type="dcterms:W3CDTF">{origin.day.isoformat()}T14:12:00Z'
    return (
        f"{_XML}<cp:coreProperties {spaces}><dc:title>{escape(origin.title)}</dc:title>"
        f"<dc:creator>{author}</dc:creator><cp:lastModifiedBy>{author}</cp:lastModifiedBy>"
        f"<dcterms:created {stamp}</dcterms:created><dcterms:modified {stamp}</dcterms:modified>"
        "</cp:coreProperties>"
    )

"""An office file is packed anew, part by part; a part that nobody here can clean refuses the whole."""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from typing import Final

from whistle.cleaning.kinds import CannotClean, extension
from whistle.cleaning.markup import Pairs, People, local, rewritten

Again = Callable[[str, bytes], bytes]

PARTS: Final = 4_000
UNPACKED: Final = 150 * 1024 * 1024
"""Bytes of all parts together: a file of 25 MB that unpacks to more is made to fill the memory."""

_STAMP: Final = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say (APPNOTE 4.4.6)

_TYPES: Final = "[Content_Types].xml"
_MANIFEST: Final = "META-INF/manifest.xml"

_EMPTY: Final = {
    "docprops/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docprops/app.xml": '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
}
"""By the name in small letters: parts are the same in any case (ECMA-376 part 2)."""

_EMPTY_META: Final = (
    '<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' office:version="1.2"><office:meta/></office:document-meta>'
)

_LEFT_OUT: Final = re.compile(
    r"(?i:docProps/(?!(?:core|app)\.xml$))|customXml/|customUI/|docMetadata/|_xmlsignatures/|\[trash\]/"
    r"|(?:word|xl|ppt)/(?:printerSettings|webextensions|revisions|changesInfos)/|Thumbnails/|ObjectReplacements/"
    r"|Configurations2/|layout-cache$|META-INF/documentsignatures\.xml$|META-INF/macrosignatures\.xml$"
)
"""Properties of one's own, thumbnails, signatures, printers, labels, who edited what: parts that a document
opens without."""

_REFUSED: Final = re.compile(r"(?i)vbaProject|activeX/|macrosheets/|^Basic/|^Scripts/|xl/connections\.xml$")
"""Programs and connections: what they say of whoever wrote them cannot be told."""

_ADDRESS: Final = re.compile(r"(?i)(?!file:)[a-z][a-z0-9+.-]+:[^\\]*$|#")
"""A link that somebody can follow, or a place in the document itself; a drive's letter is no such scheme."""

_MARKUP: Final = frozenset({"xml", "rels", "vml", "rdf"})
_AS_IT_IS: Final = frozenset({"odttf", "fntdata", "ttf", "otf"})


def clean(data: bytes, again: Again) -> bytes:
    """The same document; media and files inside go through `again(name, bytes)`. Raises `CannotClean`."""
    try:
        parts = _unpacked(data)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, NotImplementedError) as error:
        raise CannotClean("this package cannot be unpacked") from error
    if _TYPES not in parts and not {"mimetype", _MANIFEST} <= parts.keys():
        raise CannotClean("no office file")
    if b"encryption-data" in parts.get(_MANIFEST, b""):
        raise CannotClean("the file is locked")
    kept = {name: part for name, part in parts.items() if not _LEFT_OUT.match(name)}
    people = People()
    # Names are learned first where they are listed, so that texts that begin with one lose it too.
    order = sorted(
        kept, key=lambda name: ("people" not in name and "uthors" not in name, "omment" not in name)
    )
    done = {name: _part(name, kept[name], kept, people, again) for name in order}
    return _packed({name: done[name] for name in kept})


def _unpacked(data: bytes) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    left = UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if len(package.infolist()) > PARTS:
            raise CannotClean("too many parts")
        for entry in package.infolist():
            if entry.is_dir():
                continue
            if entry.filename in parts or entry.flag_bits & 1 or ".." in entry.filename.split("/"):
                raise CannotClean("two parts of one name, or a locked one")
            with package.open(entry) as part:
                parts[entry.filename] = part.read(left + 1)
            left -= len(parts[entry.filename])
            if left < 0:
                raise CannotClean("too large when unpacked")
    return parts


def _part(name: str, part: bytes, kept: dict[str, bytes], people: People, again: Again) -> bytes:
    if _REFUSED.search(name):
        raise CannotClean("the file holds a program")
    if name.lower() in _EMPTY:
        return _EMPTY[name.lower()].encode()
    if posixpath.basename(name) == "meta.xml":
        return _EMPTY_META.encode()
    kind = extension(name)
    if kind in _MARKUP:
        return rewritten(part, people, _hook(name, kept))
    if kind in _AS_IT_IS or name == "mimetype":
        return part
    return again(name, part)


def _hook(name: str, kept: dict[str, bytes]) -> Callable[[str, Pairs], Pairs | None] | None:
    """What must know which parts are left: the lists of types, of relations and of an ODF's parts."""
    if name == _TYPES:
        return lambda element, pairs: _listed(element, pairs, "Override", "PartName", kept)
    if name == _MANIFEST:
        return lambda element, pairs: _listed(element, pairs, "file-entry", "full-path", kept)
    if extension(name) == "rels":
        return lambda element, pairs: _relation(element, pairs, name, kept)
    return None


def _listed(element: str, pairs: Pairs, wanted: str, word: str, kept: dict[str, bytes]) -> Pairs | None:
    """An entry of a list, if the part that it names is still there."""
    if element != wanted:
        return pairs
    path = next((value for key, value in pairs if local(key) == word), "").lstrip("/")
    there = path in kept or not path or path.endswith("/")
    return pairs if there and not _LEFT_OUT.match(path) else None


def _relation(element: str, pairs: Pairs, rels: str, kept: dict[str, bytes]) -> Pairs | None:
    """A relation to a part that is still there; of what lies outside only the address of a link is kept.

    Where a template, a linked sheet or a picture lies (on a machine, in somebody's own cloud) names people.
    """
    said = dict(pairs)
    target = said.get("Target", "")
    if element != "Relationship":
        return pairs
    if said.get("TargetMode") == "External":
        shown = said.get("Type", "").endswith("/hyperlink") and _ADDRESS.match(target) is not None
        return [(key, "file:///removed" if key == "Target" and not shown else value) for key, value in pairs]
    base = posixpath.dirname(posixpath.dirname(rels))
    path_in = (
        target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(base, target))
    )
    return None if _LEFT_OUT.match(path_in) and path_in not in kept else pairs


def _packed(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.create_system = entry.external_attr = 0
            # An ODF begins with its type, unpacked (ODF 1.3 part 2, 3.3).
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(entry, part)
    return written.getvalue()

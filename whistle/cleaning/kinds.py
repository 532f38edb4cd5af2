"""What a file is, told from its first bytes and then from its name, and whether a copy of it is promised."""

from enum import StrEnum
from typing import Final

from whistle.errors import WhistleError

LIMIT: Final = 25 * 1024 * 1024
"""Bytes: larger files are not cleaned; the bound on what one cleaner holds in memory."""

HEAD: Final = 4096
"""Bytes that are enough to tell what a file is."""

DEPTH: Final = 3
"""A picture in a sheet in a document: what is packed deeper than this is not looked for."""

DONE: Final = b"DONE"
"""What a cleaner's answer begins with when there is a copy."""


class CannotClean(WhistleError):
    """The file is broken, locked, too large when unpacked, or holds a part that nobody here can clean."""


class Kind(StrEnum):
    """What is done with a file."""

    IMAGE = "image"
    PDF = "pdf"
    OFFICE = "office"
    SOUND = "sound"
    TEXT = "text"
    OTHER = "other"


CLEANED: Final = frozenset({Kind.IMAGE, Kind.PDF, Kind.OFFICE, Kind.SOUND})
"""The kinds of which a cleaned copy is promised."""

_IMAGES: Final = frozenset({"jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "tif", "tiff", "bmp"})
_OOXML: Final = frozenset({"docx", "dotx", "xlsx", "xltx", "pptx", "potx", "ppsx"})
_ODF: Final = frozenset({"odt", "ott", "ods", "ots", "odp", "otp", "odg"})
_SOUNDS: Final = frozenset({"wav", "mp3", "flac", "m4a"})
_TEXTS: Final = frozenset({"txt", "csv", "tsv", "log", "md"})

_BY_NAME: Final = {
    **dict.fromkeys(_IMAGES, Kind.IMAGE),
    **dict.fromkeys(_OOXML | _ODF, Kind.OFFICE),
    **dict.fromkeys(_SOUNDS, Kind.SOUND),
    **dict.fromkeys(_TEXTS, Kind.TEXT),
    "pdf": Kind.PDF,
}

_PICTURE_MAGIC: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\0", b"MM\0*")
_ZIP_MAGIC: Final = b"PK\x03\x04"
_PACKAGES: Final = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.opendocument")
_PDF_MAGIC: Final = b"%PDF-"
_PDF_AREA: Final = 1024  # readers look for the mark this far in (ISO 32000-1, annex H, 3.4.1)


def extension(name: str) -> str:
    """The letters after a name's last dot, small; empty when there are none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def by_name(name: str) -> Kind:
    """What a file seems to be when nothing but its name is known."""
    return _BY_NAME.get(extension(name), Kind.OTHER)


def told(head: bytes, name: str) -> Kind:
    """What a file is: its first bytes are believed before its name."""
    found = _by_magic(head)
    if found is not None:
        return found
    named = by_name(name)
    return Kind.OTHER if named is Kind.TEXT and b"\0" in head else named


def _by_magic(head: bytes) -> Kind | None:
    riff = head[8:12] if head[:4] == b"RIFF" else b""
    if head.startswith(_PICTURE_MAGIC) or riff == b"WEBP":
        return Kind.IMAGE
    if riff == b"WAVE" or head[:4] == b"fLaC" or head[:3] == b"ID3" or head[4:11] == b"ftypM4A":
        return Kind.SOUND
    if head.startswith(_ZIP_MAGIC) and any(mark in head for mark in _PACKAGES):
        return Kind.OFFICE
    return Kind.PDF if _PDF_MAGIC in head[:_PDF_AREA] else None

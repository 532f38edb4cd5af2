"""A PDF is written anew with its pages and nothing that says who made it, with what, or when."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pikepdf

from whistle.cleaning.kinds import CannotClean
from whistle.cleaning.segments import bare_jpeg, bare_jpeg2000

Again = Callable[[str, bytes], bytes]

OBJECTS: Final = 200_000
"""More than any paper has; a file of nothing but objects is made to cost time."""

NESTED: Final = 100
"""How deep dictionaries may lie in one object; the reader itself stops at 500."""

_SAYS: Final = (
    *("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AA", "/CreatorInfo", "/Perms", "/DSS"),
    *("/XFA", "/SpiderInfo", "/Legal", "/JavaScript", "/SigFlags", "/Author", "/Creator", "/User"),
)
"""Keys of any dictionary that describe, sign or run (ISO 32000-1, 14.3, 14.5, 12.6.3, 12.8, 12.7.8), or name
somebody (of a thread, 12.4.3; of layers and for whom they are, 8.11.4)."""

_PATH: Final = re.compile(r"[A-Za-z]:\\|\\\\|/(?:Users|home)/")
"""What a program writes as the words for a picture when nobody wrote any: where its file lies."""

_NOTE_SAYS: Final = ("/T", "/M", "/CreationDate", "/NM")
"""What a note on a page says of its writer (ISO 32000-1, 12.5.2 and 12.5.6.2)."""

_RUNS: Final = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie"}
    | {"/Sound", "/RichMediaExecute", "/Trans", "/SetOCGState"}
)
"""Actions that run something or name a file on somebody's machine (ISO 32000-1, 12.6.4)."""


def clean(data: bytes, again: Again) -> bytes:
    """The same pages; files inside go through `again(name, bytes)`. Raises `CannotClean`."""
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as paper:
            _demand_size(paper)
            _bare(paper, again)
            written = io.BytesIO()
            paper.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        _demand_bare(written.getvalue())
    except CannotClean:
        raise
    except Exception as error:  # a broken paper fails in a hundred ways, and each ends here
        raise CannotClean("this paper cannot be written anew") from error
    return written.getvalue()


def _demand_size(paper: pikepdf.Pdf) -> None:
    if len(paper.objects) > OBJECTS or not len(paper.pages):
        raise CannotClean("too many objects, or no page")


def _bare(paper: pikepdf.Pdf, again: Again) -> None:
    for key in ("/Info", "/ID"):
        if key in paper.trailer:
            del paper.trailer[key]
    _drop(paper.Root, ("/OpenAction", "/URI"), only=pikepdf.Dictionary)
    for held in list(paper.objects):
        for part in _dictionaries(held):
            _quiet(part, again)


def _dictionaries(held: Any, depth: int = 0) -> Iterator[Any]:
    """Every dictionary or stream that stands in an object itself, not behind a reference."""
    if depth > NESTED:
        raise CannotClean("nested too deep")
    if isinstance(held, pikepdf.Dictionary | pikepdf.Stream):
        yield held
        inside = [held[key] for key in list(held.keys())]
    elif isinstance(held, pikepdf.Array):
        inside = list(held)
    else:
        return
    for one in inside:
        if hasattr(one, "is_indirect") and not one.is_indirect:
            yield from _dictionaries(one, depth + 1)


def _quiet(part: Any, again: Again) -> None:
    _drop(part, _SAYS)
    if "/EF" in part:
        _embedded(part, again)
    if part.get("/FT") == "/Sig":
        _drop(part, ("/V",))
    if "/ByteRange" in part:  # a signature, wherever it hangs
        _drop(part, tuple(part.keys()))
    if "/EF" in part or part.get("/Type") == "/Filespec":
        _name_only(part)
    if "/Alt" in part and _PATH.search(str(part["/Alt"])):
        _drop(part, ("/Alt",))
    if str(part.get("/S", "")) in _RUNS and part.get("/Type", "/Action") == "/Action":
        _drop(part, tuple(part.keys()))
    if "/Subtype" in part and "/Rect" in part and part.Subtype != "/Widget":
        _drop(part, _NOTE_SAYS)
    if isinstance(part, pikepdf.Stream) and part.get("/Subtype") == "/Image":
        _picture(part)


def _drop(part: Any, keys: tuple[str, ...], only: type | None = None) -> None:
    for key in keys:
        if key in part and (only is None or isinstance(part[key], only)):
            del part[key]


def _name_only(place: Any) -> None:
    """A file by its name, without the folders that it lay in."""
    for key in ("/F", "/UF"):
        if isinstance(place.get(key), pikepdf.String):
            place[key] = pikepdf.String(re.split(r"[\\/]", str(place[key]))[-1])


def _embedded(place: Any, again: Again) -> None:
    """A file in the file: cleaned like one that came alone."""
    name = str(place.get("/UF", place.get("/F", "")))
    _drop(place, ("/Desc", "/CI"))
    for key in list(place.EF.keys()):
        stream = place.EF[key]
        stream.write(again(name, stream.read_bytes()))
        _drop(stream, ("/Params",))


def _picture(stream: Any) -> None:
    filters = stream.get("/Filter", pikepdf.Array())
    names = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if "/DCTDecode" not in names and "/JPXDecode" not in names:
        return
    if len(names) != 1:
        raise CannotClean("a picture packed twice")
    bare = bare_jpeg if names[0] == "/DCTDecode" else bare_jpeg2000
    settings = stream.get("/DecodeParms")
    stream.write(bare(stream.read_raw_bytes()), filter=pikepdf.Name(names[0]), decode_parms=settings)


def _demand_bare(copy: bytes) -> None:
    with pikepdf.open(io.BytesIO(copy)) as paper:
        if "/Info" in paper.trailer or "/Metadata" in paper.Root:
            raise CannotClean("the copy still says who made it")

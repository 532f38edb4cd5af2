"""What people write is kept as they wrote it; what no page or file name may carry is refused or taken out."""

import re
import unicodedata
from typing import Final

from whistle.errors import RuleRefused

#: A text field takes so many characters: a long report, and a bound on what one form can cost.
TEXT_LIMIT: Final = 100_000
#: Longer file names break on common file systems and in header lines.
NAME_LIMIT: Final = 200
#: What follows the last dot and is no longer than this is a file's kind; longer it is part of the name.
EXTENSION_LIMIT: Final = 20
#: What a file is called when nothing of its name is left.
NAMELESS: Final = "file"

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_BREAK: Final = re.compile("[\n\t\u2028\u2029]")
# Overrides of the writing direction make "exe.doc" out of "cod.exe"; letters need none of them.
_NOT_IN_NAMES: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)

# Joiners and marks that stand on another character (Unicode 4.5, general categories).
_SHAPELESS: Final = frozenset({"Cf", "Mn", "Me"})
_FILLERS: Final = "\u115f\u1160\u2800\u3164\uffa0"  # letters and a symbol that are drawn as nothing


def clean_text(value: str, limit: int = TEXT_LIMIT, *, single_line: bool = False) -> str:
    """Return `value` with line ends as newlines, every other character as it was.

    Raises RuleRefused: `surrogate` (half a character), `nul`, `control` (other control characters; with
    `single_line` line breaks and tabs too), `too_long` (over `limit` characters). No error repeats the text.
    """
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if _SURROGATE.search(text):
        raise RuleRefused("surrogate", "The text holds half a character.")
    if "\0" in text:
        raise RuleRefused("nul", "The text holds a NUL character.")
    if _CONTROL.search(text) or (single_line and _LINE_BREAK.search(text)):
        raise RuleRefused("control", "The text holds a control character.")
    if len(text) > limit:
        raise RuleRefused("too_long", f"The text is longer than {limit} characters.")
    return text


def is_blank(text: str) -> bool:
    """Whether nobody sees anything of a text: blanks, and characters that have no shape of their own."""
    return all(one.isspace() or one in _FILLERS or unicodedata.category(one) in _SHAPELESS for one in text)


def file_name(value: str) -> str:
    """Return the bare name of a file: no path, no control or direction characters, 200 characters at most.

    The extension survives the cut; a name of which nothing is left becomes "file".
    """
    whole = _NOT_IN_NAMES.sub("", value).replace("\\", "/").rstrip("/ ")
    name = whole.rpartition("/")[2].strip().rstrip(". ")
    if len(name) > NAME_LIMIT:
        name = _shortened(name)
    return name or NAMELESS


def _shortened(name: str) -> str:
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > EXTENSION_LIMIT:
        return name[:NAME_LIMIT].rstrip(". ")
    return stem[: NAME_LIMIT - len(extension) - 1].rstrip() + dot + extension

"""Every word on a page stands in a catalogue of each language, and the compiled catalogue equals its sources.

Each part of the doors has a source of its own (`public.po`, `staff.po`); `python -m whistle.web.catalog`
joins them into the one `messages.mo` that pages read.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from whistle.errors import SettingsWrong

HERE: Final = Path(__file__).parent
TEMPLATES: Final = HERE.parents[1] / "templates"
TRANSLATIONS: Final = HERE / "translations"
#: Languages beside English, which stands in the source itself.
TRANSLATED: Final = ("sv",)
KEYWORDS: Final = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}

#: Written into the compiled file instead of the moment, so that the same sources make the same bytes.
_UNDATED: Final = datetime(2021, 12, 17, tzinfo=UTC)

Message = str | tuple[str, ...]


def used() -> dict[Message, str]:
    """Every message in code and templates, with the first place where it is used."""
    found: dict[Message, str] = {}
    for folder, method in ((HERE, "python"), (TEMPLATES, "jinja2.ext:babel_extract")):
        for name, line, message in _extracted(folder, method):
            found.setdefault(message, f"{folder.name}/{name}:{line}")
    return found


def joined(language: str) -> Catalog:
    """The language's sources as one catalogue; SettingsWrong when two of them disagree about a message."""
    whole = Catalog(locale=language, creation_date=_UNDATED, revision_date=_UNDATED)
    for source in sorted((TRANSLATIONS / language / "LC_MESSAGES").glob("*.po")):
        with source.open("rb") as file:
            part = read_po(file, locale=language)
        for message in part:
            known = whole.get(message.id) if message.id else None
            if known is not None and known.string != message.string:
                raise SettingsWrong(f"{source.name}: another file translates {message.id!r} differently")
            if message.id:
                whole.add(message.id, message.string)
    return whole


def compiled(language: str) -> bytes:
    """What `messages.mo` must hold."""
    out = BytesIO()
    write_mo(out, joined(language))
    return out.getvalue()


def compiled_path(language: str) -> Path:
    """Where the pages read a language from."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo"


def missing(language: str) -> dict[Message, str]:
    """Messages that are used but not translated, with their places."""
    known = joined(language)
    return {message: place for message, place in used().items() if not _is_translated(known, message)}


def _is_translated(catalog: Catalog, message: Message) -> bool:
    entry = catalog.get(message if isinstance(message, str) else message[0])
    if entry is None:
        return False
    strings = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
    return bool(strings) and all(strings) and isinstance(entry.id, str) == isinstance(message, str)


def _extracted(folder: Path, method: str) -> Iterator[tuple[str, int, Message]]:
    pattern = "**.py" if method == "python" else "**.html"
    for name, line, message, _comments, _context in extract_from_dir(
        folder,
        method_map=[(pattern, method)],
        options_map={pattern: {"trimmed": "true"}},
        keywords=KEYWORDS,
    ):
        yield name, line, message


def main() -> None:
    """Write the compiled catalogue of every language."""
    for language in TRANSLATED:
        compiled_path(language).write_bytes(compiled(language))


if __name__ == "__main__":
    main()

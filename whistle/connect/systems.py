"""Which systems may be asked stands in one file of the administrator's; a fault in it stops the start."""

import re
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from whistle.config import MEBIBYTE, is_loopback
from whistle.connect.contract import Source
from whistle.errors import SettingsWrong
from whistle.rules.policy_codes import Basis, Category
from whistle.rules.tables import Table, parse

_CODE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: Reports are sealed and answered by those appointed for them: no system is ever asked for one.
_CATEGORIES: Final = frozenset(Category) - {Category.WHISTLEBLOWING}
#: An officer waits for the page meanwhile, and a browser gives up after some minutes.
MOST_SECONDS: Final = 60
#: What a reader makes of JSON takes some thirty times its bytes, and a server has some gigabytes.
MOST_MB: Final = 32


@dataclass(frozen=True)
class System:
    """A source, and where and how it is asked: a folder of documents, or an address."""

    source: Source
    folder: Path | None
    url: str
    token_file: Path | None
    ca_file: Path | None
    basis: Basis | None
    connect_seconds: float
    total_seconds: float
    most_bytes: int


def load_systems(path: Path, companies: Collection[str]) -> tuple[System, ...]:
    """The systems that a file names, in its order. Raises `SettingsWrong`, one line that names the entry."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsWrong(f"WHISTLE_CONNECTORS: {path.name} cannot be read") from None
    root = parse(text, path.name)
    found: list[System] = []
    for table in root.tables("connector"):
        system = _system(table, companies)
        table.finish()
        if any(_place(one) == _place(system) for one in found):
            raise table.wrong("this company has a connector of this code already.")
        found.append(system)
    root.finish()
    return tuple(found)


def _place(system: System) -> tuple[str, str]:
    return system.source.company, system.source.code


def _system(table: Table, companies: Collection[str]) -> System:
    folder, url = table.text("folder", ""), table.text("url", "")
    if bool(folder) == bool(url):
        raise table.wrong('give either "folder" or "url".')
    if folder and (table.has("token_file") or table.has("ca_file")):
        raise table.wrong('"token_file" and "ca_file" go with "url" only.')
    basis = table.text("basis", "")
    if basis and basis not in set(Basis):
        raise table.wrong(f'"basis" is one of {", ".join(sorted(Basis))}.')
    return System(
        source=_source(table, companies),
        folder=_absolute(table, "folder", folder),
        url=_url(table, url),
        token_file=_token_file(table),
        ca_file=_absolute(table, "ca_file", table.text("ca_file", "")),
        basis=Basis(basis) if basis else None,
        connect_seconds=_number(table, "connect_seconds", 3, MOST_SECONDS),
        total_seconds=_number(table, "total_seconds", 15, MOST_SECONDS),
        most_bytes=_number(table, "max_mb", 8, MOST_MB) * MEBIBYTE,
    )


def _source(table: Table, companies: Collection[str]) -> Source:
    code, kind = table.text("code"), table.text("identifier", "email")
    if not _CODE.fullmatch(code):
        raise table.wrong('"code" must be small letters, digits and single hyphens.')
    if not _KIND.fullmatch(kind):
        raise table.wrong('"identifier" is one word in small letters, such as email or customer_number.')
    company = table.text("company")
    if company not in companies:
        raise table.wrong(f'there is no company "{company}".')
    return Source(code, table.text("name"), company, table.one_of("category", _CATEGORIES), kind)


def _number(table: Table, key: str, default: int, most: int) -> int:
    found = table.number(key, least=1, default=default)
    if found > most:
        raise table.wrong(f'"{key}" is {most} at most.')
    return found


def _absolute(table: Table, key: str, text: str) -> Path | None:
    if text and not Path(text).is_absolute():
        raise table.wrong(f'"{key}" must be a whole path.')
    return Path(text) if text else None


def _url(table: Table, text: str) -> str:
    """An address without anything that a log would keep of a person: no query, no user, no password."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise table.wrong('"url" is not an address.') from None
    extra = parts.query or parts.fragment or "@" in parts.netloc or "?" in text or "#" in text
    is_plain = text.isascii() and text.isprintable() and " " not in text
    if not host or extra or not is_plain or parts.scheme not in {"http", "https"}:
        raise table.wrong('"url" must be https://HOST/PATH, without a user, a query or a fragment.')
    if parts.scheme == "http" and not is_loopback(host):
        raise table.wrong('"url" may be http only on this machine itself; elsewhere it is https.')
    return text


def _token_file(table: Table) -> Path | None:
    path = _absolute(table, "token_file", table.text("token_file", ""))
    if path is not None and path.exists() and path.stat().st_mode & stat.S_IROTH:
        raise table.wrong('"token_file" can be read by everybody on the machine; take that right away.')
    return path

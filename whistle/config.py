"""Settings are read once, are whole and right or stop the start, and never change afterwards."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from whistle.errors import SettingsWrong

PREFIX: Final = "WHISTLE_"
# The suite's own variables; the program neither reads them nor stops at them.
SUITE_PREFIX: Final = "WHISTLE_TEST_"
MEBIBYTE: Final = 1024 * 1024
# A terabyte is no upload any more: a value above it is a wrong unit (bytes for MiB).
MAX_UPLOAD_MB: Final = 1024 * 1024
LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
# Labels of letters, digits and inner hyphens, 63 at most each (RFC 1123, 2.1), or IPv6 in brackets.
LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST: Final = re.compile(rf"{LABEL}(\.{LABEL})*|\[[0-9a-f:]+\]")
# A version 3 onion name is 56 symbols of base32 (Tor rend-spec-v3, section 6).
ONION: Final = re.compile(r"[a-z2-7]{56}\.onion")
ADDRESS: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+")

Value = TypeVar("Value")


@dataclass(frozen=True)
class Setting:
    """One line of the README's table; `default` and `unit` stand there word for word."""

    name: str
    default: str
    unit: str
    meaning: str
    secret: bool = False


SETTINGS: Final = (
    Setting("WHISTLE_DATA", "instance/", "folder", "the database and the sealed attachments"),
    Setting(
        "WHISTLE_KEYS", "keys/", "folder", "the server's own keys; beside another data folder: inside it"
    ),
    Setting(
        "WHISTLE_DATABASE", "whistle.db in the data", "SQLAlchemy URL", "SQLite or PostgreSQL", secret=True
    ),
    Setting("WHISTLE_BLOBS", "blobs/ in the data", "folder or s3:// URL", "the sealed attachments"),
    Setting("WHISTLE_BASE_URL", "http://127.0.0.1:8000", "URL", "where people reach the site"),
    Setting("WHISTLE_ONION_URL", "none", "URL", "the same site's onion address"),
    Setting("WHISTLE_TRUSTED_HOSTS", "none", "host names, commas between", "other names the site answers to"),
    Setting(
        "WHISTLE_SMTP_URL",
        "none",
        "smtp or smtps URL",
        "the mail server (smtp: STARTTLS, but on this machine itself); none sends no mail",
        secret=True,
    ),
    Setting("WHISTLE_MAIL_FROM", "none", "e-mail address", "the sender; needed with a mail server"),
    Setting(
        "WHISTLE_MAIL_HOURS", "08:00", "HH:MM, commas between", "when mail goes, by each company's own clock"
    ),
    Setting("WHISTLE_MAIL_ONLY_NEWS", "no", "yes or no", "yes: no mail to whom nothing waits for"),
    Setting("WHISTLE_MAX_UPLOAD_MB", "512", "MiB a file", "larger files are refused"),
    Setting(
        "WHISTLE_CONNECTORS", "none", "file", "the systems that privacy officers may ask for a person's data"
    ),
    Setting("WHISTLE_LEAVE_URL", "https://www.yr.no/", "URL", "the neutral page that Leave goes to"),
    Setting(
        "WHISTLE_CLOCK_GUARD",
        "none",
        "on or off",
        "rehearsal only: on asks two people about a time that was set, too; off asks about none",
    ),
    Setting("WHISTLE_REHEARSAL_NOW", "none", "ISO 8601 time", "the time it is to be; rehearsal only"),
)
REHEARSAL_ONLY: Final = ("WHISTLE_CLOCK_GUARD", "WHISTLE_REHEARSAL_NOW")


@dataclass(frozen=True)
class Settings:
    """What a site runs on. Folders are absolute; what may hold a password is left out of its printed form."""

    data: Path
    keys: Path
    database_url: str = field(repr=False)
    blobs: str
    base_url: str
    onion_url: str | None
    trusted_hosts: tuple[str, ...]
    smtp_url: str | None = field(repr=False)
    mail_from: str | None
    mail_hours: tuple[time, ...]
    mail_only_news: bool
    max_upload_bytes: int
    connectors: Path | None
    leave_url: str
    clock_guard: bool | None
    rehearsal_now: datetime | None
    rehearsal_only: tuple[str, ...]

    cookies_secure: bool = field(init=False)
    """False only for plain http on loopback, where browsers may refuse Secure cookies."""

    def __post_init__(self) -> None:
        """Work out once what every request asks for."""
        parts = urlsplit(self.base_url)
        plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
        object.__setattr__(self, "cookies_secure", not plain)

    def refuse_rehearsal_settings(self) -> None:
        """Raises SettingsWrong if one is set; every site that is not a rehearsal calls this at its start."""
        if self.rehearsal_only:
            names = " and ".join(self.rehearsal_only)
            raise SettingsWrong(f"{names}: allowed on a rehearsal site only; unset it and start again")

    @classmethod
    def read(cls, environ: Mapping[str, str], data: Path | None, *, checkout: Path | None) -> "Settings":
        """The settings in `environ`; `data` is the command line's folder and goes before WHISTLE_DATA.

        `checkout` is the folder that holds keys/ and instance/, None where the program is not run from one.
        Raises SettingsWrong with one line that names the variable and never repeats its value.
        """
        given = _given(environ)
        root = (data or _read(given, "WHISTLE_DATA", Path, (checkout or Path()) / "instance")).absolute()
        own_keys = checkout if checkout and root == (checkout / "instance").absolute() else root
        base = _read(given, "WHISTLE_BASE_URL", parse_site, "http://127.0.0.1:8000")
        onion = _read(given, "WHISTLE_ONION_URL", parse_onion, None)
        smtp = _read(given, "WHISTLE_SMTP_URL", parse_smtp, None)
        sender = _read(given, "WHISTLE_MAIL_FROM", parse_address, None)
        if smtp and not sender:
            raise SettingsWrong(
                "WHISTLE_MAIL_FROM: missing; WHISTLE_SMTP_URL is set, and a notice needs a sender"
            )
        return cls(
            data=root,
            keys=_read(given, "WHISTLE_KEYS", Path, own_keys / "keys").absolute(),
            database_url=_read(given, "WHISTLE_DATABASE", parse_database, f"sqlite:///{root / 'whistle.db'}"),
            blobs=_read(given, "WHISTLE_BLOBS", parse_blobs, str(root / "blobs")),
            base_url=base,
            onion_url=onion,
            trusted_hosts=_trusted(base, onion, _read(given, "WHISTLE_TRUSTED_HOSTS", parse_hosts, ())),
            smtp_url=smtp,
            mail_from=sender,
            mail_hours=_read(given, "WHISTLE_MAIL_HOURS", parse_hours, (time(8),)),
            mail_only_news=_read(given, "WHISTLE_MAIL_ONLY_NEWS", parse_yes, default=False),
            max_upload_bytes=_read(given, "WHISTLE_MAX_UPLOAD_MB", parse_megabytes, 512 * MEBIBYTE),
            connectors=_read(given, "WHISTLE_CONNECTORS", parse_file, None),
            leave_url=_read(given, "WHISTLE_LEAVE_URL", parse_page, "https://www.yr.no/"),
            clock_guard=_read(given, "WHISTLE_CLOCK_GUARD", parse_switch, default=None),
            rehearsal_now=_read(given, "WHISTLE_REHEARSAL_NOW", parse_instant, None),
            rehearsal_only=tuple(name for name in REHEARSAL_ONLY if name in given),
        )


def is_loopback(host: str) -> bool:
    """Whether the host is this machine itself: localhost, 127.0.0.0/8 or ::1."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_database(text: str) -> str:
    """A SQLAlchemy URL of one of the two databases the suite runs on, with a file or a database named."""
    if re.fullmatch(r"sqlite:///(?!:memory:)[^?\s]+|postgresql\+psycopg://\S*/\S+", text):
        return text
    raise _Due("write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")


def parse_file(text: str) -> Path:
    """A file, by its whole path."""
    return Path(text).absolute()


def parse_blobs(text: str) -> str:
    """An absolute folder, or s3://bucket/prefix as it stands."""
    if "://" not in text:
        return str(Path(text).absolute())
    if re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{2,62}(/[\w./=-]*)?", text):
        return text
    raise _Due("write a folder or s3://BUCKET/PREFIX")


def parse_site(text: str) -> str:
    """https, or http on loopback or an onion name; no path, user or query; without the last slash."""
    parts, host = _split(text)
    plain = parts.scheme == "http" and (is_loopback(host) or ONION.fullmatch(host))
    if (parts.scheme == "https" or plain) and not (parts.path.strip("/") or parts.query or parts.fragment):
        return f"{parts.scheme}://{parts.netloc.lower()}"
    raise _Due("write https://HOST, without a path; http only for 127.0.0.1, localhost or an onion name")


def parse_onion(text: str) -> str:
    """A version 3 onion name with http or https before it, without the last slash."""
    parts, host = _split(text)
    if ONION.fullmatch(host) and parts.scheme in {"http", "https"} and not parts.path.strip("/"):
        return f"{parts.scheme}://{parts.netloc.lower()}"
    raise _Due("write http://NAME.onion with the 56 symbols of a version 3 name")


def parse_page(text: str) -> str:
    """A page somewhere else, over https."""
    parts, _host = _split(text)
    if parts.scheme == "https" and text.isascii() and text.isprintable() and " " not in text:
        return text
    raise _Due("write https://HOST/PATH")


def parse_smtp(text: str) -> str:
    """A mail server behind smtp (with STARTTLS) or smtps; user and password may stand before it."""
    parts = urlsplit(text)
    there = parts.hostname and _port_is_right(parts) and not parts.path.strip("/")
    if there and parts.scheme in {"smtp", "smtps"}:
        return text
    raise _Due("write smtp://USER:PASSWORD@HOST:PORT or smtps://...")


def parse_address(text: str) -> str:
    """One plain address; a line break or a second address would be a header of its own."""
    if ADDRESS.fullmatch(text) and not set(text) & set(',;<>"'):
        return text
    raise _Due("write one address, NAME@HOST")


def parse_hosts(text: str) -> tuple[str, ...]:
    """Host names without ports, in small letters."""
    hosts = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if all(HOST.fullmatch(host) for host in hosts):
        return hosts
    raise _Due("write host names with commas between, without ports; names with other letters as xn--...")


def parse_megabytes(text: str) -> int:
    """Bytes, from a whole number of MiB."""
    if re.fullmatch(r"[0-9]{1,7}", text) and 1 <= int(text) <= MAX_UPLOAD_MB:
        return int(text) * MEBIBYTE
    raise _Due(f"write a whole number of MiB, 1 to {MAX_UPLOAD_MB}")


def parse_switch(text: str) -> bool:
    """On or off, and nothing that could be meant either way."""
    if text in {"on", "off"}:
        return text == "on"
    raise _Due("write on or off")


def parse_yes(text: str) -> bool:
    """Yes or no, and nothing that could be meant either way."""
    if text in {"yes", "no"}:
        return text == "yes"
    raise _Due("write yes or no")


def parse_hours(text: str) -> tuple[time, ...]:
    """Hours of the day, each once, in their order."""
    found = [re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", part.strip()) for part in text.split(",")]
    if all(found):
        return tuple(sorted({time(int(one[1]), int(one[2])) for one in found if one}))
    raise _Due("write hours such as 08:00 or 08:00,14:30")


def parse_instant(text: str) -> datetime:
    """An aware time in UTC; a time without an offset is taken for UTC."""
    try:
        instant = datetime.fromisoformat(text)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Due("write a time such as 2026-05-21T09:00:00+02:00") from None


class _Due(Exception):
    """What should have been written; _read makes it a SettingsWrong that names the variable."""


def _read(given: Mapping[str, str], name: str, parse: Callable[[str], Value], default: Value) -> Value:
    """One setting, parsed. Its value stays out of the message: people paste secrets into the wrong line."""
    text = given.get(name)
    if text is None:
        return default
    try:
        return parse(_plain(text))
    except (_Due, ValueError) as wrong:
        due = str(wrong) if isinstance(wrong, _Due) else "this is not an address"
        raise SettingsWrong(f"{name}: {due}") from None


def _plain(text: str) -> str:
    if text == text.strip() and text.isprintable():
        return text
    raise _Due("take out spaces at its ends, line breaks and control characters")


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """What is set and not empty, secrets from their files included; an unknown name stops the start."""
    secrets = {setting.name for setting in SETTINGS if setting.secret}
    known = {setting.name for setting in SETTINGS} | {f"{name}_FILE" for name in secrets}
    ours = {name: text for name, text in environ.items() if name.startswith(PREFIX) and text}
    for name in sorted(ours.keys() - known):
        if not name.startswith(SUITE_PREFIX):
            raise SettingsWrong(f"{name}: no setting has this name; correct it or unset it")
    for name in sorted(secrets):
        if f"{name}_FILE" in ours:
            ours[name] = _from_file(name, ours)
    return ours


def _from_file(name: str, ours: Mapping[str, str]) -> str:
    if name in ours:
        raise SettingsWrong(f"{name}: set either this or {name}_FILE, not both")
    try:
        return Path(ours[f"{name}_FILE"]).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise SettingsWrong(
            f"{name}_FILE: cannot be read; give a text file that holds the value on one line"
        ) from None


def _split(text: str) -> tuple[SplitResult, str]:
    """The parts of an address with a host and without a user; ValueError from urllib is caught by _read."""
    parts = urlsplit(text)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    if HOST.fullmatch(host) and "@" not in parts.netloc and _port_is_right(parts):
        return parts, host
    raise _Due("write a whole address with a host name and without a user or password")


def _port_is_right(parts: SplitResult) -> bool:
    """ValueError, caught by _read, where the port is no number; 0 is refused here."""
    return parts.port is None or parts.port > 0


def _trusted(base: str, onion: str | None, others: tuple[str, ...]) -> tuple[str, ...]:
    """Every host name the site answers to, without ports, each once."""
    own = tuple(_split(url)[1] for url in (base, onion) if url)
    return tuple(dict.fromkeys((*own, *others, *LOOPBACK_NAMES)))

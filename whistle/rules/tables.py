"""A table of settings is read key by key, and whatever nobody asked for is a fault that names its place."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import Final

from whistle.errors import SettingsWrong

#: The languages in which every label must exist before the program starts.
LANGUAGES: Final = ("en", "sv")


@dataclass(frozen=True)
class Label:
    """The words for one thing in every language of the program."""

    en: str
    sv: str

    def in_language(self, language: str) -> str:
        """Return the words in `language`; English for a language the rules have no words in."""
        return self.sv if language == "sv" else self.en


class Table:
    """One TOML table; each reader takes a key out, and `finish` refuses what is left."""

    def __init__(self, content: Mapping[str, object], where: str) -> None:
        self._left = dict(content)
        self.where = where

    def wrong(self, what: str) -> SettingsWrong:
        """Return the error that names this place; the caller raises it."""
        return SettingsWrong(f"{self.where}: {what}")

    def has(self, key: str) -> bool:
        """Say whether `key` is there and not read yet."""
        return key in self._left

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not blank, or `default` when the key is missing."""
        if default is not None and key not in self._left:
            return default
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f'"{key}" must be a text that is not empty.')
        return value.strip()

    def one_of(self, key: str, allowed: frozenset[str], default: str | None = None) -> str:
        """Return a text that is one of `allowed`."""
        value = self.text(key, default)
        if value not in allowed:
            raise self.wrong(f'"{key}" is "{value}"; use one of {", ".join(sorted(allowed))}.')
        return value

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of one or more different texts, or `default` when the key is missing."""
        if key not in self._left:
            return default
        value = self._take(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
            raise self.wrong(f'"{key}" must be a list of texts.')
        if len(set(value)) != len(value):
            raise self.wrong(f'"{key}" names the same thing twice.')
        return tuple(value)

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.wrong(f'"{key}" must be true or false.')
        return value

    def number(self, key: str, least: int, default: int | None = None) -> int:
        """Return a whole number of at least `least`, or `default` when the key is missing."""
        if default is not None and key not in self._left:
            return default
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.wrong(f'"{key}" must be a whole number, {least} or more.')
        return value

    def day(self, key: str) -> date:
        """Return a date, written without quotes in TOML."""
        value = self._take(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.wrong(f'"{key}" must be a date such as 2026-01-31, without quotes.')
        return value

    def label(self, key: str) -> Label:
        """Return the words in every language; one that is missing stops the load."""
        words = self.table(key)
        label = Label(**{language: words.text(language) for language in LANGUAGES})
        words.finish()
        return label

    def table(self, key: str) -> "Table":
        """Return the table under `key`."""
        value = self._take(key)
        if not isinstance(value, dict):
            raise self.wrong(f'"{key}" must be a table.')
        return Table(value, f"{self.where}, {key}")

    def tables(self, key: str) -> Iterator["Table"]:
        """Yield each table of the list under `key`, none when the key is missing."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(f'"{key}" must be written as [[{key}]].')
        for number, one in enumerate(value, start=1):
            code = one.get("code")
            yield Table(
                one, f"{self.where}, {key} {number}" + (f' ("{code}")' if isinstance(code, str) else "")
            )

    def unread(self) -> tuple[str, ...]:
        """Return the keys not read yet, as the file orders them."""
        return tuple(self._left)

    def finish(self) -> None:
        """Refuse the table when a key was left unread: a word that is not understood is not skipped."""
        if self._left:
            raise self.wrong(f'the word "{next(iter(self._left))}" is unknown here.')

    def _take(self, key: str) -> object:
        if key not in self._left:
            raise self.wrong(f'"{key}" is missing.')
        return self._left.pop(key)


def parse(text: str, where: str) -> Table:
    """Return the TOML in `text` as a table; SettingsWrong, naming `where`, when it is not TOML."""
    try:
        return Table(tomllib.loads(text), where)
    except tomllib.TOMLDecodeError as error:
        raise SettingsWrong(f"{where}: not readable as TOML: {error}.") from error


def packaged_text(name: str) -> str:
    """Return the text of a rules file that travels with the program."""
    return resources.files("whistle.rules").joinpath(name).read_text(encoding="utf-8")

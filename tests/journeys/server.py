"""The real program on a copy of the template site, in processes of its own, stopped by their ids."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.source import ROOT
from tests.world import Secrets, copy_template, fill
from whistle import app
from whistle.clock import SystemClock
from whistle.config import Settings
from whistle.crypto import totp
from whistle.crypto.keys import KeyPair
from whistle.parties.member import Member
from whistle.vault import people

PATIENCE = 300
LEAVE = "https://127.0.0.1:9/weather"
"""Where Leave leads in these tests: an address on this machine at which nobody answers."""


@dataclass
class Site:
    """A copy of the template: its folder, its database (None for SQLite) and what its people know."""

    folder: Path
    database: str | None
    secrets: Secrets
    values: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """The settings of every command on this site, and none of the caller's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WHISTLE_")}
        ours = {"WHISTLE_DATABASE": self.database} if self.database else {}
        return {**kept, "PYTHONPATH": str(ROOT), "WHISTLE_LEAVE_URL": LEAVE, **ours, **self.values}

    @contextmanager
    def program(self) -> Iterator[app.Program]:
        """The same site through the parties, in this process."""
        given = {name: value for name, value in self.environ.items() if name.startswith("WHISTLE_")}
        found = app.open_program(Settings.read(given, self.folder, checkout=None))
        try:
            yield found
        finally:
            found.store.engine.dispose()

    def member(self, program: app.Program, name: str) -> Member:
        """A member of staff as a sign-in would make them, without the cost of one."""
        person = next(one for one in people.everybody(program.store) if one.name == name)
        roles = tuple((one.role, one.company_code) for one in person.designations if one.confirmed)
        return Member(person.id, name, roles, KeyPair.from_seed(self.secrets.seeds[name]), fresh=True)

    def code(self, name: str, drift: int = 0) -> str:
        """The one-time code of this half minute, or of one `drift` before or after it."""
        step = totp.step_at(int(SystemClock().machine().timestamp()))
        return totp.code_at(self.secrets.totp[name], step + drift)

    def run(self, *words: str, code: int | None = 0, quiet: bool = False) -> str:
        """What a command says; `code` is the exit code that it must have, None for any.

        With `quiet` it must say nothing on standard error.
        """
        ended = subprocess.run(
            command(*words, "--data", str(self.folder)),
            env=self.environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert code is None or ended.returncode == code, ended.stdout + ended.stderr
        assert not quiet or ended.stderr == ""
        return ended.stdout


def make_site(template: tuple[Path, Secrets], folder: Path, database: str | None = None) -> Site:
    """A site of a test's own, on SQLite or in the empty PostgreSQL database named."""
    copy_template(template[0], folder)
    if database is not None:
        fill(folder, database)
    return Site(folder, database, template[1])


def command(*words: str) -> list[str]:
    """A command of the program."""
    return [sys.executable, "-P", "-m", "whistle", *words]


class Server:
    """One running server; what it says on both streams is kept and never blocks it."""

    def __init__(self, site: Site, *words: str, **environ: str) -> None:
        self.site = site
        self.process = subprocess.Popen(
            command("serve", "--port", "0", "--data", str(site.folder), *words),
            env={**site.environ, **environ},
            cwd=site.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._lines: list[bytes] = []
        self._ready, self._ended = threading.Event(), threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(PATIENCE) or self._ended.is_set():
            self.stop()
            raise AssertionError(f"the server did not start: {self.output()}")

    @property
    def port(self) -> int:
        line = next(line for line in self._lines if line.startswith(b"Serving on "))
        return int(line.rstrip().rpartition(b":")[2])

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pids(self) -> list[int]:
        """The process that was started and all that come from it."""
        return [self.process.pid, *_children(self.process.pid)]

    def output(self) -> str:
        """All that was said so far."""
        return b"".join(self._lines).decode("utf-8", "replace")

    def kill(self) -> None:
        """All processes at once, as when the power goes."""
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        self._end()

    def stop(self) -> str:
        """As an administrator stops it; returns all that it said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self._end()
        return self.output()

    def _end(self) -> None:
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._reader.join(PATIENCE)
            if self.process.stdout is not None:
                self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.append(line)
            if line.startswith(b"Serving on "):
                self._ready.set()
        self._ended.set()
        self._ready.set()


@contextmanager
def serving(site: Site, *words: str, **environ: str) -> Iterator[Server]:
    """A server that ends with the block."""
    server = Server(site, *words, **environ)
    try:
        yield server
    finally:
        server.stop()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in _listed(Path(f"/proc/{pid}/task")):
        try:
            words = (task / "children").read_text().split()
        except OSError:
            continue
        for word in words:
            found += [int(word), *_children(int(word))]
    return found


def _listed(folder: Path) -> Sequence[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return ()

"""A private PostgreSQL for the suite: started for it, reachable from this machine only, gone after it."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import psycopg
from psycopg import sql

DEBIAN = Path("/usr/lib/postgresql")
# The suite throws its data away: waiting for the disk would only make it slow.
CARELESS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
START_SECONDS = 60


def binaries() -> Path | None:
    """The folder of the newest server's programs: Debian's own places first, then PATH."""
    places = [place.parent for place in DEBIAN.glob("*/bin/initdb")]
    if places:
        return max(places, key=lambda place: float(place.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _run(*command: str | Path) -> None:
    """As `nobody` when root: PostgreSQL refuses to run as root. Its words are shown only when it fails."""
    # pg_ctl leaves its output to the server, which would keep a pipe open: hence a file.
    who = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryFile("w+") as words:
        ended = subprocess.run(command, stdout=words, stderr=words, cwd="/", check=False, **who)  # type: ignore[call-overload]
        if ended.returncode != 0:
            words.seek(0)
            raise RuntimeError(f"{Path(command[0]).name} failed: {words.read()}")


@contextmanager
def _server(programs: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="whistle-pg-"))
    data, port = folder / "data", unused_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
        _run(
            programs / "initdb",
            "-D",
            data,
            "-U",
            "whistle",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {CARELESS}"
        control = (programs / "pg_ctl", "-D", data, "-s", "-w", "-t", str(START_SECONDS))
        _run(*control, "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://whistle@127.0.0.1:{port}/postgres"
        finally:
            # pg_ctl reads the server's process id from its own data folder: nobody else's server is touched.
            _run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def private_postgres() -> Iterator[str | None]:
    """A server's SQLAlchemy URL: WHISTLE_TEST_PG, else a server of our own, else None where there is none."""
    given, programs = os.environ.get("WHISTLE_TEST_PG"), binaries()
    if given:
        yield given
    elif programs:
        with _server(programs) as url:
            yield url
    else:
        yield None


@contextmanager
def new_database(server: str, like: str = "template1") -> Iterator[str]:
    """The URL of a database on the server, dropped afterwards whoever is still connected.

    It is empty, or a copy of the database named `like`, to which nobody may be connected.
    """
    name = f"whistle_{token_hex(8)}"
    base = server.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(base, autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(like)))
    address, _, options = server.partition("?")
    try:
        yield f"{address.rpartition('/')[0]}/{name}{'?' if options else ''}{options}"
    finally:
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

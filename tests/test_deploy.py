"""Each file in deploy/ is checked by the tool that can check it, and the proxy by what it really does."""

import os
import re
import select
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres import unused_port
from tests.source import ROOT
from whistle.rules.companies import load_site

DEPLOY = ROOT / "deploy"
MOST_EXPOSED = 1.1  # of 10; what systemd itself calls OK begins at 4.3
PIECES = 100  # of 1 000 bytes: a tenth of the body that the request announces
MARKER = "marker-of-a-reporter"


def tool(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if not found:
        pytest.skip(f"NOT CHECKED: {name} is not installed here")
    return found


def words_of(*command: str | Path, expected: int = 0, **environ: str) -> str:
    """What a tool said, both streams; fails with it where the tool did not end as expected."""
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environ}
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == expected, said
    return said


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """The units with a program that exists here: the checkout in /opt is the operator's."""
    copies = []
    for unit in sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]):
        copy = tmp_path / unit.name
        copy.write_text(
            re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE)
        )
        copies.append(copy)
    return copies


def test_systemd_takes_the_units_without_a_word(units: list[Path]) -> None:
    assert len(units) == 3
    assert words_of(tool("systemd-analyze"), "verify", "--man=no", *units) == ""


@pytest.mark.parametrize("name", ["whistle.service", "whistle-tick.service"])
def test_the_units_are_closed_in(units: list[Path], name: str) -> None:
    unit = next(unit for unit in units if unit.name == name)
    said = words_of(tool("systemd-analyze"), "security", "--offline=true", "--no-pager", unit)
    level = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    assert level is not None
    assert float(level[1]) <= MOST_EXPOSED


def test_nothing_of_the_programs_memory_reaches_a_disk() -> None:
    for unit in DEPLOY.glob("*.service"):
        assert {"LimitCORE=0", "MemorySwapMax=0", "PrivateTmp=yes", "UMask=0077"} <= set(
            unit.read_text().splitlines()
        )


def test_tor_takes_the_onion_file(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    copy = tmp_path / "torrc"
    copy.write_text((DEPLOY / "torrc").read_text().replace("/var/lib/tor/", f"{tmp_path}/"))
    said = words_of(tool("tor"), "--verify-config", "-f", copy, "--DataDirectory", tmp_path)
    assert "Configuration was valid" in said


@contextmanager
def caddy(tmp_path: Path, upstream: int) -> Iterator[int]:
    """The proxy with our file, over plain http on loopback; its words go to caddy.log."""
    program, port = tool("caddy"), unused_port()
    config = tmp_path / "Caddyfile"
    config.write_text((DEPLOY / "Caddyfile").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{upstream}"))
    environ = {
        "PATH": os.environ["PATH"],
        "SITE_ADDRESS": f"http://127.0.0.1:{port}",
        "SITE_EMAIL": "a@b.example",
        "XDG_DATA_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    command = (program, "run", "--config", config, "--adapter", "caddyfile", "--pingback")
    with socket.create_server(("127.0.0.1", 0)) as ping, (tmp_path / "caddy.log").open("wb") as log:
        # Caddy calls back when it serves: nobody has to guess how long that takes.
        ping.settimeout(30)
        running = subprocess.Popen(
            (*command, f"127.0.0.1:{ping.getsockname()[1]}"),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=environ,
        )
        try:
            assert running.stdin is not None
            running.stdin.write(b"ready")
            running.stdin.close()
            ping.accept()[0].close()
            yield port
        finally:
            running.terminate()
            running.wait(timeout=30)


def test_caddy_takes_the_file(tmp_path: Path) -> None:
    words_of(
        *(tool("caddy"), "validate", "--config", DEPLOY / "Caddyfile", "--adapter", "caddyfile"),
        SITE_ADDRESS="report.example",
        SITE_EMAIL="a@b.example",
        XDG_DATA_HOME=str(tmp_path),
        XDG_CONFIG_HOME=str(tmp_path),
    )


def request(port: int) -> bytes:
    """A request that says a lot, and whose body has only begun."""
    lines = [
        f"POST /report?{MARKER} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"User-Agent: {MARKER}",
        "X-Forwarded-For: 203.0.113.9",
        "X-Real-IP: 203.0.113.9",
        "Forwarded: for=203.0.113.9",
        f"Cookie: kept={MARKER}",
        "Content-Length: 1000000",
        "",
        "begun",
    ]
    return "\r\n".join(lines).encode()


def read_until(connection: socket.socket, end: bytes) -> bytes:
    seen = b""
    while end not in seen:
        piece = connection.recv(65536)
        assert piece, seen
        seen += piece
    return seen


def exchange(tmp_path: Path) -> tuple[str, str]:
    """What the program gets of a body that has only begun, and what the reporter gets of its early answer."""
    with (
        socket.create_server(("127.0.0.1", 0)) as upstream,
        caddy(tmp_path, upstream.getsockname()[1]) as port,
        socket.create_connection(("127.0.0.1", port), timeout=30) as reporter,
    ):
        upstream.settimeout(30)
        reporter.sendall(request(port))
        program, _address = upstream.accept()
        with program:
            program.settimeout(30)
            # 999 995 bytes of the body are still to come, and what there is arrives.
            arrived = read_until(program, b"begun")
            program.sendall(b"HTTP/1.1 422 No\r\nServer: secret\r\nContent-Length: 0\r\n\r\n")
            # `poll`, since `select` refuses the high numbers that a long run's files get.
            answers = select.poll()
            answers.register(reporter, select.POLLIN)
            # A browser goes on sending; the answer comes long before the body's end all the same.
            for _piece in range(PIECES):
                if answers.poll(100):
                    break
                reporter.sendall(b"x" * 1000)
            return arrived.decode().lower(), read_until(reporter, b"\r\n\r\n").decode().lower()


def test_the_proxy_passes_a_body_on_at_once_and_never_says_who_sent_it(tmp_path: Path) -> None:
    arrived, answer = exchange(tmp_path)
    assert f"kept={MARKER}" in arrived
    assert "host: 127.0.0.1:" in arrived
    for header in ("forwarded", "real-ip", "user-agent", "203.0.113.9", "via:"):
        assert header not in arrived
    assert answer.startswith("http/1.1 422")
    assert "server:" not in answer


def test_the_proxy_writes_nothing_about_a_request_that_fails(tmp_path: Path) -> None:
    with (
        caddy(tmp_path, unused_port()) as port,
        socket.create_connection(("127.0.0.1", port), timeout=30) as reporter,
    ):
        ours = reporter.getsockname()[1]
        reporter.sendall(request(port))
        assert read_until(reporter, b"\r\n\r\n").startswith(b"HTTP/1.1 502")
    log = (tmp_path / "caddy.log").read_text()
    assert MARKER not in log
    assert f":{ours}" not in log
    assert "/report" not in log
    assert [
        file for file in tmp_path.rglob("*") if file.is_file() and MARKER.encode() in file.read_bytes()
    ] == []


def test_the_image_is_made_of_files_that_are_there() -> None:
    for line in (DEPLOY / "Containerfile").read_text().splitlines():
        if line.startswith("COPY "):
            assert all((ROOT / name).exists() for name in line.split()[1:-1]), line


def test_the_example_of_a_site_file_is_one() -> None:
    site = load_site((DEPLOY / "site.toml.example").read_text(encoding="utf-8"))
    assert [company.code for company in site.companies] == ["nordvakt-se"]

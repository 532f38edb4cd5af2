"""An object store of the suite's own on loopback, in a process of its own, whose clock a test may move."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.request import Request, urlopen
from xml.etree import ElementTree as ET

import pytest

SERVER = """
import datetime, logging, pathlib, sys
import moto.s3.models as models
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

ahead, now = pathlib.Path(sys.argv[1]), models.utcnow
models.utcnow = lambda: now() + datetime.timedelta(seconds=int(ahead.read_text()))
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
"""
VERSIONS = b"""<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<Status>Enabled</Status></VersioningConfiguration>"""

VARIABLES = {
    "AWS_ACCESS_KEY_ID": "invented",
    "AWS_SECRET_ACCESS_KEY": "invented",
    "AWS_REGION": "eu-north-1",
    "AWS_ALLOW_HTTP": "true",
}


@dataclass
class ObjectStore:
    """The running store: its address, and the file that says how many seconds its clock is ahead."""

    url: str
    ahead: Path

    def later(self, by: timedelta) -> None:
        """Time passes in the store, and nowhere else."""
        self.ahead.write_text(str(int(self.ahead.read_text()) + int(by.total_seconds())))

    def new_bucket(self) -> str:
        """The name of an empty bucket."""
        name = f"whistle-{secrets.token_hex(6)}"
        self._ask("PUT", name)
        return name

    def keep_versions(self, bucket: str) -> None:
        self._ask("PUT", f"{bucket}?versioning", VERSIONS)

    def put(self, key: str, data: bytes) -> None:
        self._ask("PUT", key, data)

    def keys(self, bucket: str) -> dict[str, str]:
        """Every key of a bucket, with the time that the store shows for it."""
        listing = ET.fromstring(self._ask("GET", bucket))  # noqa: S314 (our own server's words)
        return {
            found.findtext("{*}Key", ""): found.findtext("{*}LastModified", "")
            for found in listing.findall("{*}Contents")
        }

    def unfinished(self, bucket: str) -> int:
        """How many multipart uploads were begun and neither completed nor ended."""
        return self._ask("GET", f"{bucket}?uploads").count(b"<Upload>")

    def _ask(self, verb: str, path: str, body: bytes | None = None) -> bytes:
        asked = Request(f"{self.url}/{path}", body, {"Content-Type": "application/xml"}, method=verb)  # noqa: S310
        with urlopen(asked, timeout=30) as answer:  # noqa: S310 (loopback)
            said: bytes = answer.read()
            return said


@contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """A store that the AWS_ variables name, and that is gone with everything in it when the block ends."""
    ahead = folder / "ahead"
    ahead.write_text("0")
    command = [sys.executable, "-c", SERVER, str(ahead)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        try:
            with pytest.MonkeyPatch.context() as patch:
                for name, value in (VARIABLES | {"AWS_ENDPOINT": url}).items():
                    patch.setenv(name, value)
                yield ObjectStore(url, ahead)
        finally:
            server.kill()

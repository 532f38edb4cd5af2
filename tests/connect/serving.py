"""A socket on this machine that answers as badly as one likes."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from whistle.config import MEBIBYTE
from whistle.connect.contract import Source
from whistle.connect.systems import System

SE = "nordvakt-se"
SOURCE = Source("crm", "Customer register", SE, "customer", "email")


def system(url: str = "", folder: Path | None = None, **fields: object) -> System:
    """A system with short patience."""
    known = {
        "source": SOURCE, "folder": folder, "url": url, "token_file": None, "ca_file": None, "basis": None,
        "connect_seconds": 1, "total_seconds": 5, "most_bytes": MEBIBYTE,
    }  # fmt: skip
    return System(**(known | fields))  # type: ignore[arg-type]


def http(body: bytes, status: str = "200 OK", *, length: int | None = None, head: str = "") -> bytes:
    """An answer as it goes over the line."""
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{head}\r\n".encode() + body


@contextmanager
def answering(said: bytes | None, trusted: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """An address that says this to the first who asks, or None: nothing ever; and what it was asked."""
    heard: list[bytes] = []
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _address = server.accept()
            if trusted is not None:
                try:
                    line = trusted.wrap_socket(line, server_side=True)
                except OSError:
                    return
            with line:
                heard.append(line.recv(65536))
                while heard and b"}}" not in heard[-1]:
                    heard[-1] += line.recv(65536)
                if said is None:
                    done.wait()
                else:
                    line.sendall(said)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http{'s' if trusted else ''}://127.0.0.1:{server.getsockname()[1]}/person", heard
        finally:
            done.set()
            thread.join(5)


def certificate(folder: Path) -> Path:
    """A certificate and its key for this machine, signed by nobody else, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC)).add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    kept = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "here.pem"
    path.write_bytes(kept + made.public_bytes(Encoding.PEM))
    return path

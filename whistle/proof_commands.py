"""Checks a proof, a certificate or a copy of the ledger with the file and a public key alone."""

import json
import os
from pathlib import Path

from whistle import app
from whistle.commands import Call
from whistle.errors import SettingsWrong, Tampered
from whistle.vault import book, proofs, purge
from whistle.vault.serverkeys import PRIVATE_FILE

KEY_BYTES = 32

LONGEST_CERTIFICATE = 64 * 1024
"""Bytes of a certificate that are read: many times what one has."""


def verify_proof(call: Call) -> int:
    """Say what a proof shows, if this key signed it; exit code 1 when not."""
    said = proofs.verify(call.options.file.read_bytes(), _public_key(call))
    call.say(f"signed: received on {said['received_on']} by {said['company']}, files: {said['files']}")
    for digest in said["sha256"]:
        call.say(f"  {digest}")
    return 0


def verify_certificate(call: Call) -> int:
    """Say what a certificate says, if this key signed it and, with `--case`, if it is that case's."""
    key = _public_key(call)
    try:
        with call.options.file.open("rb") as file:
            document = json.loads(file.read(LONGEST_CERTIFICATE))
    except OSError:
        raise SettingsWrong(f"{call.options.file} cannot be read") from None
    except (ValueError, RecursionError):
        raise Tampered(f"{call.options.file} is no certificate, or not all of one") from None
    said = purge.verify_certificate(document, key)
    if call.options.case and call.options.case != said["case"]:
        raise Tampered(f"this is the certificate of {said['case']}, not of {call.options.case}")
    call.say_json(said)
    return 0


def copy_ledger(call: Call) -> int:
    """Write the whole ledger to a new file as JSON Lines with its signed head, readable by its owner only."""
    store = app.open_program(call.settings).store
    handle = os.open(call.options.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in book.copy_out(store))
    call.say(f"written to {call.options.file}")
    return 0


def verify_ledger(call: Call) -> int:
    """Say how many lines of a ledger's copy hold together, and that this key signed their end."""
    with call.options.file.open("rb") as file:
        call.say(f"intact: {book.verify_copy(file, _public_key(call))} lines, the end is signed")
    return 0


def _public_key(call: Call) -> bytes:
    """`sign.pub` as the server keeps it (32 bytes) or as the page shows it (64 hex digits)."""
    path: Path = call.options.key or call.settings.keys / "sign.pub"
    try:
        data = path.read_bytes()
    except OSError:
        raise SettingsWrong(f"{path} cannot be read; name the site's public key with --key") from None
    try:
        key = data if len(data) == KEY_BYTES else bytes.fromhex(data.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsWrong(f"{path} is no public key of a server")
    return key

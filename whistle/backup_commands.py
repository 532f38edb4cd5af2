"""Takes a site off the machine, as a backup and as its journal, and brings it back from the two."""

import sys
from pathlib import Path

from whistle import app
from whistle.commands import Call
from whistle.errors import SettingsWrong
from whistle.vault import backup as backups
from whistle.vault import journal as journals
from whistle.vault import restore as restores
from whistle.vault.replay import Replayed
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store, open_engine

DONE, FINDINGS = 0, 1


def backup(call: Call) -> int:
    """Write a backup while the site is in use; exit code 1 when a file that stands could not be read."""
    program = app.open_program(call.settings)
    path: Path = call.options.file
    if not path.absolute().parent.is_dir():
        raise SettingsWrong(f"{path.parent} is no folder")
    made = backups.make(program.store, path, program.clock.now(), _progress)
    call.say(f"{made.cases} cases, {made.files} files, {made.bytes} bytes: {path}")
    for object_id in made.lacking:
        _progress(
            f"the file {object_id} is missing or changed, so it is not in the backup; see `whistle check`"
        )
    return FINDINGS if made.lacking else DONE


def restore(call: Call) -> int:
    """Bring a backup into an empty place and replay the journal in `keys/` before anything is served."""
    settings = call.settings
    keys = ServerKeys.load(settings.keys)
    try:
        source = restores.verified(call.options.file, keys, _progress)
    except OSError as error:
        raise SettingsWrong(f"{call.options.file} cannot be read: {error.strerror}") from error
    app.make_folders(settings)
    store = Store(open_engine(settings.database_url), app.open_blobs(settings), keys)
    try:
        done = restores.restore(store, source, app.clock_of(settings).now(), _progress)
    finally:
        store.engine.dispose()
    call.say(source.said)
    for sentence in _told(done, source.manifest["lacking"]):
        call.say(sentence)
    return DONE


def _told(done: Replayed, lacking: list[str]) -> list[str]:
    """What somebody has to know who brought a site back."""
    said = [f"{done.purged} cases were purged again."]
    if done.lost_lines:
        said.append(f"{done.lost_lines} lines of the ledger came after the backup and are lost.")
    for sentence, found in (
        ("Received after the backup, and lost: {}.", done.unknown),
        ("Held without a citation until legal cites it again: {}.", done.uncited),
        ("Something of it was erased after the backup; an empty place stands there: {}.", done.erased),
        ("Changed past its page, so not all was replayed; see `whistle check`: {}.", done.broken),
        ("Files that were missing or changed when the backup was made: {}.", lacking),
    ):
        if found:
            said.append(sentence.format(", ".join(sorted(found))))
    said.append("Nothing else is purged until legal and an administrator confirmed the holds.")
    return said


def journal(call: Call) -> int:
    """Copy the journal off the machine, or verify one with the public key alone."""
    if call.options.what == "verify":
        key = (call.options.key or call.settings.keys / "sign.pub").read_bytes()
        call.say(f"{sum(1 for _line in journals.read(call.options.path, key))} lines, all in order")
        return DONE
    program = app.open_program(call.settings)
    journals.copy(program.store, call.options.path, program.clock.now())
    return DONE


def _progress(said: str) -> None:
    sys.stderr.write(f"{said}\n")
    sys.stderr.flush()

"""What `whistle recovery` does: the seed exists in memory and on paper, and is never written to a file."""

import sys
from pathlib import Path

from whistle import app
from whistle.commands import Call
from whistle.errors import NotThere, RuleRefused, SealBroken, SettingsWrong
from whistle.parties import site_recovery
from whistle.parties.fingerprints import fingerprint_of
from whistle.vault import recovery as key
from whistle.vault import recovery_proof
from whistle.vault.serverkeys import PRIVATE_FOLDER, write_private


def recovery(call: Call) -> int:
    """One of the recovery key's commands; what the parties refuse is said in one line."""
    try:
        COMMANDS[call.options.what](call)
    except (RuleRefused, NotThere, SealBroken) as refused:
        raise SettingsWrong(str(refused)) from None
    return 0


def new(call: Call) -> None:
    """Make a recovery key: three shares are shown once, the public half goes to `keys/`."""
    path = call.settings.keys / key.FILE
    if path.exists():
        raise SettingsWrong(f"{path} is there already; cases were sealed to it, so it is not overwritten")
    shares, public_key = site_recovery.new_shares()
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    write_private(path, public_key)
    for number, share in enumerate(shares, start=1):
        call.say(f"Share {number} of {len(shares)}. Write it down; two of them open the recovery key:\n")
        call.say(_in_lines(share) + "\n")
    call.say(f"Fingerprint: {fingerprint_of(public_key)}")
    call.say(f"The public half is in {path}. Made elsewhere, copy that file into the server's keys/.")
    call.say("Give each share to somebody else, clear this screen, and give the proof: recovery challenge.")


def challenge(call: Call) -> None:
    """Write a question that only the shares can answer, to a file or to the screen."""
    program = app.open_program(call.settings)
    text = site_recovery.challenge(program.store, program.clock.now())
    if call.options.given:
        write_private(Path(call.options.given), text.encode())
    else:
        call.say(text.rstrip("\n"))


def prove(call: Call) -> None:
    """Answer a question with two shares; needs neither the site nor its database."""
    try:
        question = Path(_given(call, "the challenge's file")).read_text(encoding="ascii")
    except UnicodeDecodeError:
        raise SettingsWrong("this is no challenge of `whistle recovery challenge`") from None
    call.say(site_recovery.answer(question, _shares()))


def proved(call: Call) -> None:
    """Take the answer on the server."""
    answer = site_recovery.answer_bytes(_given(call, "the answer"))
    program = app.open_program(call.settings)
    recovery_proof.prove(program.store, None, answer, program.clock.now())
    call.say(f"The shares open the recovery key. The next proof is due in {recovery_proof.PROOF_DAYS} days.")


def open_case(call: Call) -> None:
    """Let a confirmed handler of the company in to a case again."""
    number, name = _given(call, "the case's number"), call.options.person
    if not name:
        raise SettingsWrong("name the handler: --for NAME")
    program = app.open_program(call.settings)
    site_recovery.give_back(program.store, number, name, _shares(), program.clock.now())
    call.say(f"{name} can open {number} again.")


COMMANDS = {"new": new, "challenge": challenge, "prove": prove, "proved": proved, "open": open_case}


def _given(call: Call, what: str) -> str:
    if not call.options.given:
        raise SettingsWrong(f"give {what}")
    return str(call.options.given)


def _shares() -> list[str]:
    """Two shares from the terminal, one a line; from a pipe the same, and nothing is asked for."""
    found: list[str] = []
    while len(found) < site_recovery.NEEDED:
        if sys.stdin.isatty():
            sys.stderr.write(f"Share {len(found) + 1} of {site_recovery.NEEDED}, all words in one line: ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            break
        if line.strip():
            found.append(line)
    return found


def _in_lines(share: str) -> str:
    """Eleven words a line, so that a word is found again by its place."""
    words = share.split()
    return "\n".join("  " + " ".join(words[at : at + 11]) for at in range(0, len(words), 11))

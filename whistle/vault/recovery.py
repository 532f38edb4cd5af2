"""The site's optional recovery key: its public half lies in `keys/`, its seed in shares with people."""

from hashlib import sha256

from whistle.vault.facts import Recipient
from whistle.vault.serverkeys import ServerKeys

FILE = "recovery.pub"
"""The public half in `keys/`: 1216 bytes."""

PUBLIC_BYTES = 1216

ROLE = "recovery"


def holder(keys: ServerKeys) -> Recipient | None:
    """Whom every new case is granted to besides its people, or None where no recovery key was made."""
    try:
        public_key = (keys.folder / FILE).read_bytes()
    except FileNotFoundError:
        return None
    if len(public_key) != PUBLIC_BYTES:
        return None  # a cut file must not close the channel; `check` names it
    key_id = sha256(b"whistle/v1/key-id\0\x01" + public_key).digest()[:16]
    return Recipient(key_id, "", "", ROLE, public_key, key_id)

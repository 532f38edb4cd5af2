"""Files as they came, with what they tell of their sender: for whom a custodian opened the identity."""

from whistle.parties import attachments
from whistle.parties.casefile import CaseFile
from whistle.parties.views import Download, FileView
from whistle.vault.store import Store


def of(file: CaseFile) -> tuple[FileView, ...]:
    """The originals of a case; none for somebody to whom the identity is sealed."""
    found = attachments.originals(file).values()
    return tuple(FileView(one["id"], one["name"], one["type"], one["size"]) for one in found)


def download(store: Store, file: CaseFile, file_id: str) -> Download:
    """One original, verified to its end. Raises `NotThere`, `SealBroken`."""
    known = {one["id"]: one for one in attachments.originals(file).values()}
    return attachments.download(store, file, known, file_id)

"""A request's form that is sent again, changed, leads to the one that stands: what is not in it is named."""

from datetime import datetime

from whistle.crypto.codes import CaseKey
from whistle.crypto.header import Compartment, Header
from whistle.crypto.keys import KeyPair
from whistle.parties.casefile import CaseFile
from whistle.parties.request_form import RequestForm
from whistle.parties.request_mailbox import spoken
from whistle.parties.sending import Sending
from whistle.rules.text import clean_text
from whistle.vault import request_mailbox
from whistle.vault.store import Store

PARTS = ("rights", "categories", "details", "name", "email", "files")
"""What a form says beside the company, in the order of the page."""


def not_kept(
    store: Store, key: CaseKey, form: RequestForm, sending: Sending, now: datetime
) -> tuple[str, ...]:
    """Which `PARTS` of the form differ from the request that stands; none once its day has come."""
    found = request_mailbox.open_request(store, key.locator, now).case
    if not found.grants:
        return ()
    pair = KeyPair.from_seed(key.reporter_seed, Header.parse(found.grants[0].sealed).key_id)
    file = CaseFile(found, pair, own_only=True)
    asked = spoken(file)[0].fields
    who = next((one.fields for one in file.records(Compartment.IDENTITY)), {})
    kept = {one["sha256"] for one in asked["files"]}
    same = {
        "rights": set(form.rights) == set(asked["rights"]),
        "categories": set(form.categories) == set(asked["categories"]),
        "details": clean_text(form.details).strip() == asked["text"],
        "name": clean_text(form.name).strip() == who.get("name", ""),
        "email": form.email.strip() == who.get("email", ""),
        "files": {str(one["sha256"]) for one in sending.described()} <= kept,
    }
    return tuple(part for part in PARTS if not same[part])

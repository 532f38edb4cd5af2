"""What the page says after somebody changed something of their own account."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString

from whistle.web.words import lazy_gettext as _l

DONE: Final[Mapping[str, LazyString]] = {
    "renewed": _l("It is done. Sign in with what you have now."),
    "passphrase": _l("Your new passphrase counts now. Other windows in which you were signed in are closed."),
    "recovery_code": _l("Your new recovery code counts now. Tear up the old one."),
    "passkey_added": _l("The passkey is added. Next time you can use it instead of the code."),
    "passkey_removed": _l("The passkey is removed."),
    "proved": _l("The shares open the recovery key. It is asked for again in 90 days."),
    "language": _l("Your next mail is written in that language."),
}

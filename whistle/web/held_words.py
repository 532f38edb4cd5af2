"""What the pages of held cases past their day, and of cases open too long, say for codes and refusals."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

Words = Mapping[str, LazyString]

REFUSALS: Final[Words] = {
    "which_hold": _l("Choose the hold under which you open the case."),
    "not_held": _l("That hold does not stand any more. Read the page again."),
    "not_past": _l("The day of this case has not come: it is opened as any other."),
    "not_opened": _l("Open the case first: say why, and under which hold."),
    "no_legal": _l("Nobody of legal could read this. Ask the administrators to appoint somebody first."),
    "blocked": _l(
        "The case has stood open for the longest time the law allows. It can be read and closed, and nothing "
        "else, until legal records a ground of the law."
    ),
    "open_ground": _l("Choose one of the grounds that the law names."),
    "no_cap": _l("In this country no law sets how long a case may stand open."),
}

DONE: Final[Words] = {
    "held_open": _l("The case is open to you until midnight, to be read."),
    "held_shared": _l("Your colleague can open the case now, with a reason of their own."),
    "withheld": _l("The mailbox says nothing of this hold from now on."),
    "shown": _l("The mailbox says again why the case is kept."),
    "ground": _l("The ground has been recorded."),
    "ground_reviewed": _l("The review has been recorded."),
    "ground_ended": _l("The ground has been ended."),
}

LEDGER_ACTIONS: Final[Words] = {
    "held_opened": _l("%(actor)s opened a held case past its day"),
    "sentence_withheld": _l("%(actor)s withheld from the mailbox why the case is kept"),
    "sentence_shown": _l("%(actor)s let the mailbox say why the case is kept"),
    "ground_recorded": _l("%(actor)s recorded a ground for the case to stand open longer"),
    "ground_reviewed": _l("%(actor)s reviewed the ground for standing open"),
    "ground_ended": _l("%(actor)s ended the ground for standing open"),
}

"""What the pages say of who works on a case, who must not see it, and what is refused about either."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString

from whistle.web.words import lazy_gettext as _l

Words = Mapping[str, LazyString]

REFUSALS: Final[Words] = {
    "alone": _l(
        "Nobody is left alone with a case by excluding the only colleague, and there is nobody else who "
        "could take it. Ask an administrator for a deputy first."
    ),
    "excluded": _l("This person must not see the case."),
    "reporter_chose": _l("The reporter chose who must not see the case. That stays."),
    "investigator": _l("An outside investigator reads the case and adds notes. The rest is for handlers."),
    "term": _l("Choose a last day after today and within twelve months."),
    "person_gone": _l("This person cannot be chosen any more. Read the page again."),
    "epoch": _l("Who reads the case changed at this moment. Do it again."),
}

DONE: Final[Words] = {
    "granted": _l("Your colleague can now read the whole case."),
    "excluded": _l("Done. From now on they find no trace of the case."),
    "lifted": _l("They may be let in again. Grant them the case if they are to work on it."),
    "named": _l(
        "Named. A handler of this case now confirms the key of the investigator, under Account. After that, "
        "grant them the case."
    ),
    "left": _l("You have left the case. It is no longer in your list."),
}

#: What stands beside a name in the list of who works on a case; a handler of the company needs no word.
MARKS: Final[Words] = {
    "deputy": _l("Deputy"),
    "investigator": _l("Outside investigator"),
}
SHARED: Final = _l("of another company")

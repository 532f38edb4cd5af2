"""Words in the reader's language, as plain text: what Flask-Babel gives, with its types said."""

import flask_babel


def gettext(message: str, **values: object) -> str:
    """The message in the reader's language, with its places filled."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The message for so many things; `%(num)d` is the count."""
    return str(flask_babel.ngettext(one, many, count, **values))


def lazy_gettext(message: str) -> flask_babel.LazyString:
    """A message that is put into words when a page is made, for tables that stand in a module."""
    return flask_babel.lazy_gettext(message)

"""What a party refuses around identity and disclosure comes back as a sentence at the field it is about."""

from collections.abc import Iterator
from contextlib import contextmanager

from whistle.errors import RuleRefused
from whistle.web.custody_words import REFUSALS
from whistle.web.staff_forms import Refused, refusals


@contextmanager
def refused_at(field: str, *others: str) -> Iterator[None]:
    """Turn what a party refuses into sentences at fields: those of this page first, then the common ones."""
    try:
        with refusals(field, *others):
            yield
    except Refused as refused:
        reason = refused.__cause__.reason if isinstance(refused.__cause__, RuleRefused) else ""
        if reason not in REFUSALS:
            raise
        at, sentence = REFUSALS[reason]
        raise Refused({at: str(sentence)}) from refused

"""A form of the work on a case is done, or comes back open and filled, with a sentence at its field."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import Conflict, RuleRefused
from whistle.parties.member import Member
from whistle.parties.reporter import FormRefused
from whistle.web import desk, forms, staff_guard
from whistle.web import staff_words as words
from whistle.web.staff_forms import ABOUT_NO_FIELD, CONFLICT, Refused, Typed, typed_form
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

#: Which field a rule's reason is about where the two have different names.
FIELDS: Final[Mapping[str, str]] = {
    "concerned_ground": "ground",
    "concerned_far": "review_on",
    "concerned_named": "decision",
    "concerned_which": "person",
    "review_date": "review_on",
    "review_past": "review_on",
    "assignee": "assigned_to",
    "note_kind": "kind",
    "link_same": "case",
    "link_circle": "case",
    "link_unknown": "case",
}
#: Reasons that are about minutes as they stand, not about what was typed.
AS_IT_STANDS: Final = ABOUT_NO_FIELD | {"minutes_wait", "minutes_locked", "rights_none"}

Act = Callable[[Member, Typed], object]


def carry_out(number: str, form: str, done: str, act: Act) -> ResponseReturnValue:
    """Do what a form asks for and lead back to the case, or show the case with the form as it was filled."""
    member, typed = staff_guard.signed_in(*staff_guard.WORKING), typed_form()
    try:
        with refusals(form):
            act(member, typed)
    except Refused as refused:
        return desk.refused_page(member, number, form, typed, refused)
    return redirect(url_for("desk.case", number=number, done=done), staff_guard.SEE_OTHER)


def again(form: str) -> Callable[..., ResponseReturnValue]:
    """What draws the form again when its token is not ours."""

    def draw(trouble: Trouble, number: str, **_others: str) -> ResponseReturnValue:
        if not staff_guard.is_anybody_here():
            return forms.again_page(trouble)
        member = staff_guard.signed_in(*staff_guard.WORKING)
        return desk.refused_page(member, number, form, typed_form(), Refused.of(trouble))

    return draw


@contextmanager
def refusals(form: str) -> Iterator[None]:
    """Turn what a party refuses into `Refused`, at the fields of one form of the page."""
    try:
        yield
    except FormRefused as error:
        found = {f"{form}-{one.field}": words.refusal(one.reason) for one in error.problems}
        raise Refused(found) from error
    except RuleRefused as error:
        field = "" if error.reason in AS_IT_STANDS else FIELDS.get(error.reason, error.reason)
        raise Refused({f"{form}-{field}" if field else "": words.refusal(error.reason)}) from error
    except Conflict as error:
        said = gettext(
            "A colleague saved something else while you wrote. Both stand on this page: theirs as it is now, "
            "yours in the form. Read both, then save again."
        )
        raise Refused({form: said}, CONFLICT) from error


def seen(typed: Typed) -> int | None:
    """The number of the state that a form was made from; None for a form that does not say."""
    text = typed["seen"]
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000000") else None


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the case with a form that was filled before the handler was signed out; nothing has been sent."""
    form = endpoint.rpartition(".")[2]
    return desk.refused_page(
        staff_guard.holding(member, *staff_guard.WORKING), values["number"], form, typed, draft=True
    )


#: The doors whose forms come back after a sign-in; each door is called as its form.
RETURNS: Final = dict.fromkeys(("work", "concerned", "minutes", "case_rights"), show_draft)

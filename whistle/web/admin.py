"""People and their roles in one table; content is never here, and the page says why."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from whistle.parties.member import Member
from whistle.web import people_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed

blueprint = Blueprint("admin", __name__)
staff_guard.protect(blueprint)

ROLE = "administrator"


@blueprint.get("/admin")
def people() -> ResponseReturnValue:
    """Show everybody with their roles, their dates and whether their keys count."""
    member = staff_guard.signed_in(ROLE)
    return page(
        "admin/people.html",
        member,
        people=services().administration.people(member),
        pending=len(services().keys.pending(member)),
        recovery_due=services().recovery.view(member).overdue,
    )


def page(
    template: str,
    member: Member,
    *,
    typed: Typed | None = None,
    refused: Refused | None = None,
    **facts: object,
) -> ResponseReturnValue:
    """Render a page of people or companies, with what was typed and why it came back."""
    answer = render_template(
        template,
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        typed=typed or Typed(),
        done="" if refused else words.done(request.args.get("done", "")),
        role_words=words.ROLES,
        state_words=words.PERSON_STATES,
        key_words=people_words.KEY_STATES,
        basis_words=people_words.BASES,
        lack_words=people_words.LACKS,
        legal_basis=people_words.legal_basis,
        **facts,
    )
    return answer, refused.status if refused else 200

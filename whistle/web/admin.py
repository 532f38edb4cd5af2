"""People, their roles and the companies' channels; content is never here, and the page says why."""

from flask import Blueprint, render_template

from whistle.web import staff_guard
from whistle.web import staff_words as words
from whistle.web.services import services

blueprint = Blueprint("admin", __name__)
staff_guard.protect(blueprint)

ROLE = "administrator"


@blueprint.get("/admin")
def people() -> str:
    """Show people with their roles and keys, and companies with their channels."""
    member = staff_guard.signed_in(ROLE)
    return render_template(
        "admin/people.html",
        member=member,
        nav=staff_guard.navigation(member),
        people=[
            (person, staff_guard.roles_in_words(person.roles), words.word(words.PERSON_STATES, person.state))
            for person in services().keys.people(member)
        ],
        companies=services().site.companies(),
        pending=len(services().keys.pending(member)),
    )

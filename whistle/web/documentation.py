"""The documentation of the channels that an inspector is handed: no case in it, and no number of cases."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from whistle.web import people_words, staff_guard
from whistle.web.admin import page
from whistle.web.services import services

blueprint = Blueprint("documentation", __name__)
staff_guard.protect(blueprint)


@blueprint.get("/admin/documentation")
def documentation() -> ResponseReturnValue:
    """Show companies, bases, people with dates, periods with their sources, and routines."""
    member = staff_guard.signed_in("administrator", "auditor")
    return page(
        "admin/documentation.html",
        member,
        found=services().administration.documentation(member),
        period_words=people_words.PERIODS,
        routines=people_words.ROUTINES,
    )

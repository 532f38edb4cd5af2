"""The record of processing for a supervisor, from the policy itself: no case, request or number in it."""

from datetime import date

from flask import Blueprint
from flask.typing import ResponseReturnValue

from whistle.parties.administration_views import DocumentedChannel
from whistle.rules.policy import load_versions
from whistle.rules.record import load_record
from whistle.rules.roles import Role
from whistle.web import people_words, policy_words, staff_guard
from whistle.web.admin import page
from whistle.web.services import services

blueprint = Blueprint("article30", __name__)
staff_guard.protect(blueprint)


@blueprint.get("/admin/article-30")
def article_30() -> ResponseReturnValue:
    """Show the record of processing, the processors, the impact assessment and what is open to decide."""
    member = staff_guard.signed_in("administrator", "auditor")
    found = services().administration.documentation(member)
    versions = load_versions()
    return page(
        "admin/article_30.html",
        member,
        found=found,
        policy=versions.in_force(found.today),
        announced=versions.announced(found.today),
        record=load_record(),
        officers={one.company.code: _officers(one, found.today) for one in found.channels},
        say=policy_words,
        decisions=people_words.OPEN_DECISIONS,
    )


def _officers(channel: DocumentedChannel, today: date) -> list[str]:
    """The names of a company's privacy officers on that day."""
    return [
        one.name
        for one in channel.designated
        if one.role == Role.PRIVACY_OFFICER
        and one.from_on <= today
        and (one.to_on is None or one.to_on > today)
    ]

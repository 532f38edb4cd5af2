"""The door at which is decided whether somebody whom a report holds responsible is told (L13)."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from whistle.parties.concerned import Said
from whistle.web import staff_guard
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Typed
from whistle.web.work_forms import again, carry_out, seen

blueprint = Blueprint("concerned", __name__)
staff_guard.protect(blueprint)


@blueprint.post("/desk/cases/<number>/concerned")
@door(again=again("concerned"))
def concerned(number: str) -> ResponseReturnValue:
    """Record what is decided about one person, or that the report names nobody."""
    return carry_out(
        number,
        "concerned",
        "concerned",
        lambda member, typed: services().casework.concerned.decide(member, number, _said(typed), seen(typed)),
    )


def _said(typed: Typed) -> Said:
    """What the form says; a field that it does not have leaves what was recorded as it is."""
    kept = {name: request.form.get(name) for name in ("person", "remark", "how", "answer")}
    return Said(
        decision=typed["decision"], ground=typed["ground"], review_on=typed["review_on"], id=typed["id"],
        informed_on=typed["informed_on"], **kept,
    )  # fmt: skip

"""The handlers' door to the rights that were asked for in a case: the answer, which ends what is owed."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from whistle.web import staff_guard
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.work_forms import again, carry_out

blueprint = Blueprint("case_rights", __name__)
staff_guard.protect(blueprint)


@blueprint.post("/desk/cases/<number>/rights")
@door(again=again("rights"))
def rights(number: str) -> ResponseReturnValue:
    """Answer the rights that were asked for with the key of the case."""
    return carry_out(
        number,
        "rights",
        "rights",
        lambda member, typed: services().casework.rights.answer(member, number, typed["rights"]),
    )

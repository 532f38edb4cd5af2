"""What the doors say of the work on a case: decisions, minutes, refusals, and the ledger's sentences."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString

from whistle.web.words import lazy_gettext as _l

Words = Mapping[str, LazyString]

DECISIONS: Final[Words] = {
    "undecided": _l("Not decided yet"),
    "informed": _l("Informed"),
    "deferred": _l("Not told yet, on a ground"),
    "lasting_ground": _l("Not told, on a lasting ground"),
    "none_identified": _l("The report names nobody"),
}

ANSWERS: Final[Words] = {
    "approve": _l("Approved by the reporter"),
    "correct": _l("Corrected by the reporter"),
    "decline": _l("The reporter does not approve them"),
}

#: What the reporter chooses from.
ANSWER_CHOICES: Final[Words] = {
    "approve": _l("It is right"),
    "correct": _l("Something is wrong or missing"),
    "decline": _l("I do not approve it"),
}

#: What the reporter's own page says of their answer.
YOUR_ANSWERS: Final[Words] = {
    "approve": _l("You have said that it is right."),
    "correct": _l("You have said what is wrong or missing."),
    "decline": _l("You have said that you do not approve it."),
}

#: What a page says of a record that has no text of its own.
WITHOUT_WORDS: Final[Words] = {
    "minutes_reply": _l("The reporter has answered the minutes. The answer stands under “Call or meeting”."),
    "minutes_locked": _l("The minutes are locked."),
    "closing": _l("The case was closed without feedback."),
}

REFUSALS: Final[Words] = {
    "day": _l("Write the day as year, month and day."),
    "concerned": _l("Decide first whether the persons concerned are told."),
    "concerned_ground": _l("Choose the ground in law for not telling this person."),
    "concerned_far": _l("The review can be at most 90 days ahead."),
    "concerned_named": _l("A person is named in this case already, so it is not nobody."),
    "concerned_which": _l("There are several persons. Choose the one it is about."),
    "decision": _l("Choose what was decided."),
    "informed_on": _l("The day lies between the day of the report and today."),
    "held_on": _l("The day lies between the day of the report and today."),
    "no_feedback": _l("Choose the ground on which there is no feedback. It has to fit the case."),
    "scope": _l("Choose whether this channel is for it."),
    "severity": _l("Choose one of the answers that are offered."),
    "priority": _l("Choose one of the answers that are offered."),
    "note_kind": _l("Choose what kind of note it is."),
    "met": _l("Choose whether it was a call or a meeting."),
    "came_by": _l("Choose how the report came."),
    "assignee": _l("Choose a handler of this case."),
    "link_same": _l("That is this case itself."),
    "link_circle": _l(
        "Somebody reads only one of the two cases, and a link would tell them of the other. "
        "So the cases cannot be linked."
    ),
    "link_unknown": _l("You have no case with this number."),
    "rights_none": _l("Nobody waits for an answer about their rights in this case. It has been answered."),
    "minutes_wait": _l(
        "The reporter has not had the chance to read these minutes. They can be locked when the reporter has "
        "answered, or 14 days after they were shown."
    ),
    "minutes_locked": _l("These minutes are locked."),
    "answer": _l("Choose one of the three answers."),
    "recording_agreed": _l(
        "A recording is kept only if whoever is heard in it agreed to that. Ask them and tick that they did, "
        "or leave it out. Choose the files again."
    ),
    "received_today": _l(
        "A report is entered on the day on which it came: the periods of law run from then."
    ),
    "exclude_self": _l(
        "You are entering this report yourself, so it cannot be kept from you. Let a colleague enter it."
    ),
}

DONE: Final[Words] = {
    "rights": _l("The answer is sent. Nothing more is owed about the rights that were asked for."),
    "triage": _l("The assessment is saved."),
    "measure": _l("The measure is saved."),
    "protection": _l("It is saved."),
    "assigned": _l("It is saved who is responsible for the case."),
    "linked": _l("The cases are linked."),
    "unlinked": _l("The link is removed."),
    "marked": _l("The kind of the note is saved."),
    "concerned": _l("The decision is saved. Nothing is sent to the person."),
    "minutes": _l(
        "The minutes are before the reporter, who can read, correct and approve them with the key."
    ),
    "met": _l("It is noted that the meeting was held."),
    "locked": _l("The minutes are locked."),
}

LEDGER_ACTIONS: Final[Words] = {
    "triage_set": _l("%(actor)s assessed the case"),
    "measure_noted": _l("%(actor)s recorded a measure"),
    "protection_noted": _l("%(actor)s recorded risk and protection"),
    "link_noted": _l("%(actor)s linked or parted cases"),
    "note_marked": _l("%(actor)s changed the kind of a note"),
    "assigned": _l("%(actor)s changed who is responsible for the case"),
    "entered": _l("%(actor)s entered the report for somebody"),
    "concerned_decided": _l("%(actor)s decided about a person concerned"),
    "minutes_written": _l("%(actor)s wrote minutes"),
    "minutes_answered": _l("The reporter answered the minutes"),
    "minutes_locked": _l("%(actor)s locked the minutes"),
    "meeting_held": _l("%(actor)s noted that the meeting was held"),
}

LEDGER_FACTS: Final[Words] = {
    "decision": _l("Decision"),
    "came_by": _l("Came by"),
    "held_on": _l("Held"),
}

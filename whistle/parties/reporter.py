"""The reporter: everything they send is sealed before it rests, and only their key finds it again."""

from collections.abc import Callable
from datetime import datetime

from whistle.parties.mailbox import Entered, Mailbox
from whistle.parties.report_form import FormRefused, Problem, ReportForm
from whistle.parties.sending import Sending
from whistle.parties.sessions import Sessions
from whistle.parties.submission import NewReport, Submissions
from whistle.vault.store import Store

__all__ = ["Entered", "FormRefused", "NewReport", "Problem", "ReportForm", "Reporter", "Sending"]


class Reporter(Mailbox, Submissions):
    """Both halves of a reporter's way: sending a report, and coming back to it."""

    def __init__(self, store: Store, now: Callable[[], datetime], sessions: Sessions) -> None:
        Submissions.__init__(self, store, now, sessions.new_token)
        Mailbox.__init__(self, store, now)

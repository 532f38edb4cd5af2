"""What the doors may call: one frozen bundle, reached through the application and never imported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from whistle.clock import Clock
from whistle.config import Settings
from whistle.parties.accounts import Accounts
from whistle.parties.administration import Administration
from whistle.parties.casework import Casework
from whistle.parties.circle import Circle
from whistle.parties.clockwatch import Clockwatch
from whistle.parties.consents import Consents
from whistle.parties.custody import Custody
from whistle.parties.duties import Duties
from whistle.parties.handler import Handler
from whistle.parties.kept import Kept
from whistle.parties.keyholders import Keyholders
from whistle.parties.legal import Legal
from whistle.parties.overview import Overview
from whistle.parties.privacy import Privacy
from whistle.parties.redactions import Redactions
from whistle.parties.reporter import Reporter
from whistle.parties.restored import Restored
from whistle.parties.sessions import Sessions
from whistle.parties.site import SiteFacts
from whistle.parties.site_recovery import SiteRecovery
from whistle.parties.staff import Staff

#: Under this name the bundle lies in the application's extensions.
EXTENSION = "whistle"


@dataclass(frozen=True)
class Services:
    """The parties and the settings. `health()` says "ok" or names the part that fails."""

    settings: Settings
    clock: Clock
    site: SiteFacts
    sessions: Sessions
    reporter: Reporter
    staff: Staff
    handler: Handler
    legal: Legal
    keys: Keyholders
    health: Callable[[], str]
    accounts: Accounts
    recovery: SiteRecovery
    administration: Administration
    duties: Duties
    casework: Casework
    custody: Custody
    consents: Consents
    circle: Circle
    overview: Overview
    redactions: Redactions
    privacy: Privacy
    clockwatch: Clockwatch
    kept: Kept
    restored: Restored


def services() -> Services:
    """The bundle of the application that answers this request."""
    return cast("Services", current_app.extensions[EXTENSION])

"""The codes of the privacy policy, its verdicts and requests; they are stored, so each keeps its meaning."""

from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """What a person may ask for; forms and stored requests say it so."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    COMPLETION = "completion"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    WITHDRAWAL = "withdrawal"
    COMPLAINT = "complaint"
    COMPENSATION = "compensation"
    CHILD = "child"


#: The rights whose verdict depends on the category, so that the policy's table has a column for each.
TABLE: Final = (
    Right.ACCESS, Right.RECTIFICATION, Right.COMPLETION, Right.ERASURE, Right.RESTRICTION,
    Right.PORTABILITY, Right.OBJECTION, Right.WITHDRAWAL,
)  # fmt: skip

#: These go blind to the company's handlers, whatever they name (the wall to whistleblowing).
PASSED_TO_HANDLERS: Final = frozenset(
    {Right.ACCESS, Right.RECTIFICATION, Right.COMPLETION, Right.ERASURE, Right.RESTRICTION}
)
#: Done at each recipient that had the data, too (S37).
TOLD_TO_RECIPIENTS: Final = frozenset(
    {Right.RECTIFICATION, Right.COMPLETION, Right.ERASURE, Right.RESTRICTION, Right.CHILD}
)


class Category(StrEnum):
    """What the policy knows personal data of (S5-S26)."""

    CUSTOMER = "customer"
    BOOKKEEPING = "bookkeeping"
    MARKETING = "marketing"
    SERVICE_HISTORY = "service_history"
    ALARM_LOGS = "alarm_logs"
    VIDEO = "video"
    MOBILE_TRAFFIC = "mobile_traffic"
    WEB = "web"
    ACCESS_LOGS = "access_logs"
    WHISTLEBLOWING = "whistleblowing"


class Basis(StrEnum):
    """On what ground personal data is handled (GDPR 6(1))."""

    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"
    CONSENT = "consent"


class Start(StrEnum):
    """The event from which a period is counted."""

    RELATION_ENDED = "relation_ended"
    LAST_INTERACTION = "last_interaction"
    LAST_ACTIVITY = "last_activity"
    RECORDED = "recorded"
    COLLECTED = "collected"
    FINANCIAL_YEAR = "financial_year"
    CASE_CLOSED = "case_closed"
    ANSWERED = "answered"


class KeptBy(StrEnum):
    """Which law keeps data past its period and against erasure."""

    BOOKKEEPING = "bookkeeping"
    ALARM_ACT = "alarm_act"
    OTHER_LAW = "other_law"


class Recipient(StrEnum):
    """To whom data may go; another company of the group is none for whistleblowing (S32)."""

    GROUP_COMPANY = "group_company"
    PROCESSOR = "processor"
    AUTHORITY = "authority"
    CONSENTED = "consented"
    ADVISER = "adviser"
    IT_SUPPLIER = "it_supplier"


class Condition(StrEnum):
    """What a verdict depends on: the cells of the policy's table (rules/verdicts.py says how)."""

    YES = "yes"
    SILENT = "silent"
    CORRECTION_ENTRY = "correction_entry"
    AFTER_RELATION_OR_GROUND = "after_relation_or_ground"
    AFTER_RELATION_ERASED = "after_relation_erased"
    ERASE_ON_GROUND = "erase_on_ground"
    PER_BASIS = "per_basis"
    NO_BOOKKEEPING = "no_bookkeeping"
    ON_GROUND = "on_ground"
    HANDED_OVER = "handed_over"
    CONTRACT_PART = "contract_part"
    IF_CONSENT = "if_consent"
    NO_OBLIGATION = "no_obligation"
    NO_OBSERVED = "no_observed"
    NO_INTEREST = "no_interest"
    ABSOLUTE = "absolute"
    AFTER_RELATION = "after_relation"
    IF_INTEREST = "if_interest"
    YES_NAMED = "yes_named"
    IF_LINKABLE = "if_linkable"
    OTHERS_BLURRED = "others_blurred"
    OFFICER_PICTURES = "officer_pictures"
    IF_CONSENT_GIVEN = "if_consent_given"
    NO_CONSENT = "no_consent"
    CHANNEL_ACCESS = "channel_access"
    CHANNEL_STATEMENT = "channel_statement"
    CHANNEL_ERASURE = "channel_erasure"
    CHANNEL_RESTRICTION = "channel_restriction"
    CHANNEL_OBJECTION = "channel_objection"
    CHANNEL_WITHDRAWAL = "channel_withdrawal"


class Why(StrEnum):
    """Why a verdict is what it is; each has its words and its source in the policy's file."""

    RIGHT_APPLIES = "right_applies"
    SILENT = "silent"
    CORRECTION_ENTRY = "correction_entry"
    KEPT_BY_LAW = "kept_by_law"
    NO_LONGER_NEEDED = "no_longer_needed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    MARKETING_OBJECTED = "marketing_objected"
    OBJECTION_PREVAILS = "objection_prevails"
    UNLAWFUL = "unlawful"
    ERASURE_REQUIRED = "erasure_required"
    STILL_NEEDED = "still_needed"
    RELATION_UNKNOWN = "relation_unknown"
    NO_ERASURE_GROUND = "no_erasure_ground"
    NO_GROUND_HOLDS = "no_ground_holds"
    ACCURACY_CONTESTED = "accuracy_contested"
    UNLAWFUL_KEPT = "unlawful_kept"
    NEEDED_FOR_CLAIMS = "needed_for_claims"
    OBJECTION_PENDING = "objection_pending"
    NO_RESTRICTION_GROUND = "no_restriction_ground"
    NO_LIMIT_HOLDS = "no_limit_holds"
    HANDED_OVER = "handed_over"
    NOT_HANDED_OVER = "not_handed_over"
    HANDING_OVER_UNKNOWN = "handing_over_unknown"
    NOT_PORTABLE_BASIS = "not_portable_basis"
    BASIS_UNKNOWN = "basis_unknown"
    NOT_ON_INTEREST = "not_on_interest"
    NAME_THE_PROCESSING = "name_the_processing"
    OBJECTION_STANDS = "objection_stands"
    OVERRIDING_GROUNDS = "overriding_grounds"
    MARKETING_STOPS = "marketing_stops"
    CONTRACT_RUNS = "contract_runs"
    NOT_LINKABLE = "not_linkable"
    LINKABLE_UNKNOWN = "linkable_unknown"
    OTHERS_BLURRED = "others_blurred"
    PICTURES_DECIDED = "pictures_decided"
    CONSENT_ENDS = "consent_ends"
    NO_CONSENT = "no_consent"
    CHANNEL_LIMITED = "channel_limited"
    CHANNEL_STATEMENT = "channel_statement"
    CHANNEL_IRRELEVANT_ONLY = "channel_irrelevant_only"
    CHANNEL_RESTRICTED = "channel_restricted"
    ARTICLE_18_EXCLUDED = "article_18_excluded"
    CHANNEL_OBLIGATION = "channel_obligation"
    CHANNEL_CONSENT = "channel_consent"
    CASE_NOT_REACHED = "case_not_reached"
    TO_AUTHORITY = "to_authority"
    TO_LEGAL = "to_legal"
    PARENT_UNCHECKED = "parent_unchecked"
    CHILD_ERASED = "child_erased"


#: The grounds on which erasure may be asked for (S38), as a form lists them.
ERASURE_GROUNDS: Final = (
    Why.NO_LONGER_NEEDED, Why.CONSENT_WITHDRAWN, Why.MARKETING_OBJECTED, Why.OBJECTION_PREVAILS,
    Why.UNLAWFUL, Why.ERASURE_REQUIRED,
)  # fmt: skip
#: The grounds on which restriction may be asked for (S39).
RESTRICTION_GROUNDS: Final = (
    Why.ACCURACY_CONTESTED, Why.UNLAWFUL_KEPT, Why.NEEDED_FOR_CLAIMS, Why.OBJECTION_PENDING,
)  # fmt: skip

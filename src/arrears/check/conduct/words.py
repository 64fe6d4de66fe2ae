"""Which words may a rule and a fact use? Closed lists: what is not here cannot be asked, and a misspelt word is refused when it is read."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    """What is to be done?"""

    CONTACT = "contact"
    SUIT = "suit"
    PROOF_OF_CLAIM = "proof_of_claim"
    CREDIT_REPORT = "credit_report"
    INTEREST_CHARGE = "interest_charge"
    INTEREST_ACCRUAL = "interest_accrual"
    PAYMENT_APPLICATION = "payment_application"
    DELETION = "deletion"
    STATED_DATE = "stated_date"
    """A day is told to the person as the end of a period."""
    GOING_ON_WITHOUT_NOTICE = "going_on_without_notice"
    """Collection goes on, or the case is closed, and a notice that was due has not been sent."""
    PLACEMENT = "placement"
    """The case is given to an agency."""
    SUB_PLACEMENT = "sub_placement"
    """The agency gives it to somebody else."""
    DATA_SHARING = "data_sharing"
    """Personal data goes to another handler, who decides about it."""
    AUTOMATED_DECISION = "automated_decision"
    ADDRESS_BOOK_USE = "address_book_use"
    MORATORIUM_ENTRY = "moratorium_entry"
    MORATORIUM_REVIEW = "moratorium_review"
    DISPUTE_FORWARDING = "dispute_forwarding"
    LEAVING_UNANSWERED = "leaving_unanswered"
    """A complaint or an objection has no answer yet."""
    AGENCY_KEEPS_DATA = "agency_keeps_data"
    NEGATIVE_ENTRY_SHOWN = "negative_entry_shown"
    """A credit bureau shows an overdue entry."""


class Purpose(StrEnum):
    """Why is the person contacted? Every contact says so, and limits apply by it."""

    ANSWER = "answer"
    """The person asked; this is the answer."""
    RECEIPT = "receipt"
    """It is confirmed that something arrived: a payment, a request, an opt-out."""
    REMINDER = "reminder"
    """Something will fall due and is not yet late."""
    COLLECTION = "collection"
    STATUTORY_NOTICE = "statutory_notice"
    """A notice that the law requires."""
    LOCATION = "location"
    """Somebody else is asked how the person can be reached."""


class Channel(StrEnum):
    """By which way?"""

    CALL = "call"
    VOICE_BOT = "voice_bot"
    VOICEMAIL = "voicemail"
    TEXT = "text"
    EMAIL = "email"
    CHAT = "chat"
    LETTER = "letter"
    VISIT = "visit"
    CALLING_CARD = "calling_card"
    SOCIAL_MESSAGE = "social_message"
    SOCIAL_POST = "social_post"
    """Where others can read it."""


TELEPHONE = frozenset({Channel.CALL, Channel.VOICE_BOT, Channel.VOICEMAIL})


def same_medium(one: Channel | None, other: Channel | None) -> bool:
    """Is it the same medium to the person? Every way to ring a telephone is one.

    >>> same_medium(Channel.CALL, Channel.VOICEMAIL), same_medium(Channel.TEXT, Channel.EMAIL)
    (True, False)
    """
    return one == other or (one in TELEPHONE and other in TELEPHONE)


class Recipient(StrEnum):
    """Whom does it reach?"""

    DEBTOR = "debtor"
    SPOUSE = "spouse"
    GUARDIAN = "guardian"
    EXECUTOR = "executor"
    """Executor or administrator of the estate, or another who stands in for the debtor by law."""
    CO_DEBTOR = "co_debtor"
    GUARANTOR = "guarantor"
    LISTED_CONTACT = "listed_contact"
    """Named by the debtor as a person to turn to; owes nothing."""
    RELATIVE = "relative"
    HOUSEMATE = "housemate"
    NEIGHBOUR = "neighbour"
    EMPLOYER = "employer"
    STRANGER = "stranger"
    """Somebody else, such as a name from an address book."""
    UNIDENTIFIED = "unidentified"
    """It is not known whether this is the debtor."""
    ADVISER = "adviser"
    """Lawyer or debt adviser who speaks for the debtor."""
    CREDITOR = "creditor"
    CREDIT_BUREAU = "credit_bureau"
    COLLECTORS_LAWYER = "collectors_lawyer"


class Place(StrEnum):
    """Where does it reach the person?"""

    HOME = "home"
    WORKPLACE = "workplace"
    PUBLIC = "public"
    ELSEWHERE = "elsewhere"
    NOT_TIED = "not_tied"
    """A mobile telephone or an e-mail box: no place is known."""


class Mode(StrEnum):
    """Does the person speak with somebody, or is only something told?"""

    INTERACTIVE = "interactive"
    INFORMATIVE = "informative"


class Side(StrEnum):
    """Who did it?"""

    COLLECTOR = "collector"
    """Whoever collects: the lender itself, an agency, a buyer. Which of them, says the party."""
    DEBTOR = "debtor"
    CREDITOR = "creditor"
    ADVISER = "adviser"
    THIRD_PERSON = "third_person"
    AUTHORITY = "authority"
    """A court, a register, an authority."""


class Outcome(StrEnum):
    """What came of a contact?"""

    PENDING = "pending"
    """Permitted and not yet made: it counts against every cap until it is used or expires."""
    CONVERSATION = "conversation"
    CONNECTED = "connected"
    """Answered; whether they spoke is not known."""
    DROPPED = "dropped"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    NOT_IN_SERVICE = "not_in_service"
    SENT = "sent"


class ActorRole(StrEnum):
    """In which role does the actor collect?"""

    CREDITOR_OWN_NAME = "creditor_own_name"
    SERVICER_BEFORE_DEFAULT = "servicer_before_default"
    AGENCY = "agency"
    DEBT_BUYER = "debt_buyer"


class DebtPurpose(StrEnum):
    """What was the money for?"""

    CONSUMER = "consumer"
    BUSINESS = "business"


class DebtorKind(StrEnum):
    """What is the debtor?"""

    PERSON = "person"
    SOLE_TRADER = "sole_trader"
    COMPANY = "company"


class LenderKind(StrEnum):
    """Under which licence was it lent?"""

    BANK = "bank"
    CONSUMER_FINANCE = "consumer_finance"
    MICRO_LOAN = "micro_loan"
    OTHER_LICENSED = "other_licensed"
    UNLICENSED = "unlicensed"


class Product(StrEnum):
    """Which product?"""

    CREDIT_CARD = "credit_card"
    CONSUMER_LOAN = "consumer_loan"
    MORTGAGE = "mortgage"
    STUDENT_LOAN = "student_loan"
    BUSINESS_LOAN = "business_loan"
    TRADE_INVOICE = "trade_invoice"
    MEDICAL = "medical"
    RENT = "rent"
    UTILITY = "utility"
    TAX = "tax"
    FINE = "fine"
    CHILD_MAINTENANCE = "child_maintenance"
    SOCIAL_FUND_LOAN = "social_fund_loan"
    OTHER = "other"


class Record(StrEnum):
    """Which record is to be deleted?"""

    CALL_RECORDING = "call_recording"
    ACCOUNT_RECORD = "account_record"
    INSTALMENT_AGREEMENT = "instalment_agreement"
    IMPACT_ASSESSMENT = "impact_assessment"


class Mark(StrEnum):
    """What is true of an act or of something that happened? A mark that is not set is not true, or not known to be true."""

    # what a message says
    MENTIONS_DEBT = "mentions_debt"
    PAYMENT_DEMAND = "payment_demand"
    PAYMENT_LINK = "payment_link"
    LIMITED_CONTENT = "limited_content"
    LOCATION_QUESTION = "location_question"
    PASSES_MESSAGE = "passes_message"
    """Asks the third person to pass on a message, or for the debtor's contact data, and says nothing about the debt."""
    FINDS_HEIRS = "finds_heirs"
    GIVES_PAYMENT_DATA = "gives_payment_data"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    EFFORTS_END = "efforts_end"
    MAY_INVOKE_REMEDY = "may_invoke_remedy"
    WILL_INVOKE_REMEDY = "will_invoke_remedy"
    VALIDATION_NOTICE = "validation_notice"
    VERIFICATION = "verification"
    REQUIRED_BY_LAW = "required_by_law"
    THREAT_OF_SUIT = "threat_of_suit"
    THREAT_NOT_OPEN = "threat_not_open"
    """Threatens what is not legally open, or says that something happened that has not."""
    OVERSHADOWS = "overshadows"
    """Presses for payment, or a threat, inside the period in which the debt may be disputed."""
    CURRENT_LIABILITY = "current_liability"
    """Asks only for what falls due now (rent, utilities), not for the debt."""
    SETTLEMENT_CONFIRMATION = "settlement_confirmation"
    RESIDUAL_DEBT_EXPLAINED = "residual_debt_explained"
    MISLEADS_ABOUT_PURPOSE = "misleads_about_purpose"
    FALSE_STATEMENT = "false_statement"
    THREAT_OR_ABUSE = "threat_or_abuse"
    SUGGESTS_NEW_BORROWING = "suggests_new_borrowing"
    EXTRA_FEE = "extra_fee"
    ENVELOPE_REVEALS_DEBT = "envelope_reveals_debt"
    # what it discloses
    OPT_OUT_NOTICE = "opt_out_notice"
    OPT_OUT_SIMPLE = "opt_out_simple"
    FIRST_COMMUNICATION = "first_communication"
    PURPOSE_DISCLOSED = "purpose_disclosed"
    COLLECTOR_DISCLOSED = "collector_disclosed"
    INSTITUTION_NAMED = "institution_named"
    POSES_AS_ANOTHER = "poses_as_another"
    BOT_DISCLOSED = "bot_disclosed"
    RECORDING_NOTICE = "recording_notice"
    OBJECTION_CHANNEL_SHOWN = "objection_channel_shown"
    # how it is done
    PRIVATE_DEVICE = "private_device"
    ENTERS_HOME = "enters_home"
    ENTRY_CONSENTED = "entry_consented"
    PLACE_CONSENTED = "place_consented"
    PLACE_UNSUITABLE = "place_unsuitable"
    POSTED_IN_PUBLIC = "posted_in_public"
    SEVERAL_VISITORS = "several_visitors"
    IDENTITY_SHOWN = "identity_shown"
    LENDER_CONSENTED = "lender_consented"
    JUDGMENT_HELD = "judgment_held"
    ESIGN_CONSENT = "esign_consent"
    # what is true of something that happened, or of a debt
    WRITTEN = "written"
    DIRECT = "direct"
    COMPLETE = "complete"
    AUTHORITY_VERIFIED = "authority_verified"
    ADVISER_KNOWN = "adviser_known"
    SAME_AS_BEFORE = "same_as_before"
    NEW_INFORMATION = "new_information"
    VALIDATION_GIVEN = "validation_given"
    PURPOSE_EXPLAINED = "purpose_explained"
    PLAN_IN_PROGRESS = "plan_in_progress"
    SEEKING_ADVICE = "seeking_advice"
    REMAINDER_OWED = "remainder_owed"
    VOLUNTEERED_TO_PAY = "volunteered_to_pay"
    AFTER_LATENESS = "after_lateness"
    SEPARATE_CONSENT = "separate_consent"
    OTHER_LEGAL_BASIS = "other_legal_basis"
    IMPACT_ASSESSED = "impact_assessed"
    PERSON_ASKED_FOR_HUMAN = "person_asked_for_human"
    HUMAN_DECIDES = "human_decides"
    EXPLAINED = "explained"
    RECIPIENT_NAMED = "recipient_named"
    """The person was told who receives the data, and for what."""
    COMPLEX = "complex"
    ESPECIALLY_COMPLEX = "especially_complex"
    MAJOR_EFFECT = "major_effect"
    # what a hold blocks, and what may be done all the same
    BLOCKS_CONTACT = "blocks_contact"
    BLOCKS_AUTOMATION = "blocks_automation"
    BLOCKS_PLACEMENT = "blocks_placement"
    BLOCKS_LEGAL = "blocks_legal"
    BLOCKS_CHARGES = "blocks_charges"
    BLOCKS_CREDIT_REPORT = "blocks_credit_report"
    ALLOWS_STATUTORY_NOTICE = "allows_statutory_notice"
    ALLOWS_ANSWER = "allows_answer"
    ALLOWS_RECEIPT = "allows_receipt"
    ALLOWS_REMINDER = "allows_reminder"
    ALLOWS_CURRENT_LIABILITY = "allows_current_liability"
    ONE_OBLIGOR = "one_obligor"
    """It protects this person alone, of several who owe."""


class Happened(StrEnum):
    """What happened?"""

    CONTACT = "contact"
    """We contacted somebody, or hold an open permit to."""
    CONTACT_RECEIVED = "contact_received"
    """Somebody contacted us."""
    CONSENT = "consent"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    TIME_AGREED = "time_agreed"
    FREQUENCY_AGREED = "frequency_agreed"
    TIME_RULED_OUT = "time_ruled_out"
    TIME_OPENED_AGAIN = "time_opened_again"
    PLACE_RULED_OUT = "place_ruled_out"
    CHANNEL_RULED_OUT = "channel_ruled_out"
    CHANNEL_OPENED_AGAIN = "channel_opened_again"
    CEASE_REQUEST = "cease_request"
    CEASE_WITHDRAWN = "cease_withdrawn"
    WORKPLACE_FORBIDDEN = "workplace_forbidden"
    ADVISER_ACTS = "adviser_acts"
    ADVISER_CONSENTS = "adviser_consents"
    ADVISER_ENDED = "adviser_ended"
    CALLBACK_INVITED = "callback_invited"
    DISPUTE = "dispute"
    DISPUTE_DUPLICATE_ANSWERED = "dispute_duplicate_answered"
    DISPUTE_ENDED = "dispute_ended"
    ORIGINAL_CREDITOR_ASKED = "original_creditor_asked"
    VERIFICATION_SENT = "verification_sent"
    INITIAL_COMMUNICATION = "initial_communication"
    VALIDATION_NOTICE_SENT = "validation_notice_sent"
    UNDELIVERABLE = "undeliverable"
    PAID_IN_FULL = "paid_in_full"
    PAYMENT_UNDER_WAY = "payment_under_way"
    PAYMENT_SOUGHT = "payment_sought"
    """The person says that it was paid; the payment is being looked for."""
    PAYMENT_SEARCH_ENDED = "payment_search_ended"
    LIMITATION_STARTED = "limitation_started"
    PART_PAYMENT = "part_payment"
    ACKNOWLEDGED = "acknowledged"
    BARRED_CLAIMED = "barred_claimed"
    """The person says that the debt is barred and will not pay."""
    LETTER_OF_CLAIM = "letter_of_claim"
    CLAIM_REPLY = "claim_reply"
    MORATORIUM = "moratorium"
    CRISIS_MORATORIUM = "crisis_moratorium"
    MORATORIUM_ENDED = "moratorium_ended"
    TREATMENT_ENDED = "treatment_ended"
    INSOLVENCY = "insolvency"
    INSOLVENCY_ENDED = "insolvency_ended"
    DISCHARGED = "discharged"
    """A court has freed the person of the debt."""
    DEBT_ADVICE = "debt_advice"
    DEBT_ADVICE_ENDED = "debt_advice_ended"
    DECEASED = "deceased"
    DISTRESS = "distress"
    DISTRESS_ENDED = "distress_ended"
    COMPLAINT = "complaint"
    COMPLAINT_ANSWERED = "complaint_answered"
    HARDSHIP = "hardship"
    HARDSHIP_ENDED = "hardship_ended"
    VULNERABLE = "vulnerable"
    VISIT_NOTICE = "visit_notice"
    SETTLEMENT_ACCEPTED = "settlement_accepted"
    INSTALMENT_AGREEMENT = "instalment_agreement"
    INSTALMENT_AGREEMENT_BROKEN = "instalment_agreement_broken"
    LOST = "lost"
    """The debtor was found to be out of reach, by the rule of the place."""
    FOUND = "found"
    REPORTING_NOTICE = "reporting_notice"
    PLACEMENT_NOTICE = "placement_notice"
    AGENCY_EVALUATED = "agency_evaluated"
    ESIGN_CONSENT = "esign_consent"
    CALL_RECORDED = "call_recorded"
    RECORD_MADE = "record_made"
    DEBT_CLEARED = "debt_cleared"
    COLLECTION_ACTIVITY = "collection_activity"
    CREDIT_OBJECTION = "credit_objection"
    """The person objects to what a credit bureau shows."""
    CREDIT_OBJECTION_ANSWERED = "credit_objection_answered"
    OVERDUE_ENTRY = "overdue_entry"
    BAD_CONDUCT_ENDED = "bad_conduct_ended"
    """What a negative entry tells of has ended: the arrears were paid."""
    PLACEMENT_ENDED = "placement_ended"
    HOLD = "hold"
    """The lender's own record says that something is not done, and until when it said so."""

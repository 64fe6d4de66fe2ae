"""What can a person read about a portfolio, its worklist and one case?

Comes in: a `Home`, an institution, and what to look for. Goes out: frozen rows, ready to be shown by a page, a command or the HTTP
interface. A run's Parquet files are read by a short-lived DuckDB connection that may see the home and nothing else; names and contact
values are unsealed only for the rows that are shown. Nothing here writes, and nothing here logs.

Errors: `NoSuchPortfolio`, `NoSuchCase` (also for those of another institution: nobody learns that they exist).
"""

from arrears.engine.use_cases.reading.accounts import Account, Item, OverdueOn, Payment, Statement
from arrears.engine.use_cases.reading.alerts import AlertRow, acknowledged_until, alerts_of_people
from arrears.engine.use_cases.reading.case import (
    MONTHS_LOOKED_BACK,
    CaseView,
    Contact,
    HistoryPoint,
    HoldSpan,
    case_view,
    case_views,
    holds_recorded_since,
    in_force,
    month_ends_before,
    overdue_history,
)
from arrears.engine.use_cases.reading.cases import (
    NOT_SEEN_BEFORE,
    PAGE_ROWS,
    CaseRow,
    Facets,
    NoSuchCase,
    Order,
    WorklistFilter,
    WorklistPage,
    case_of_account,
    case_of_party,
    facets,
    find_case,
    find_cases,
    neighbours,
    no_such_case,
    rows_before,
    shows_contact_point,
    work_told,
    worklist,
)
from arrears.engine.use_cases.reading.figures import ALERTS_SHOWN, Alert, BucketCount, FlowCell, MoneySum, Overview, overview
from arrears.engine.use_cases.reading.persons import (
    ContactPoint,
    Person,
    Unseal,
    contact_points,
    hidden_people,
    people,
    shared_with,
    unseal_even_restricted,
    unseal_from_vault,
)
from arrears.engine.use_cases.reading.runs import NoSuchPortfolio, Portfolio, Run, TreatmentWords, portfolio, portfolios
from arrears.engine.use_cases.reading.screening import InTheWay, in_the_way

__all__ = [
    "ALERTS_SHOWN", "MONTHS_LOOKED_BACK", "NOT_SEEN_BEFORE", "PAGE_ROWS", "Account", "Alert", "AlertRow", "BucketCount",
    "CaseRow", "CaseView", "Contact", "ContactPoint", "Facets", "FlowCell", "HistoryPoint", "HoldSpan", "InTheWay", "Item",
    "MoneySum", "NoSuchCase", "NoSuchPortfolio", "Order", "OverdueOn", "Overview", "Payment", "Person", "Portfolio", "Run",
    "Statement", "TreatmentWords", "Unseal", "WorklistFilter", "WorklistPage", "acknowledged_until", "alerts_of_people", "case_of_account", "case_of_party",
    "case_view", "case_views", "contact_points", "facets", "find_case", "find_cases", "hidden_people", "holds_recorded_since", "in_force", "in_the_way", "month_ends_before", "neighbours", "no_such_case",
    "overdue_history", "overview", "people", "portfolio", "portfolios", "rows_before", "shared_with",
    "shows_contact_point", "unseal_even_restricted", "unseal_from_vault", "work_told", "worklist",
]

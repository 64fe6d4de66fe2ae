"""Which role may open which page?

One table answers it for every URL. `middleware.PagePermission` asks the table before any view runs; a URL that is missing from it
is closed to everybody, and a test fails.
"""

from __future__ import annotations

from collections.abc import Mapping

ADMINISTRATOR, MANAGER, COLLECTOR, AUDITOR, COMPLIANCE = "administrator", "manager", "collector", "auditor", "compliance"
ROLES = (ADMINISTRATOR, MANAGER, COLLECTOR, AUDITOR, COMPLIANCE)
ANYBODY = "anybody"
"""Stands for a visitor who has not signed in."""

_EVERYBODY = frozenset({*ROLES, ANYBODY})
_STAFF = frozenset(ROLES)
_OVERSEERS = frozenset({ADMINISTRATOR, MANAGER, AUDITOR, COMPLIANCE})
_WORKERS = frozenset({ADMINISTRATOR, MANAGER, COLLECTOR, COMPLIANCE})
_COMPLIANCE = frozenset({COMPLIANCE})
_DECIDERS = frozenset({MANAGER, COMPLIANCE})
"""Who may be a second person. An administrator may not: who enters users could enter a second self."""
_TREATING = frozenset({MANAGER, COLLECTOR, COMPLIANCE})
_ADMINISTRATORS = frozenset({ADMINISTRATOR})

PAGE_ROLES: Mapping[str, frozenset[str]] = {
    "start": _STAFF,
    "home": _OVERSEERS,
    "portfolio_page": _OVERSEERS,
    "portfolio_sheet": _OVERSEERS,
    "worklist": _STAFF,
    "worklist_csv": _STAFF,
    "alerts": _STAFF,
    "alert_acknowledge": _WORKERS,
    "search": _STAFF,
    "case": _STAFF,
    "case_journal": _OVERSEERS,
    "case_show": _STAFF,
    "case_hide": _STAFF,
    "case_page": _STAFF,
    "case_paper": _STAFF,
    "evidence_add": _WORKERS,
    "evidence_get": _STAFF,
    "call": _WORKERS,
    "call_open": _WORKERS,
    "call_wrap_up": _WORKERS,
    "point_mark": _WORKERS,
    "first_contact": _WORKERS,
    "dialler": _OVERSEERS,
    "protection": _STAFF,
    "protect": _WORKERS,
    "replies": _WORKERS,
    "reply_do": _WORKERS,
    "sending": _OVERSEERS,
    "sending_do": _DECIDERS,
    "rules": _STAFF,
    "rule_confirm": _COMPLIANCE,
    "rule_revoke": _COMPLIANCE,
    "approvals": _OVERSEERS,
    "approval_decide": _DECIDERS,
    "approval_withdraw": _DECIDERS,
    "policies": _OVERSEERS,
    "policy_rollback": _DECIDERS,
    "decision": _STAFF,
    "decide_case": _TREATING,
    "experiments": _STAFF,
    "experiment_stop": _WORKERS,
    "definitions": _STAFF,
    "settings": _STAFF,
    "privacy_register": _STAFF,
    "language": _EVERYBODY,
    "theme": _EVERYBODY,
    "users": _ADMINISTRATORS,
    "user_add": _ADMINISTRATORS,
    "user_role": _ADMINISTRATORS,
    "user_active": _ADMINISTRATORS,
    "user_called": _ADMINISTRATORS,
    "chart_script": _EVERYBODY,
    "verify": _EVERYBODY,
    "stop": _EVERYBODY,
    "hook": _EVERYBODY,
    "account_login": _EVERYBODY,
    "account_logout": _EVERYBODY,
    "account_inactive": _EVERYBODY,
    "account_reauthenticate": _STAFF,
    "account_change_password": _STAFF,
    "mfa_authenticate": _EVERYBODY,
    "mfa_reauthenticate": _STAFF,
    "mfa_index": _STAFF,
    "mfa_activate_totp": _STAFF,
    "mfa_deactivate_totp": _STAFF,
    "mfa_view_recovery_codes": _STAFF,
    "mfa_generate_recovery_codes": _STAFF,
    "mfa_download_recovery_codes": _STAFF,
}
"""URL name → who may open it. Sign-in steps are open to anybody because they are how somebody becomes anyone."""

PUBLIC = ("/v/", "/stop/", "/hooks/")
"""Where the public pages lie: they act for nobody who is signed in."""

JOURNAL_READERS = PAGE_ROLES["case_journal"]


def may_open(role: str, url_name: str | None) -> bool:
    """May a person of this role (or ANYBODY) open the page of this name? What the table does not name is closed.

    >>> may_open("collector", "worklist"), may_open("collector", "home"), may_open("anybody", "worklist"), may_open("administrator", "new_page")
    (True, False, False, False)
    """
    return role in PAGE_ROLES.get(url_name or "", frozenset())

"""Which address opens which page? Every name here has its row in `permissions.PAGE_ROLES`."""

from __future__ import annotations

from django.urls import path

from arrears.workbench.views import (
    alerts,
    assets,
    case,
    definitions,
    evidence,
    experiments,
    home,
    protection,
    reports,
    rules,
    settings,
    users,
    worklist,
)

urlpatterns = [
    path("", home.start, name="start"),
    path("home/", home.home, name="home"),
    path("home/portfolio.html", reports.portfolio_page, name="portfolio_page"),
    path("home/portfolio.xlsx", reports.portfolio_sheet, name="portfolio_sheet"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("worklist/rows.csv", worklist.worklist_csv, name="worklist_csv"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<str:alert>/acknowledge/", alerts.alert_acknowledge, name="alert_acknowledge"),
    path("search/", worklist.search, name="search"),
    path("cases/<str:case>/", case.case, name="case"),
    path("cases/<str:case>/journal/", case.case_journal, name="case_journal"),
    path("cases/<str:case>/evidence/", evidence.evidence_add, name="evidence_add"),
    path("cases/<str:case>/evidence/<str:evidence>/", evidence.evidence_get, name="evidence_get"),
    path("cases/<str:case>/show/", case.case_show, name="case_show"),
    path("cases/<str:case>/hide/", case.case_hide, name="case_hide"),
    path("cases/<str:case>/report.html", reports.case_page, name="case_page"),
    path("cases/<str:case>/report.pdf", reports.case_paper, name="case_paper"),
    path("cases/<str:case>/protection/", protection.protection, name="protection"),
    path("cases/<str:case>/protection/record/", protection.protect, name="protect"),
    path("rules/", rules.rules, name="rules"),
    path("rules/confirm/", rules.rule_confirm, name="rule_confirm"),
    path("rules/revoke/", rules.rule_revoke, name="rule_revoke"),
    path("experiments/", experiments.experiments, name="experiments"),
    path("experiments/stop/", experiments.experiment_stop, name="experiment_stop"),
    path("definitions/", definitions.definitions, name="definitions"),
    path("settings/", settings.settings, name="settings"),
    path("settings/privacy/", settings.privacy_register, name="privacy_register"),
    path("settings/language/", settings.language, name="language"),
    path("settings/theme/", settings.theme, name="theme"),
    path("users/", users.users, name="users"),
    path("users/add/", users.user_add, name="user_add"),
    path("users/<int:pk>/role/", users.user_role, name="user_role"),
    path("users/<int:pk>/active/", users.user_active, name="user_active"),
    path("users/<int:pk>/called/", users.user_called, name="user_called"),
    path("charts/<str:version>.js", assets.chart_script, name="chart_script"),
]

"""Which doors open at which address? The workbench at the root, sign-in under /account/, the public pages under /v/, /stop/ and /hooks/."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

urlpatterns = [
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("", include("arrears.portal.urls")),
    path("", include("arrears.workbench.urls")),
]
"""Only these of allauth's pages: nobody signs up by themselves, and accounts are made by administrators."""

handler403 = "arrears.workbench.views.errors.forbidden"
handler404 = "arrears.workbench.views.errors.not_found"
handler500 = "arrears.workbench.views.errors.broken"

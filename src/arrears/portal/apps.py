"""How does Django know the portal?"""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The debtor's door; it has pages and no tables of its own."""

    name = "arrears.portal"
    label = "portal"
    verbose_name = "Portal"

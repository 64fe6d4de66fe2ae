"""How does Django know the workbench?"""

from __future__ import annotations

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """The staff's door; it has pages and no tables of its own."""

    name = "arrears.workbench"
    label = "workbench"
    verbose_name = "Workbench"

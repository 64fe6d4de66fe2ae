"""Who works here, and in which role?"""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """What may this person do?"""

    ADMINISTRATOR = "administrator", "Administrator"
    """Users, settings, institutions."""
    MANAGER = "manager", "Manager"
    """Everything about cases, policies and reports."""
    COLLECTOR = "collector", "Collector"
    """The worklist and the cases on it."""
    AUDITOR = "auditor", "Auditor"
    """Reads everything, changes nothing."""
    COMPLIANCE = "compliance", "Compliance"
    """Answers for the law: confirms figures and rules, lifts holds that rest on law, is heard where people are in danger."""


class User(AbstractUser):
    """A member of staff. No row-level security: the name at the sign-in page is looked up before an institution is known."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.AUDITOR)
    institution = models.ForeignKey("store.Institution", null=True, blank=True, on_delete=models.PROTECT, related_name="users")
    language = models.CharField(max_length=10, default="en")

    class Meta(AbstractUser.Meta):
        db_table = "users"

    def get_full_name(self) -> str:
        """How is this person called on a page?"""
        return self.display_name or self.username

    def get_short_name(self) -> str:
        """How is this person called where there is little room?"""
        return self.get_full_name()

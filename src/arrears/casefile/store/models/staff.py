"""Who is called where somebody is in danger?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class ColleagueCalledRow(FactRow):
    """A colleague was named, or is named no longer, as trained to speak with people in distress."""

    username = models.TextField()
    is_called = models.BooleanField()
    named_by = models.TextField()
    valid_on = models.DateField()

    class Meta:
        db_table = "colleagues_called"

"""Which runs were published?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class RunPublishedRow(FactRow):
    """A run became the current one of its book and day; `digests` and `counts` are lists of pairs."""

    run_id = models.BigIntegerField()
    book = models.TextField()
    as_of = models.DateField()
    number = models.IntegerField()
    digests = models.JSONField()
    counts = models.JSONField()

    class Meta:
        db_table = "runs_published"
        indexes = [models.Index(fields=["book", "as_of"], name="runs_published_book")]

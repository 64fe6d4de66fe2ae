"""Which experiments were started and stopped, and who takes part in none?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class ExperimentStartedRow(FactRow):
    """People are drawn into arms from a day on."""

    start_id = models.BigIntegerField(unique=True)
    book = models.TextField()
    experiment = models.TextField()
    design = models.TextField()
    owner = models.TextField()
    approval = models.TextField()
    approved_by = models.TextField()
    people_planned = models.BigIntegerField()
    valid_on = models.DateField()

    class Meta:
        db_table = "experiments_started"


class ExperimentStoppedRow(FactRow):
    """An experiment ended."""

    start_id = models.BigIntegerField(db_index=True)
    reason = models.TextField()
    note = models.TextField()
    stopped_by = models.TextField()
    valid_on = models.DateField()

    class Meta:
        db_table = "experiments_stopped"


class ExperimentOptOutRow(FactRow):
    """A person takes part in no experiment."""

    party_id = models.BigIntegerField(db_index=True)
    noted_by = models.TextField()
    valid_on = models.DateField()

    class Meta:
        db_table = "experiment_opt_outs"

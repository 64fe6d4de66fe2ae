"""How does Django know this room?"""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The records: cases, facts, journal, identities, users."""

    name = "arrears.casefile.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Records"

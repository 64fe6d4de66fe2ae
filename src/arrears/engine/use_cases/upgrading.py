"""What must change before this program can work in a home, and does everything fit afterwards?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from arrears.casefile.store.models import Institution
from arrears.core.progress import Progress
from arrears.engine.home import Home
from arrears.engine.use_cases.record_checking import RecordChecked
from arrears.engine.use_cases.restoring import prove_record


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """What an upgrade would do: migrations in order, and PostgreSQL's major versions where the embedded database moves (else the same twice)."""

    migrations: tuple[str, ...]
    postgres_found: int
    postgres_wanted: int

    @property
    def moves_database(self) -> bool:
        """Must the embedded database be dumped and put into a newer PostgreSQL?"""
        return self.postgres_found != self.postgres_wanted

    @property
    def is_empty(self) -> bool:
        """Is the home up to date?"""
        return not self.migrations and not self.moves_database


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did: the plan, the backup taken before it, where the old version's data is kept, and what was checked after it."""

    plan: UpgradePlan
    done: bool
    backup: Path | None = None
    kept: Path | None = None
    entries: int = 0


def prove_all(home: Home, environ: Mapping[str, str], at: datetime, progress: Progress) -> list[RecordChecked]:
    """Is the record of every institution as it was written? Raises `BadData` naming what is not."""
    institutions = Institution.objects.order_by("institution_id").values_list("institution_id", flat=True)
    return [prove_record(home, institution_id, environ, at, progress) for institution_id in institutions]

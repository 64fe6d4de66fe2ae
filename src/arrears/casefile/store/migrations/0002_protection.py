"""Close every table to other institutions, and keep facts as they were written."""

from django.db import migrations

from arrears.casefile.store import protection

FACTS = ("case_events", "case_decisions", "holds", "holds_lifted", "runs_published", "journal_entries", "cases")
OF_CASES = ("case_events", "case_decisions")
WITH_ENTRY = (*OF_CASES, "holds", "holds_lifted", "runs_published")
OWN = (*FACTS, "journal_salts", "party_keys", "id_map")

SQL = "".join([
    protection.REFUSE_CHANGE,
    protection.REFUSE_OTHER_SALTS,
    *map(protection.closed_to_other_institutions, OWN),
    *map(protection.never_changed, FACTS),
    protection.FACTS_HAVE_ENTRIES,
    *(protection.stands_on(table, "facts_have_entries") for table in WITH_ENTRY),
    *(protection.stands_on(table, "facts_have_cases") for table in OF_CASES),
    protection.salts_only_blanked(),
    protection.ERASE,
])


class Migration(migrations.Migration):
    """Row-level security, triggers, and the one function that erases."""

    dependencies = [("store", "0001_tables")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]

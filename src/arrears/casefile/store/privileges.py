"""What may the application's own database role do?

Called last after all migrations, since tables of sessions and sign-in come with migrations of their own. Idempotent: everything is
taken away first, then given anew. Our own tables are append-only unless named in `EDITABLE`; so a new one is closed by default.
"""

from __future__ import annotations

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from arrears.casefile.store import permit_functions

APP_ROLE = "arrears_app"
EDITABLE = frozenset({"institutions", "institution_keys", "users", "users_groups", "users_user_permissions", "outbox", "provider_pace", "public_pace", "replies_unplaced"})
"""Tables of ours that are no facts: settings, staff, and what the workers share."""
READ_ONLY = frozenset({"django_migrations", "unsealed_entries", "sealed_entries", *permit_functions.TABLES})
"""Written by database functions of the owner alone."""


def append_only_tables() -> list[str]:
    """Which of our tables may only grow (as far as the application is concerned)?"""
    models = apps.get_app_config("store").get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models} - EDITABLE)


def grant_all(connection: BaseDatabaseWrapper) -> None:
    """Give `arrears_app` what it needs and no more; `connection` is the owner's, after all migrations."""
    app = sql.Identifier(APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        database = sql.Identifier(cursor.fetchone()[0])
        for statement in (
            "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
            "GRANT USAGE ON SCHEMA public TO {app}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {app}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
            "GRANT EXECUTE ON FUNCTION erase_party_identity(bigint) TO {app}",
            "GRANT EXECUTE ON FUNCTION seal_entries(integer) TO {app}",
            "GRANT EXECUTE ON FUNCTION rewrap_party_keys(bigint[], bytea[], bytea[]) TO {app}",
            "GRANT EXECUTE ON FUNCTION rehash_numbers(text[], uuid[], uuid[], smallint) TO {app}",
            "GRANT EXECUTE ON FUNCTION clear_search_index() TO {app}",
            *(f"GRANT EXECUTE ON FUNCTION {function} TO {{app}}" for function in permit_functions.FUNCTIONS),
        ):
            cursor.execute(sql.SQL(statement).format(database=database, app=app).as_string(None))
        append_only = set(append_only_tables())
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            rights = "SELECT" if table in READ_ONLY else "SELECT, INSERT" if table in append_only else "SELECT, INSERT, UPDATE, DELETE"
            grant = sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier("public", table), app)
            cursor.execute(grant.as_string(None))

"""Later keys of institutions, the index of contact values, who saw personal values, exports, permitted transfers."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection

FACTS = ("personal_shown", "persons_exported", "transfers_permitted", "transfers_withdrawn")
SQL = "".join([
    *(protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table in FACTS),
    protection.closed_to_other_institutions("institution_keys"),
    protection.closed_to_other_institutions("search_index"),
    protection.REWRAP,
    protection.REHASH,
    protection.SEARCH_INDEX,
])


def _fact(name: str, table: str, fields: list) -> migrations.CreateModel:
    """A table of facts with the columns that all of them have."""
    return migrations.CreateModel(
        name=name,
        fields=[
            ("fact_id", models.BigIntegerField(primary_key=True, serialize=False)),
            ("institution_id", models.BigIntegerField()),
            ("position", models.IntegerField()),
            ("recorded_at", models.DateTimeField()),
            *fields,
            ("entry", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.journalentry")),
        ],
        options={"db_table": table},
    )


def _texts() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)


class Migration(migrations.Migration):
    """The tables and what protects them; an id map that says under which key each number was hashed (a default, so nothing is rewritten)."""

    dependencies = [("store", "0005_evidence")]
    operations = [
        migrations.AddField("institution", "jurisdiction", models.TextField(default="", db_default="")),
        migrations.AddField("idmap", "hmac_key", models.SmallIntegerField(default=1, db_default=1)),
        migrations.CreateModel(
            name="InstitutionKey",
            fields=[
                ("pk", models.CompositePrimaryKey("institution_id", "purpose", "key_no", blank=True, editable=False, primary_key=True, serialize=False)),
                ("institution_id", models.BigIntegerField()),
                ("purpose", models.TextField()),
                ("key_no", models.SmallIntegerField()),
                ("wrapped_key", models.BinaryField()),
                ("oldest_in_use", models.SmallIntegerField()),
                ("made_at", models.DateTimeField()),
            ],
            options={"db_table": "institution_keys"},
        ),
        migrations.CreateModel(
            name="SearchIndex",
            fields=[
                ("pk", models.CompositePrimaryKey("institution_id", "kind", "value_hmac", "party_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("institution_id", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("value_hmac", models.UUIDField()),
                ("party_id", models.BigIntegerField()),
            ],
            options={"db_table": "search_index", "indexes": [models.Index(fields=["party_id"], name="search_index_party")]},
        ),
        _fact("PersonalShownRow", "personal_shown", [
            ("party_id", models.BigIntegerField(db_index=True)),
            ("case_id", models.BigIntegerField(null=True)),
            ("shown_to", models.TextField()),
            ("role", models.TextField()),
            ("categories", _texts()),
            ("reason", models.TextField()),
            ("form", models.TextField()),
            ("shown_on", models.DateField()),
        ]),
        _fact("PersonExportedRow", "persons_exported", [
            ("party_id", models.BigIntegerField(db_index=True)),
            ("exported_by", models.TextField()),
            ("recipient", models.TextField()),
            ("jurisdiction", models.TextField()),
            ("files", models.IntegerField()),
            ("digest", models.TextField()),
            ("exported_on", models.DateField()),
        ]),
        _fact("TransferPermittedRow", "transfers_permitted", [
            ("transfer_id", models.BigIntegerField(unique=True)),
            ("recipient", models.TextField()),
            ("from_jurisdiction", models.TextField()),
            ("to_jurisdiction", models.TextField()),
            ("basis", models.TextField()),
            ("categories", _texts()),
            ("from_on", models.DateField()),
            ("to_on", models.DateField()),
            ("approved_by", models.TextField()),
            ("approved_as", models.TextField()),
        ]),
        _fact("TransferWithdrawnRow", "transfers_withdrawn", [
            ("transfer_id", models.BigIntegerField(db_index=True)),
            ("valid_on", models.DateField()),
            ("withdrawn_by", models.TextField()),
        ]),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]

"""The sealed log: what waits, what has a number, tiles of the tree, keys, signed heads, time-stamps, alarms."""

import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection

QUEUE = "unsealed_entries"
KEPT = ("sealed_entries", "log_tiles", "signing_keys", "tree_heads", "time_stamps", "record_alarms")
SQL = "".join([
    *map(protection.closed_to_other_institutions, (QUEUE, *KEPT)),
    *map(protection.never_changed, KEPT),
    protection.QUEUE_OLDER_ENTRIES,
    protection.QUEUE_ENTRIES,
    protection.SEAL_ENTRIES,
])


class Migration(migrations.Migration):
    """The tables and what protects them; entries of before wait to be sealed."""

    dependencies = [("store", "0003_alerts_acknowledged")]
    operations = [
        migrations.CreateModel(
            name="UnsealedEntry",
            fields=[
                ("ticket", models.BigAutoField(primary_key=True, serialize=False)),
                ("institution_id", models.BigIntegerField()),
                ("entry_id", models.BigIntegerField()),
                ("since", models.DateTimeField()),
            ],
            options={"db_table": QUEUE, "indexes": [models.Index(fields=["institution_id", "ticket"], name="unsealed_in_order")]},
        ),
        migrations.CreateModel(
            name="SealedEntry",
            fields=[
                ("pk", models.CompositePrimaryKey("institution_id", "number", blank=True, editable=False, primary_key=True, serialize=False)),
                ("institution_id", models.BigIntegerField()),
                ("number", models.BigIntegerField()),
                ("entry_id", models.BigIntegerField(unique=True)),
                ("entry_hash", models.BinaryField()),
            ],
            options={"db_table": "sealed_entries"},
        ),
        migrations.CreateModel(
            name="LogTile",
            fields=[
                ("pk", models.CompositePrimaryKey("institution_id", "level", "tile", blank=True, editable=False, primary_key=True, serialize=False)),
                ("institution_id", models.BigIntegerField()),
                ("level", models.SmallIntegerField()),
                ("tile", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
            options={"db_table": "log_tiles"},
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("pk", models.CompositePrimaryKey("institution_id", "key_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("institution_id", models.BigIntegerField()),
                ("key_id", models.TextField()),
                ("public_key", models.BinaryField()),
                ("since", models.DateTimeField()),
            ],
            options={"db_table": "signing_keys"},
        ),
        migrations.CreateModel(
            name="TreeHead",
            fields=[
                ("head_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("institution_id", models.BigIntegerField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("signed_at", models.DateTimeField()),
                ("key_id", models.TextField()),
                ("signature", models.BinaryField()),
            ],
            options={"db_table": "tree_heads", "indexes": [models.Index(fields=["institution_id", "size"], name="tree_heads_size")]},
        ),
        migrations.CreateModel(
            name="TimeStamp",
            fields=[
                ("stamp_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("institution_id", models.BigIntegerField()),
                ("token", models.BinaryField()),
                ("stamped_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("head", models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.treehead")),
            ],
            options={"db_table": "time_stamps"},
        ),
        migrations.CreateModel(
            name="RecordAlarm",
            fields=[
                ("alarm_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("institution_id", models.BigIntegerField()),
                ("found_at", models.DateTimeField()),
                ("kind", models.TextField()),
                ("what", models.TextField()),
                ("entry_id", models.BigIntegerField(null=True)),
            ],
            options={"db_table": "record_alarms"},
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]

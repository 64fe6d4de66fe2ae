"""The tables of the records, as `models` states them."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='HoldRow',
            fields=[
                ('fact_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('institution_id', models.BigIntegerField()),
                ('position', models.IntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('hold_id', models.BigIntegerField(unique=True)),
                ('party_id', models.BigIntegerField(db_index=True)),
                ('kind', models.TextField()),
                ('sealed_reason', models.BinaryField()),
                ('from_on', models.DateField()),
                ('to_on', models.DateField(null=True)),
                ('blocks', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('may_lift', models.TextField()),
            ],
            options={
                'db_table': 'holds',
            },
        ),
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('institution_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('name', models.TextField(unique=True)),
                ('sealed_key', models.BinaryField()),
            ],
            options={
                'db_table': 'institutions',
            },
        ),
        migrations.CreateModel(
            name='JournalEntry',
            fields=[
                ('entry_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('institution_id', models.BigIntegerField()),
                ('chain', models.BigIntegerField()),
                ('position', models.IntegerField()),
                ('name', models.TextField()),
                ('actor', models.TextField()),
                ('cause', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('fact_id', models.BigIntegerField()),
                ('fields', models.TextField()),
                ('commitments', models.BinaryField()),
                ('predecessor', models.BinaryField()),
                ('version', models.SmallIntegerField()),
                ('entry_hash', models.BinaryField()),
            ],
            options={
                'db_table': 'journal_entries',
            },
        ),
        migrations.CreateModel(
            name='PartyKey',
            fields=[
                ('party_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('institution_id', models.BigIntegerField()),
                ('wrapped_key', models.BinaryField()),
            ],
            options={
                'db_table': 'party_keys',
            },
        ),
        migrations.CreateModel(
            name='RunPublishedRow',
            fields=[
                ('fact_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('institution_id', models.BigIntegerField()),
                ('position', models.IntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('run_id', models.BigIntegerField()),
                ('book', models.TextField()),
                ('as_of', models.DateField()),
                ('number', models.IntegerField()),
                ('digests', models.JSONField()),
                ('counts', models.JSONField()),
            ],
            options={
                'db_table': 'runs_published',
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('case_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('institution_id', models.BigIntegerField()),
                ('book', models.TextField()),
                ('party_id', models.BigIntegerField()),
            ],
            options={
                'db_table': 'cases',
                'indexes': [models.Index(fields=['party_id'], name='cases_party')],
            },
        ),
        migrations.CreateModel(
            name='CaseDecisionRow',
            fields=[
                ('fact_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('institution_id', models.BigIntegerField()),
                ('position', models.IntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('party_id', models.BigIntegerField()),
                ('book', models.TextField()),
                ('valid_on', models.DateField()),
                ('run_id', models.BigIntegerField()),
                ('treatment', models.TextField()),
                ('channel', models.TextField(null=True)),
                ('rule', models.TextField()),
                ('reason_en', models.TextField()),
                ('reason_zh', models.TextField()),
                ('policy_version', models.TextField()),
                ('days_past_due', models.IntegerField(null=True)),
                ('amount_overdue_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(max_length=3, null=True)),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.case')),
            ],
            options={
                'db_table': 'case_decisions',
            },
        ),
        migrations.CreateModel(
            name='CaseEventRow',
            fields=[
                ('fact_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('institution_id', models.BigIntegerField()),
                ('position', models.IntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('kind', models.TextField()),
                ('party_id', models.BigIntegerField()),
                ('book', models.TextField()),
                ('valid_on', models.DateField()),
                ('run_id', models.BigIntegerField()),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.case')),
            ],
            options={
                'db_table': 'case_events',
            },
        ),
        migrations.CreateModel(
            name='HoldLiftedRow',
            fields=[
                ('fact_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('institution_id', models.BigIntegerField()),
                ('position', models.IntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('party_id', models.BigIntegerField(db_index=True)),
                ('valid_on', models.DateField()),
                ('sealed_reason', models.BinaryField()),
                ('lifted_by', models.TextField()),
                ('hold', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.holdrow', to_field='hold_id')),
            ],
            options={
                'db_table': 'holds_lifted',
            },
        ),
        migrations.CreateModel(
            name='IdMap',
            fields=[
                ('pk', models.CompositePrimaryKey('institution_id', 'kind', 'number_hmac', blank=True, editable=False, primary_key=True, serialize=False)),
                ('institution_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('party', 'party'), ('account', 'account')], max_length=10)),
                ('number_hmac', models.UUIDField()),
                ('id', models.BigIntegerField()),
                ('party_id', models.BigIntegerField()),
                ('sealed_number', models.BinaryField()),
            ],
            options={
                'db_table': 'id_map',
                'indexes': [models.Index(fields=['id'], name='id_map_id'), models.Index(fields=['party_id'], name='id_map_party')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(blank=True, max_length=150)),
                ('role', models.CharField(choices=[('administrator', 'Administrator'), ('manager', 'Manager'), ('collector', 'Collector'), ('auditor', 'Auditor')], default='auditor', max_length=20)),
                ('language', models.CharField(default='en', max_length=10)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='store.institution')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'db_table': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='JournalSalt',
            fields=[
                ('entry', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='store.journalentry')),
                ('institution_id', models.BigIntegerField()),
                ('party_id', models.BigIntegerField(null=True)),
                ('salts', models.BinaryField()),
                ('personal_positions', models.BinaryField(default=b'')),
            ],
            options={
                'db_table': 'journal_salts',
            },
        ),
        migrations.AddConstraint(
            model_name='journalentry',
            constraint=models.UniqueConstraint(fields=('chain', 'position', 'institution_id'), name='journal_one_entry_a_place'),
        ),
        migrations.AddField(
            model_name='holdrow',
            name='entry',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.journalentry'),
        ),
        migrations.AddField(
            model_name='holdliftedrow',
            name='entry',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.journalentry'),
        ),
        migrations.AddField(
            model_name='caseeventrow',
            name='entry',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.journalentry'),
        ),
        migrations.AddField(
            model_name='casedecisionrow',
            name='entry',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.journalentry'),
        ),
        migrations.AddField(
            model_name='runpublishedrow',
            name='entry',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.journalentry'),
        ),
        migrations.AddIndex(
            model_name='journalsalt',
            index=models.Index(condition=models.Q(('personal_positions', b''), _negated=True), fields=['party_id'], name='journal_salts_personal'),
        ),
        migrations.AddIndex(
            model_name='runpublishedrow',
            index=models.Index(fields=['book', 'as_of'], name='runs_published_book'),
        ),
    ]

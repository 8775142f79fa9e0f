from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0029_exercises'),
    ]

    operations = [
        migrations.CreateModel(
            name='InstrumentFile',
            fields=[
                ('name', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=16)),
                ('data', models.BinaryField()),
                ('taken_from', models.CharField(max_length=255)),
                ('imported_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='StandProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=64)),
                ('participant', models.CharField(max_length=64)),
                ('node', models.CharField(max_length=32)),
                ('desk', models.CharField(max_length=32)),
                ('instrument', models.CharField(max_length=32)),
                ('stand', models.BinaryField()),
                ('state', models.CharField(default='open', max_length=16)),
                ('proposed_by', models.BigIntegerField()),
                ('proposed_at', models.DateTimeField()),
                ('decided_by', models.BigIntegerField(default=0)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['register', 'participant', 'desk', 'state'], name='stand_proposed_of_desk')],
            },
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0037_help'),
    ]

    operations = [
        migrations.CreateModel(
            name='Measurement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(max_length=16)),
                ('register', models.CharField(max_length=64)),
                ('participant', models.CharField(max_length=64)),
                ('node', models.CharField(max_length=32)),
                ('desk', models.CharField(max_length=32)),
                ('other_participant', models.CharField(max_length=64)),
                ('other_node', models.CharField(max_length=32)),
                ('other_desk', models.CharField(max_length=32)),
                ('asn', models.BigIntegerField()),
                ('measure', models.CharField(max_length=32)),
                ('evidence', models.JSONField()),
                ('exercise', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('case', models.CharField(default='', max_length=36)),
                ('notice', models.CharField(default='', max_length=36)),
                ('notice_hash', models.CharField(default='', max_length=64)),
                ('answer_until', models.DateTimeField(null=True)),
                ('waits', models.BigIntegerField(default=0)),
                ('state', models.CharField(max_length=32)),
                ('agreed_to', models.CharField(default='', max_length=16)),
            ],
            options={
                'indexes': [models.Index(fields=['participant', 'node', 'desk', 'made_at'], name='measurement_by_desk'), models.Index(condition=models.Q(('agreed_to', ''), _negated=True), fields=['register', 'agreed_to'], name='measurement_agreed')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('notice_hash', ''), _negated=True), fields=('register', 'participant', 'node', 'desk', 'notice_hash'), name='measurement_once')],
            },
        ),
        migrations.CreateModel(
            name='MeasurementStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=32)),
                ('by', models.CharField(max_length=16)),
                ('at', models.DateTimeField()),
                ('hash', models.CharField(max_length=64)),
                ('about', models.CharField(default='', max_length=64)),
                ('message_id', models.CharField(max_length=36)),
                ('code', models.CharField(default='', max_length=32)),
                ('counts', models.JSONField(default=dict)),
                ('shown_to', models.CharField(default='', max_length=16)),
                ('measurement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='node.measurement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('measurement', 'hash'), name='measurement_step_once')],
            },
        ),
    ]

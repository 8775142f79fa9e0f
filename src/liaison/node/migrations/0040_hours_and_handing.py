from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0039_oncall'),
    ]

    operations = [
        *(
            migrations.AddField(model_name='contactmethod', name=name, field=models.CharField(default='', max_length=most))
            for name, most in (('weekdays', 7), ('begins', 5), ('ends', 5), ('any_time_from', 16))
        ),
        migrations.AddField(
            model_name='notification',
            name='out_of_hours',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='escalation',
            name='held_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='escalation',
            name='handed_to',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='escalationevent',
            name='minutes',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='escalationevent',
            name='by',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='officer',
            name='duty_notices',
            field=models.BooleanField(default=True),
        ),
        migrations.CreateModel(
            name='DutyNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=64)),
                ('participant', models.CharField(max_length=64)),
                ('node', models.CharField(max_length=32)),
                ('desk', models.CharField(max_length=32)),
                ('officer', models.BigIntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name='dutynotice',
            constraint=models.UniqueConstraint(fields=('register', 'participant', 'node', 'desk', 'officer', 'kind', 'at'), name='duty_notice_once'),
        ),
    ]

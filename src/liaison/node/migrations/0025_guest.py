from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0024_checks'),
    ]

    operations = [
        migrations.AddField(
            model_name='bookcontact',
            name='fingerprint',
            field=models.CharField(default='', max_length=40),
        ),
        migrations.AddField(
            model_name='bookcontact',
            name='key',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='mailcontact',
            name='checked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mailcontact',
            name='checked_by',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='mailcontact',
            name='claimed',
            field=models.CharField(default='', max_length=40),
        ),
        migrations.AddField(
            model_name='mailcontact',
            name='expires_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mailcontact',
            name='offered',
            field=models.BinaryField(default=b''),
        ),
        migrations.AddField(
            model_name='mailcontact',
            name='offered_as',
            field=models.CharField(default='', max_length=40),
        ),
        migrations.CreateModel(
            name='GuestPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=64)),
                ('participant', models.CharField(max_length=64)),
                ('node', models.CharField(max_length=32)),
                ('desk', models.CharField(max_length=32)),
                ('case', models.CharField(max_length=36)),
                ('mailbox', models.CharField(max_length=254)),
                ('asked', models.CharField(max_length=16)),
                ('told', models.CharField(max_length=16)),
                ('code', models.CharField(max_length=64)),
                ('held_as', models.CharField(default='', max_length=64)),
                ('opened_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('wrong', models.IntegerField(default=0)),
                ('wrong_at', models.DateTimeField(null=True)),
                ('entered', models.IntegerField(default=0)),
                ('entered_at', models.DateTimeField(null=True)),
                ('session', models.CharField(default='', max_length=64)),
                ('session_until', models.DateTimeField(null=True)),
                ('said', models.IntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('session', ''), _negated=True), fields=['session'], name='guest_page_session')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('register', 'participant', 'node', 'desk', 'case'), name='guest_page_open_once')],
            },
        ),
    ]

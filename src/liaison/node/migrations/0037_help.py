from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0036_report_drafts'),
    ]

    operations = [
        migrations.CreateModel(
            name='CitedNorm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=64)),
                ('participant', models.CharField(max_length=64)),
                ('node', models.CharField(max_length=32)),
                ('desk', models.CharField(max_length=32)),
                ('case', models.CharField(max_length=36)),
                ('instrument', models.CharField(max_length=32)),
                ('clause', models.CharField(max_length=32)),
                ('said', models.BooleanField(default=False)),
                ('noted_by', models.BigIntegerField(default=0)),
                ('noted_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('register', 'participant', 'node', 'desk', 'case', 'instrument', 'clause'), name='cited_norm_once_a_case')],
            },
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0034_request_feeds'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=64)),
                ('participant', models.CharField(max_length=64)),
                ('instrument', models.CharField(max_length=32)),
                ('period', models.IntegerField()),
                ('version', models.IntegerField()),
                ('report', models.BinaryField()),
                ('withdrawn', models.BooleanField(default=False)),
                ('entry', models.BigIntegerField(null=True)),
                ('by', models.BigIntegerField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('register', 'participant', 'instrument', 'period', 'version'), name='own_report_once')],
            },
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0041_parts_kept'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlannedWork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(default='', max_length=64)),
                ('participant', models.CharField(default='', max_length=64)),
                ('node', models.CharField(default='', max_length=32)),
                ('desk', models.CharField(default='', max_length=32)),
                ('begins', models.DateTimeField()),
                ('ends', models.DateTimeField()),
                ('made_by', models.BigIntegerField()),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name='plannedwork',
            index=models.Index(fields=['ends'], name='planned_work_ends'),
        ),
        *(
            migrations.AddField(model_name='nodecheck', name=name, field=models.DateTimeField(null=True))
            for name in ('planned_from', 'planned_until')
        ),
    ]

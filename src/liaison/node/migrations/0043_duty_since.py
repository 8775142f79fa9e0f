from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0042_planned_work'),
    ]

    operations = [
        migrations.AddField(
            model_name='nodecheck',
            name='duty_since',
            field=models.DateTimeField(null=True),
        ),
    ]

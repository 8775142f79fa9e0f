from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0043_duty_since'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='error_since',
            field=models.DateTimeField(null=True),
        ),
    ]

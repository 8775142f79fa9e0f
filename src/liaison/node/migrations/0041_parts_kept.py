from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0040_hours_and_handing'),
    ]

    operations = [
        migrations.AddField(
            model_name='followedregister',
            name='parts_kept',
            field=models.BigIntegerField(default=0),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0033_offers'),
    ]

    operations = [
        migrations.AddField(
            model_name='dutyfeed',
            name='about',
            field=models.CharField(default='shifts', max_length=16),
        ),
    ]

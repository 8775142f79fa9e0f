from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0032_evidence'),
    ]

    operations = [
        migrations.AddField(
            model_name='dutyfeed',
            name='about',
            field=models.CharField(default='shifts', max_length=16),
        ),
    ]

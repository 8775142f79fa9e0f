from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0020_tried'),
    ]

    operations = [
        migrations.AddField(
            model_name='bookcontact',
            name='expires',
            field=models.CharField(default='', max_length=20),
        ),
    ]

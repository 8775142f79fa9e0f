from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0019_between'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(
                condition=models.Q(('attempts__gt', 0), ('kind', 'message')), fields=['since'], name='delivery_tried'
            ),
        ),
    ]

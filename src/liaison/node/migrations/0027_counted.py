from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0026_provider'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('kind', ''), _negated=True), fields=['kind'], name='delivery_counted'),
        ),
        migrations.AddIndex(
            model_name='incomingcopy',
            index=models.Index(
                condition=models.Q(('verdict', ''), _negated=True), fields=['verdict'], name='incoming_counted'
            ),
        ),
        migrations.AddIndex(
            model_name='outgoingcopy',
            index=models.Index(
                condition=models.Q(('state', ''), _negated=True), fields=['state'], name='outgoing_copy_counted'
            ),
        ),
    ]

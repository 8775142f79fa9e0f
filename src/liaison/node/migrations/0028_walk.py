from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0027_counted'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProviderAccount',
            fields=[
                ('officer', models.OneToOneField(on_delete=models.deletion.CASCADE, primary_key=True, related_name='provider_account', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('issuer', models.CharField(max_length=255)),
                ('subject', models.CharField(max_length=255)),
                ('since', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('issuer', 'subject'), name='provider_account_once')],
            },
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0038_measured'),
    ]

    operations = [
        migrations.AddField(
            model_name='notification',
            name='leader',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='followers', to='node.notification'),
        ),
        migrations.AddField(
            model_name='notification',
            name='list_code',
            field=models.CharField(default='', max_length=4),
        ),
        migrations.AddField(
            model_name='notification',
            name='told_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='notification',
            name='told_urgency',
            field=models.CharField(default='', max_length=16),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('told_at__isnull', False)), fields=['method', 'told_at'], name='notification_rang'),
        ),
        migrations.CreateModel(
            name='NoticeGateway',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=16)),
                ('provider', models.CharField(max_length=48)),
                ('failures', models.IntegerField(default=0)),
                ('failing_since', models.DateTimeField(null=True)),
                ('last_error', models.CharField(default='', max_length=64)),
                ('tried_at', models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name='noticegateway',
            constraint=models.UniqueConstraint(fields=('channel', 'provider'), name='notice_gateway_once'),
        ),
    ]

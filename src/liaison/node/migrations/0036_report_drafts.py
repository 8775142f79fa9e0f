from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("node", "0035_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("register", models.CharField(max_length=64)),
                ("participant", models.CharField(max_length=64)),
                ("node", models.CharField(max_length=32)),
                ("desk", models.CharField(max_length=32)),
                ("instrument", models.CharField(max_length=32)),
                ("period", models.IntegerField()),
                ("profile", models.CharField(default="", max_length=32)),
                ("begun_by", models.BigIntegerField()),
                ("begun_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("register", "participant", "instrument", "period"), name="report_draft_once_a_year"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("clause", models.CharField(max_length=32)),
                ("typed", models.JSONField(default=dict)),
                ("mark", models.CharField(max_length=16)),
                ("version", models.IntegerField(default=1)),
                ("page", models.CharField(default="", max_length=32)),
                ("changed_by", models.BigIntegerField()),
                ("changed_at", models.DateTimeField()),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="node.reportdraft"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("draft", "clause"), name="report_answer_once")],
            },
        ),
        migrations.CreateModel(
            name="ReportEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("clause", models.CharField(max_length=32)),
                ("typed", models.JSONField(default=dict)),
                ("mark", models.CharField(max_length=16)),
                ("beside", models.BooleanField()),
                ("page", models.CharField(default="", max_length=32)),
                ("written_by", models.BigIntegerField()),
                ("written_at", models.DateTimeField()),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="edits", to="node.reportdraft"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["draft", "clause", "beside"], name="report_edit_of_answer")],
            },
        ),
        migrations.CreateModel(
            name="ReportProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan", models.BinaryField()),
                ("follows", models.IntegerField(default=0)),
                ("state", models.CharField(default="open", max_length=16)),
                ("proposed_by", models.BigIntegerField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.BigIntegerField(default=0)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proposals", to="node.reportdraft"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("draft",), name="report_proposal_open_once"
                    )
                ],
            },
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


def _unindexed(model: str, field: str, column: str, index: str, **key: object) -> migrations.SeparateDatabaseAndState:
    """Drop the index of a foreign key that begins a unique constraint; the table itself is not written again."""
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(
                f'DROP INDEX IF EXISTS "{index}"', f'CREATE INDEX "{index}" ON "node_{model}" ("{column}")'
            )
        ],
        state_operations=[
            migrations.AlterField(
                model,
                field,
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.PROTECT, **key
                ),
            )
        ],
    )


class Migration(migrations.Migration):

    dependencies = [
        ('node', '0007_spoiled'),
    ]

    operations = [
        _unindexed('outgoingcopy', 'message', 'message_id', 'node_outgoingcopy_message_id_8c4ea839',
                   related_name='copies', to='node.outgoingmessage'),
        _unindexed('takenreceipt', 'copy', 'copy_id', 'node_takenreceipt_copy_id_f5662f4e',
                   related_name='receipts', to='node.outgoingcopy'),
        _unindexed('givenreceipt', 'incoming', 'incoming_id', 'node_givenreceipt_incoming_id_bed3e6e7',
                   null=True, related_name='receipts', to='node.incomingcopy'),
        migrations.AddIndex('givenreceipt', models.Index(fields=['sealed_hash'], name='given_receipt_by_bytes')),
    ]

"""What can be done on the line? Sending, receiving, receipts, attachments, files, transcripts."""

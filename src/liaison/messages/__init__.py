"""What was said, by whom, to whom, in which form? Messages, receipts, cases and transcripts as values."""

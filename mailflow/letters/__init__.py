"""What we say and how it looks: receipts, reports, reminders, digests, alarms; and their bytes."""

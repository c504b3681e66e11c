"""schedules/*.toml to Campaign: loading, the rule vocabulary, periods, deadlines, the calendar."""

"""What a run leaves behind: the record, its indicators, units, event log and lifetimes."""

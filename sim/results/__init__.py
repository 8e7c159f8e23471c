"""Results of a run: the record, its indicators, units, event log and lifetimes."""

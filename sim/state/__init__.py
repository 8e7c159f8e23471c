"""The state of a run: members, ties, people outside, the ledger and clocks."""

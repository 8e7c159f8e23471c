"""Outside: the state of people who are no members."""

"""Giving: what goes around in a community besides ties: fresh items, talk, reactions and the work of staff."""

"""Checkpoints: a run saved between two days, and whatever a file has to be before it is continued."""

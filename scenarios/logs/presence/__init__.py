"""Presence: who of the people in a log is there on a date, awake or dormant."""

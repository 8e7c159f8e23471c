"""Scenarios: TOML text becomes a plan for the engine, with the origin of every value."""

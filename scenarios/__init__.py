"""Scenarios: text becomes a plan that the engine can run, and says where each value came from."""

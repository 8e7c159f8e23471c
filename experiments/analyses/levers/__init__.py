"""Levers: each parameter of a scenario at both ends of its range, paired with the scenario as it is."""

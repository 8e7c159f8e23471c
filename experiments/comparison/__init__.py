"""Comparisons of scenarios on common random numbers: paired differences and how they are summed up."""

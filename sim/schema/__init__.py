"""Input of a run: parameters, plans and initial graphs, all validated."""

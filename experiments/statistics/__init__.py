"""Statistics that know no scenario: intervals, shares, Pareto fronts, dominance."""

"""Lessons: predictions and their verdicts, votes of a class, stories to take away, the contest."""

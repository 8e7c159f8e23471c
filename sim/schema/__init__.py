"""What can be asked of a run: parameters, plans and graphs to begin with, each checked."""

"""The map of the model: what the processes declare, and how it is drawn."""

"""Falling silent and waking: where dormant members rest, and how they get there and back."""

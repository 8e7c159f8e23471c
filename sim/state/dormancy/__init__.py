"""Dormancy: members who have fallen silent, how they do so, and how they wake."""

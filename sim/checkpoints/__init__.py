"""Checkpoints: saving and resuming a run, and the validation of checkpoint files."""

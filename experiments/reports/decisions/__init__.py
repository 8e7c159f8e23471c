"""What analyses of a study tell a decision, ready to be shown."""

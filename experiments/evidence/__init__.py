"""Evidence: real event logs, measured as simulated communities are."""

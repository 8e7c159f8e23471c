"""Commands about real communities: measuring their logs."""

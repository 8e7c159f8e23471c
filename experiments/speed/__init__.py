"""Speed: what a day costs on this machine, next to an equivalent plain-Mesa model."""

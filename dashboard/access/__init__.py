"""Who may ask: the host check, the PIN gate and the classroom."""

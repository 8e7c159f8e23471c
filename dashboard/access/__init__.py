"""Who may use the pages: the host check, the PIN gate and the classroom."""

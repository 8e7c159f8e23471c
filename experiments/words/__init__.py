"""Numbers and names as people read them, and the terminal that prints them."""

"""Vue components and HTML helpers that pages are made of."""

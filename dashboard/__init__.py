"""The eyes of kith: pages in a browser, served on this machine alone."""

"""The eyes of kith: pages in a browser. Not built yet; the command line and the reports are."""

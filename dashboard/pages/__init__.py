"""One module per page; each has a component `Page`."""

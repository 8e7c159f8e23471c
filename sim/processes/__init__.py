"""The steps of a day, one file each; they do not import one another."""

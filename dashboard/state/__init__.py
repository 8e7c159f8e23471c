"""The state of each page as its address."""

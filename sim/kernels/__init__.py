"""The ground: compiled functions, addressed random numbers, and memory fetched ahead of the work."""

"""The steps of a day, one file each; none knows another."""

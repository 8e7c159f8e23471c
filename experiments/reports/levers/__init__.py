"""The pages about levers: those of named scenarios with their effects, and those of the whole library."""

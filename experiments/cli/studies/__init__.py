"""Commands on studies: run them, search them, and say what came of it."""

"""Work behind the pages: shared worker processes, live comparisons, running studies."""

"""Reports of a model fitted to a community: the fit, its forecast, and what a board needs of both."""

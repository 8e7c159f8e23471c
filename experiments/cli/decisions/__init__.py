"""Commands on what a decision needs of a study: regret, further runs, where a community tips."""

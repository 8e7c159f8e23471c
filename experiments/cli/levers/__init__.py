"""The command about levers: which parameters of a scenario matter, and which do nothing."""

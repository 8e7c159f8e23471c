"""Why the model can be believed: closed forms, expected answers, patterns of real communities."""

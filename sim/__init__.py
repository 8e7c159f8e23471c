"""The engine: numbers in, numbers out; it knows no files of scenarios, no studies and no screens."""

"""Day: whole days inside one compiled call, for the days on which nothing happens that Python has to see."""

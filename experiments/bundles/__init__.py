"""What a result leaves behind: a folder with everything that is needed to check it and to repeat it."""

"""Messages of the command line in the words of a page: where one names an option, the page has a control."""

import re

REPLACED = (
    (r"; name it with --columns \w+=NAME", "; choose it below"),
    (r"; name the columns by their positions, such as .*", "; choose its columns below"),
    (r"; name its columns with --columns", "; choose its columns below"),
    (r"; name the right column with --columns .*", "; choose the right column below"),
    (r"; keep one, or choose by position with --columns .*", "; keep one, or choose by position below"),
    (r"--columns (\w+)=", r"column for \1: "),
    (r"; add --day-first or --month-first", "; choose below"),
    (
        r"; mend them, or allow more with --max-bad",
        "; mend them, or use the command line, which can skip more",
    ),
    (r"; choose one with --format \w+", "; choose one below, or drop the files of one format"),
    (r", or choose one of [\w, ]+ with --format", ", or choose the format below"),
    (
        r"; name the actions to measure with --action",
        "; joins, visits, invitations, departures, stars and forks are none",
    ),
    (r" \(--duplicates drop leaves them out\)", ""),
    (r" \(--zone\)", ""),
    (r"; --registrations gives them", ""),
)


def in_page_words(text: str) -> str:
    """A message without the names of options."""
    for pattern, words in REPLACED:
        text = re.sub(pattern, words, text)
    return text

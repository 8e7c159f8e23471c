"""The ODD protocol of one scenario: what it is, what acts in it, with which parameters and on what evidence."""

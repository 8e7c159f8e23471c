"""What changes during a run: members, ties, people outside, the books, and the clocks between them."""

"""Customers: who buys again and what they are worth, by closed forms, judged on the second part of a log."""

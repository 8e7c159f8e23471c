"""The PIN of a class: drawn, read as people type it, and compared."""

import hmac
import secrets
import unicodedata

DIGITS = 6


def new_pin() -> str:
    """A PIN drawn anew."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def normalised_pin(text: str) -> str:
    """A PIN without the spaces and dashes with which it is shown or typed."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Pd", "Cf"))


def is_same(given: str, secret: str) -> bool:
    """Whether two texts are the same, compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())


def is_pin(text: str) -> bool:
    """Whether a text can be a PIN at all."""
    return len(text) == DIGITS and text.isascii() and text.isdecimal()

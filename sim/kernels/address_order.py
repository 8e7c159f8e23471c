"""Rows in ascending order of address, without a comparison."""

import numpy as np

from kith.sim.kernels.compilation import kernel

_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_BIT_OF = np.zeros(64, np.int64)
"which bit a word of one bit is: _BIT_OF[word * _DE_BRUIJN >> 58] (Leiserson, Prokop & Randall 1998)"
for _bit in range(64):
    _BIT_OF[(((1 << _bit) * int(_DE_BRUIJN)) % 2**64) >> 58] = _bit


@kernel
def order_by_address(rows, address, row_of, words, out, persons):
    """Sort rows by address through one bit per person: O(people / 64 + rows)."""
    zero, one, top = np.uint64(0), np.uint64(1), np.uint64(58)
    for k in range(len(rows)):
        person = address[rows[k]]
        words[person // 64] |= one << np.uint64(person % 64)
    n = 0
    for w in range(len(words)):
        word = words[w]
        while word != zero:
            rest = word & (word - one)
            persons[n] = w * 64 + _BIT_OF[((word ^ rest) * _DE_BRUIJN) >> top]
            out[n] = row_of[persons[n]]
            n += 1
            word = rest


@kernel
def add_up_rows(table, lo, hi):
    """Sums over columns lo … hi of the two rows of a table."""
    first, second = 0, 0
    for k in range(lo, hi):
        first += table[0, k]
        second += table[1, k]
    return first, second

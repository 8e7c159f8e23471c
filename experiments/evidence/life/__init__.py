"""The life of contributors: parameters of falling silent, waking and bursts, fitted to logs of real communities."""

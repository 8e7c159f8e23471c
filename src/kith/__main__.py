"""`python -m kith` is the command `kith`."""

from kith.experiments.cli.app import main

if __name__ == "__main__":
    main()

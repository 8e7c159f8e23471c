"""Many runs: comparisons, studies and analyses, their charts and reports, and the command line."""

from kith.experiments.writable_home import prepare

prepare()

"""Many runs: comparisons, studies and analyses, their charts and reports, and the command line."""

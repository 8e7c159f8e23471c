"""What pages show: comparisons, studies, live runs, lessons, uploaded logs and controls."""

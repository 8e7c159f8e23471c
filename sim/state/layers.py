"""The windows of time by which members are counted: active, and of which layer."""

PAST = 2000
"days before day 0 that founders may remember"
WINDOW = 30
LAYER_WINDOW = 90

"""What every command does alike, and the commands for those who begin: `doctor` and `new`."""

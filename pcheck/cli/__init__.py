"""The command line: each command turns its arguments into output and an exit status."""

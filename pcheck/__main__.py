"""The command line, started by `python -m pcheck`."""

from pcheck.cli.main import main

main()

"""`python -m pcheck`."""

from pcheck.cli.main import main

main()

"""`python -m vigie`: the same command line, for programs of ours that start it."""

from vigie.cli import main

main()

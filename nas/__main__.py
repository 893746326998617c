"""``python -m nas``: the command line, where no folder of programs is on the path."""

from nas.cli import main

if __name__ == "__main__":
    main()

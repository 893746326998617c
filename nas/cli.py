"""From the first to the last moment of a command: its signals, its output, its exit code.

What the commands do is in `nas.commands`, which is imported once signals are heard.
"""

import logging
import sys

from nas import signals, terminal
from nas.errors import UserError
from nas.exit_codes import DONE, USER_ERROR


def main() -> None:
    """Run the command line; what the user can mend is one line, not a traceback."""
    with terminal.unfailing():
        code = signals.listening(_command)
    sys.exit(code)


def _command() -> int:
    """Run the command that the arguments name; its exit code."""
    messages = terminal.Messages()
    logging.getLogger().addHandler(messages)
    if sys.stderr.isatty():  # someone is looking, and may wonder what takes so long
        logging.getLogger("nas").setLevel(logging.INFO)
    try:
        from nas import commands

        commands.app()
    except UserError as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        return USER_ERROR
    except SystemExit as ended:  # how typer ends
        return int(ended.code or DONE)
    finally:
        logging.getLogger().removeHandler(messages)
    return DONE


if __name__ == "__main__":
    main()

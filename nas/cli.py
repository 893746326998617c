"""From the first to the last moment of a command: its signals, its output, its exit code.

What the commands do is in `nas.commands`, which is imported once signals are heard.
"""

import logging
import os
import sys
import threading
from collections.abc import Collection

from nas import signals, terminal
from nas.errors import UserError
from nas.exit_codes import DONE, USER_ERROR
from nas.one_line import one_line

PATIENCE = 2.0  # seconds that threads have to end by themselves


def main() -> None:
    """Run the command line; what the user can mend is one line, not a traceback."""
    before = set(threading.enumerate())
    with terminal.unfailing():
        code = signals.listening(_command)
        left = _ending(set(threading.enumerate()) - before)
        if left:
            names = one_line(", ".join(sorted(one.name for one in left)))
            print(f"note: ended beside threads of a problem's file: {names}", file=sys.stderr)
    if left:  # Python would wait for them, for ever perhaps
        os._exit(code)
    sys.exit(code)


def _ending(begun: Collection[threading.Thread]) -> list[threading.Thread]:
    """Those that Python would wait for, and that do not end by themselves."""
    waited = [one for one in begun if not one.daemon]
    for one in waited:
        one.join(PATIENCE / len(waited))
    return [one for one in waited if one.is_alive()]


def _command() -> int:
    """Run the command that the arguments name; its exit code."""
    messages = terminal.Messages()
    logging.getLogger().addHandler(messages)
    if sys.stderr.isatty():  # someone is looking, and may wonder what takes so long
        logging.getLogger("nas").setLevel(logging.INFO)
    try:
        from nas import commands, compare_command  # noqa: F401 - each brings its commands

        commands.app(prog_name="nas")  # also as `python -m nas`
    except UserError as error:
        for line in str(error).splitlines():
            print(terminal.fitted(f"error: {line}", sys.stderr), file=sys.stderr)
        return USER_ERROR
    except SystemExit as ended:  # how typer ends
        return int(ended.code or DONE)
    finally:
        logging.getLogger().removeHandler(messages)
    return DONE


if __name__ == "__main__":
    main()

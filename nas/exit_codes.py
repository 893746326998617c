"""What a command's exit code says; scripts and schedulers rely on it."""

DONE = 0
FAILED = 1  # some runs failed, or an export is not equivalent
USER_ERROR = 2  # something for the user to mend
WARNED = 3  # with --strict: done, but with warnings
INTERRUPTED = 130  # as a shell says of what Ctrl-C ended

"""Where errors become sentences and exit codes."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence

import click

from hivemind.cli.options import Invocation
from hivemind.cli.output import emit, one_line, silence_stdout, tell
from hivemind.errors import ExitCode, HivemindError, UnknownWorkerError


def run_command(command: click.Command, arguments: Sequence[str], prog: str) -> int:
    """Run a command to its end.

    Args:
        command: What to run.
        arguments: Its words.
        prog: How the user called it, for usage lines.

    Returns:
        The exit code; every error has been told.
    """
    called = Invocation()
    try:
        code = _call(command, arguments, prog, called)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
        code = called.exit_code
    return int(code)


def _call(command: click.Command, arguments: Sequence[str], prog: str, called: Invocation) -> int:
    try:
        result = command.main(args=list(arguments), prog_name=prog, standalone_mode=False, obj=called)
    except HivemindError as error:
        hint = _with_left_out(error, called)
        return _told(error, type(error).__name__, error.message, hint, error.exit_code, arguments, called)
    except click.ClickException as error:
        return _click_error(error, prog, arguments, called)
    except (click.Abort, KeyboardInterrupt) as error:
        return _told(error, "Interrupted", "interrupted", None, ExitCode.INTERRUPTED, arguments, called)
    except SystemExit as error:  # a plugin's command may end the process its own way
        if isinstance(error.code, str):
            tell(error.code)
            return 1
        return error.code or 0
    except BrokenPipeError:
        raise
    except OSError as error:
        if called.plugin or error.filename is None or error.strerror is None:
            return _bug(error, arguments, called)
        message = f"can't use {os.fsdecode(error.filename)}: {error.strerror.lower()}"
        return _told(error, type(error).__name__, message, None, ExitCode.CONFIGURATION, arguments, called)
    except Exception as error:  # noqa: BLE001  (the last door: told as a bug, with the traceback on request)
        return _bug(error, arguments, called)
    return result if isinstance(result, int) else called.exit_code


def _with_left_out(error: HivemindError, called: Invocation) -> str | None:
    """The hint of an error; of a worker that nobody knows, also what was not loaded and may bring it."""
    if not isinstance(error, UnknownWorkerError):
        return error.hint
    hint = error.hint or ""
    return "; ".join(filter(None, (hint, *(one for one in called.not_loaded if one not in hint)))) or None


def _bug(error: Exception, arguments: Sequence[str], called: Invocation) -> int:
    whose = f"plugin {called.plugin!r}" if called.plugin else "hivemind"
    message = f"this is a bug in {whose}: {type(error).__name__}: {error}".rstrip(": ")
    hint = None if called.debug else "see the traceback with --debug, and report it"
    return _told(error, type(error).__name__, message, hint, ExitCode.CONFIGURATION, arguments, called)


def _click_error(error: click.ClickException, prog: str, arguments: Sequence[str], called: Invocation) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and not wants_json(arguments):
        tell(error.format_message())
        return ExitCode.USAGE
    message = error.format_message().strip().rstrip(".")
    message = message[:1].lower() + message[1:]
    if isinstance(error, click.NoSuchOption | click.BadParameter | click.UsageError):
        path = error.ctx.command_path if error.ctx is not None else prog
        return _told(error, type(error).__name__, message, f"see '{path} --help'", ExitCode.USAGE, arguments, called)
    return _told(error, type(error).__name__, message, None, error.exit_code, arguments, called)


def _told(
    error: BaseException,
    kind: str,
    message: str,
    hint: str | None,
    exit_code: int,
    arguments: Sequence[str],
    called: Invocation,
) -> int:
    """Tell an error: prose on stderr, and one document on stdout where JSON was asked for."""
    if called.debug and not isinstance(error, click.ClickException | click.Abort):
        tell("".join(traceback.format_exception(error)).rstrip())
    tell(f"error: {one_line(message)}")
    if hint:
        tell(f"hint: {one_line(hint)}")
    called.exit_code = int(exit_code)
    if wants_json(arguments):
        with contextlib.suppress(ValueError):  # stdout is closed
            said = {"type": kind, "message": message, "hint": hint, "exit_code": int(exit_code)}
            emit({"schema_version": 1, "error": said})
    return int(exit_code)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the words ask for JSON, even if they are no valid command."""
    words = list(arguments)
    return "--json" in words[: words.index("--")] if "--" in words else "--json" in words

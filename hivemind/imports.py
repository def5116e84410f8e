"""Resolves code that a spec names by import path, when it is needed."""

from __future__ import annotations

import importlib

from hivemind.errors import DefinitionError, HivemindError, said_of


def load(path: str, what: str) -> object:
    """Import `module:attribute`.

    Args:
        path: The import path.
        what: What it is for, as the error names it: "output_type of worker 'x'".

    Raises:
        DefinitionError: There is no such thing.
    """
    module, separator, attribute = path.partition(":")
    if not separator or not module or not attribute:
        raise DefinitionError(f"{what} is {path!r}, not of the form 'package.module:name'")
    try:
        value: object = importlib.import_module(module)
        for part in attribute.split("."):
            value = getattr(value, part)
    except HivemindError:
        raise
    except (ImportError, AttributeError) as error:
        raise DefinitionError(f"{what} can't be imported from {path!r}: {error}") from error
    except (Exception, SystemExit) as error:  # a module may raise anything, and may even end its process
        raise DefinitionError(f"{what} can't be imported from {path!r}: {said_of(error)}") from error
    return value

"""Python code of the operator's own, named in settings and agents' files: by module name or by path of a `.py` file.

Names are looked for where Python looks, and in the folder where the process started. Each module is imported once a
process: a change needs a restart.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

OURS = "threadwind_file:"  # how a file's module is called in sys.modules: nothing else can be named so
LONGEST = 200  # characters of an exception's own words


class NotUsable(Exception):
    """The text says what is wrong, `line` where in the operator's file, if it is known."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def module_of(name: str) -> ModuleType:
    """The module called `name`, imported; `NotUsable` for whatever goes wrong on the way."""
    try:
        return _of_file(Path(name)) if name.endswith(".py") else _of_name(name)
    except NotUsable:
        raise
    except SyntaxError as exc:
        raise NotUsable(f"cannot be imported, it is not Python: {exc.msg}", line=_line_in(exc, name)) from None
    except (Exception, SystemExit) as exc:  # it is not our code: anything may come
        raise NotUsable(f"cannot be imported: {in_short(exc)}", line=_line_in(exc, name)) from None


def in_short(exc: BaseException) -> str:
    """An exception of the operator's code, on one line."""
    said = " ".join(str(exc).split())[:LONGEST]
    return f"{type(exc).__name__}: {said}" if said else type(exc).__name__


def _of_file(file: Path) -> ModuleType:
    path = file.resolve()
    key = f"{OURS}{path}"
    if known := sys.modules.get(key):
        return known
    if not path.is_file():
        raise NotUsable("there is no such file; a path counts from the folder where the process starts")
    spec = importlib.util.spec_from_file_location(key, path)
    assert spec is not None, "a name that ends in .py has a loader"
    assert spec.loader is not None, "as above"
    module = sys.modules[key] = importlib.util.module_from_spec(spec)  # pydantic looks there for its annotations
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[key]
        raise
    return module


def _of_name(name: str) -> ModuleType:
    here = str(Path.cwd())
    if not {"", here}.intersection(sys.path):
        sys.path.append(here)  # `python -m` does so by itself, the `threadwind` command does not
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as exc:
        if exc.name is None or not f"{name}.".startswith(f"{exc.name}."):
            raise  # it is there; what it imports is not
        raise NotUsable(
            f'there is no module "{exc.name}" to be found from {here}; write the name as Python imports it, or the '
            "path of a file that ends in .py"
        ) from None


def _line_in(exc: BaseException, name: str) -> int | None:
    """Where in the named file it happened, however deep below."""
    file = Path(name).resolve() if name.endswith(".py") else None
    if isinstance(exc, SyntaxError) and exc.filename:
        return exc.lineno if file is None or Path(exc.filename) == file else None
    frames = [frame for frame in traceback.extract_tb(exc.__traceback__) if file and Path(frame.filename) == file]
    return frames[-1].lineno if frames else None

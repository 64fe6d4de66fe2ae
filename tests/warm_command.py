"""The command of a story: a process of its own each time, forked from one that has the libraries already.

Starting Python and reading Django, DuckDB and Ibis takes longer than most commands work. A waiting process reads them once; each command is a child of
it with its own arguments, environment, folder, output and exit code, and shares nothing with the command before. Stories about how the program
starts, is served or is killed start it anew, as people do (`COMMAND` in tests/cli/test_commands.py).
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import tempfile
import threading
import traceback
from functools import cache
from pathlib import Path

_BEFOREHAND = ("duckdb", "ibis", "ibis.backends.sql.compilers.duckdb", "pandas", "pyarrow.parquet", "psycopg", "adbc_driver_postgresql.dbapi")
_IN_TURN = threading.Lock()


def arrears(home: Path, *words: str, types: str = "") -> subprocess.CompletedProcess[str]:
    """Run `arrears` with these words on this home; nothing of the caller's own settings reaches it. `types` is what it reads where there is no terminal."""
    return _carried_out(None, words, {"ARREARS_HOME": str(home)}, types)


def script(text: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a script of a story with these words in the same way."""
    return _carried_out(text, words, {})


def _carried_out(text: str | None, words: tuple[str, ...], own: dict[str, str], types: str = "") -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ARREARS_", "DATABASE_"))}
    with tempfile.TemporaryDirectory() as folder, _IN_TURN:
        said = {name: Path(folder) / name for name in ("stdout", "stderr")}
        typed = Path(folder) / "stdin"
        typed.write_text(types, encoding="utf-8")
        files = {name: str(path) for name, path in (("stdin", typed), *said.items())}
        asked = {"text": text, "words": words, "environ": environ | own, "folder": os.getcwd(), **files}
        waiting = _waiting()
        assert waiting.stdin and waiting.stdout
        waiting.stdin.write(json.dumps(asked) + "\n")
        waiting.stdin.flush()
        code = waiting.stdout.readline()
        assert code, "the waiting process has ended"
        texts = {name: path.read_text(encoding="utf-8") for name, path in said.items()}
    return subprocess.CompletedProcess(["arrears", *words], int(code), **texts)


@cache
def _waiting() -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    atexit.register(process.stdin.close)  # It ends when nobody can ask any more.
    return process


# ---- the waiting process


def _read_libraries() -> None:
    from arrears.site import bootstrap

    bootstrap.configure()
    import arrears
    import arrears.cli
    import arrears.site

    for name in _BEFOREHAND:
        importlib.import_module(name)
    for package in (arrears.cli, arrears.site):
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    for module in pkgutil.walk_packages(arrears.__path__, "arrears."):
        if module.name.startswith(("arrears.engine.", "arrears.casefile.store.")):
            importlib.import_module(module.name)


def _answer_each() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become_the_command(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become_the_command(asked: dict[str, object]) -> None:
    """Never returns."""
    code = 1
    try:
        typed = os.open(str(asked["stdin"]), os.O_RDONLY)
        outputs = [os.open(str(asked[name]), os.O_WRONLY | os.O_CREAT, 0o600) for name in ("stdout", "stderr")]
        for number, opened in enumerate((typed, *outputs)):
            os.dup2(opened, number)
            os.close(opened)
        os.environ.clear()
        os.environ.update(asked["environ"])  # type: ignore[arg-type]
        os.chdir(str(asked["folder"]))
        sys.argv = ["arrears", *asked["words"]]  # type: ignore[misc]
        if asked["text"] is not None:
            exec(compile(str(asked["text"]), "<script of a story>", "exec"), {"__name__": "__main__"})
        else:
            from arrears.site.main import main

            main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))  # Scripts of stories have parts in `tests`.
    _read_libraries()
    assert threading.active_count() == 1, "a process with threads must not fork"
    gc.freeze()
    _answer_each()

"""Runs many programs, each in a process of its own with their packages loaded: `observe.py CERTIFICATE PLAN`.

The plan (JSON) names what is loaded and, for each program, its folder, its file, its environment and the file that
receives the hosts (`tests/proof/capture.py`); how each ended is written beside that file, as `.ended`.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path

SECONDS = 30


def main() -> None:
    certificate, plan_path = sys.argv[1:]
    plan = json.loads(Path(plan_path).read_text(encoding="utf-8"))
    for name in plan["packages"]:
        importlib.import_module(name)
    for program in plan["programs"]:
        child = os.fork()
        if child == 0:
            _run(program, certificate)
        _, status = os.waitpid(child, 0)
        ended = Path(program["record"]).with_suffix(".ended")
        if status or not ended.exists():
            ended.write_text(f"ended with {status}\n" + (ended.read_text() if ended.exists() else ""))


def _run(program: dict[str, str], certificate: str) -> None:
    """Never returns."""
    signal.alarm(SECONDS)
    output = os.open(Path(program["record"]).with_suffix(".ended"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 0
    try:
        from tests.proof import capture

        os.chdir(program["folder"])
        os.environ.update(program["environment"])
        sys.argv[:] = ["capture.py", program["record"], certificate, program["file"]]
        capture.main()
    except SystemExit as ended:
        code = int(bool(ended.code))
    except BaseException:
        traceback.print_exc()
        code = 1
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()

"""Runs programs under `capture.py`, each in a child of its own: `zygote.py CERTIFICATE`.

The children find the large libraries loaded, which costs more than most programs. A job is a line of JSON on standard
input; the answer is its exit status on a line of standard output.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import capture

LOADED = (
    "aiohttp",
    "amplitude",
    "amplitude_experiment",
    "asyncio",
    "boto3",
    "botocore.session",
    "datadog_api_client",
    "httpx",
    "mixpanel",
    "mixpanel_openfeature",
    "mixpanel_utils",
    "mparticle",
    "posthog",
    "pydantic",
    "pydantic_settings",
    "requests",
    "segment.analytics",
    "sentry_sdk",
    "typer",
    "urllib.request",
)
"""Libraries that a program may import and that look at nothing of their surroundings when it does."""
SECONDS = 60


def main() -> None:
    certificate = sys.argv[1]
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()  # or each child looks at all of it again, and copies it
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(job)
            _end(_status(partial(capture.run, job["record"], certificate, job["program"])))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(job: dict[str, Any]) -> None:
    signal.alarm(SECONDS)
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environment"])
    sys.path[1:1] = job["path"]
    _forget({entry.partition(".")[0] for folder in job["path"] for entry in os.listdir(folder)})
    nothing, errors = os.open(os.devnull, os.O_RDONLY), os.open(job["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(nothing, 0)
    os.dup2(errors, 1)
    os.dup2(errors, 2)


def _status(run: Callable[[], None]) -> int:
    try:
        run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """As at the end of a program, but nothing is taken apart: that costs more than most programs."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _forget(packages: set[str]) -> None:
    """A program that pins a release finds that one, and not the one that is installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]


if __name__ == "__main__":
    main()

"""Runs programs under `capture.py`, each in a child of its own: `zygote.py CERTIFICATE`.

The children find the large libraries loaded, which costs more than most programs. A job is a line of JSON on standard
input; the answer is its exit status on a line of standard output.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from typing import Any

import capture

LOADED = ("aiohttp", "asyncio", "boto3", "botocore.session", "httpx", "pydantic", "requests", "urllib.request")
"""Libraries that a program may import and that look at nothing of their surroundings when it does."""
SECONDS = 60


def main() -> None:
    certificate = sys.argv[1]
    for name in LOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(job)
            capture.run(job["record"], certificate, job["program"])
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(job: dict[str, Any]) -> None:
    signal.alarm(SECONDS)
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environment"])
    sys.path[1:1] = job["path"]
    nothing, errors = os.open(os.devnull, os.O_RDONLY), os.open(job["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(nothing, 0)
    os.dup2(errors, 1)
    os.dup2(errors, 2)


if __name__ == "__main__":
    main()

"""Runs a program with every connection led to this process: `capture.py RECORD CERTIFICATE PROGRAM`.

Each host that the program looks up or names in a request is written to RECORD, one a line, as soon as it is seen. A
server on loopback answers every request, over TLS as well; a connection to anything else is refused.
"""

from __future__ import annotations

import http.server
import json
import re
import runpy
import socket
import ssl
import sys
import threading
from typing import Any

ANSWER = json.dumps(
    {"status": 1, "code": 200, "error": None, "success": True, "flags": {}, "results": [], "featureFlags": {}}
).encode()
ANSWERS = {"/sdk/v2/flags": b"[]", "/sdk/v2/vardata": b"{}"}
"""path → what an SDK cannot go on without."""
LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
REFUSED = ("169.254.169.254", "fd00:ec2::254", "metadata.google.internal")
"""Where SDKs ask whether they run in a cloud: there is none here, and it is no destination."""

_record_path = ""
_port = 0
_getaddrinfo = socket.getaddrinfo
_wrap_socket = ssl.SSLContext.wrap_socket
_wrap_bio = ssl.SSLContext.wrap_bio
_connect = socket.socket.connect
_wait = threading.Condition.wait


def main() -> None:
    record, certificate, program = sys.argv[1:4]
    run(record, certificate, program)


def run(record: str, certificate: str, program: str) -> None:
    """Runs a program as the main module, in the current folder."""
    global _record_path, _port
    _record_path = record
    sys.argv[:] = [program]
    _port = _serve(certificate)
    socket.getaddrinfo = _to_loopback
    socket.socket.connect = _to_our_port  # type: ignore[method-assign]
    ssl.SSLContext.wrap_socket = _unverified(_wrap_socket)  # type: ignore[method-assign]
    ssl.SSLContext.wrap_bio = _unverified(_wrap_bio)  # type: ignore[method-assign]
    threading.Condition.wait = _wait_shortly  # type: ignore[method-assign]
    sys.addaudithook(_stay_here)
    sys.path[0] = ""
    runpy.run_path(program, run_name="__main__")


def _record(host: str) -> None:
    if host not in LOCAL:
        with open(_record_path, "a", encoding="utf-8") as record:
            record.write(host.lower() + "\n")


def _to_loopback(host: Any, port: Any, *arguments: Any, **named: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in LOCAL or port in (None, 0):
        return _getaddrinfo(host, port, *arguments, **named)
    if name in REFUSED:
        raise socket.gaierror(socket.EAI_NONAME, "no cloud here")
    _record(name)
    return _getaddrinfo("127.0.0.1", _port, *arguments, **named)


def _to_our_port(connection: socket.socket, address: Any) -> None:
    """Some libraries look a name up first, and connect to the address with the port that they had in mind."""
    is_ours = connection.family == socket.AF_INET and address[0] == "127.0.0.1" and address[1] in (80, 443)
    _connect(connection, ("127.0.0.1", _port) if is_ours else address)


def _unverified(wrap: Any) -> Any:
    """Certificates are not what is looked at: the server has one for all names."""

    def wrapped(context: ssl.SSLContext, *arguments: Any, **named: Any) -> Any:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return wrap(context, *arguments, **named)

    return wrapped


def _wait_shortly(condition: threading.Condition, timeout: float | None = None) -> bool:
    """Amplitude's worker sleeps for ten seconds before it looks whether the program has ended, and holds it up."""
    thread = threading.current_thread()
    holds_up = not thread.daemon and thread is not threading.main_thread() and not isinstance(thread, threading.Timer)
    return _wait(condition, min(timeout, 0.2) if holds_up and timeout is not None else timeout)


def _stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in ("socket.connect", "socket.sendto", "socket.gethostbyname"):
        return
    address = arguments[-1]
    host = address[0] if isinstance(address, tuple) else address
    if not isinstance(host, str) or host in LOCAL or host.startswith("/") or (event == "socket.gethostbyname"):
        return
    if host not in REFUSED:
        _record(host)
    raise OSError(f"nothing leaves the machine: {host}")


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        _record(self.headers.get("Host", "").partition(":")[0])
        asked = self._read_body()
        self.send_response(200)
        body = ANSWERS.get(self.path.partition("?")[0], ANSWER)
        if "amazonaws" in self.headers.get("Host", "") and "json" not in self.headers.get("Content-Type", ""):
            body = b"<Answer/>"  # the services that do not ask in JSON
            if action := re.search(rb"\bAction=(\w+)", asked):
                body = b"<%bResponse><%bResult/></%bResponse>" % ((action[1],) * 3)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            body += self.rfile.read(size + 2)
        self.rfile.readline()
        return body

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer

    def log_message(self, *_: Any) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        if request.recv(1, socket.MSG_PEEK) == b"\x16":  # a TLS handshake
            request = _wrap_socket(self._context, request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, *_: Any) -> None:
        pass  # A client that breaks off is no concern of the test.


def _serve(certificate: str) -> int:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = _Server(context)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1])


if __name__ == "__main__":
    main()

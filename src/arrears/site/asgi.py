"""How do pages reach a browser?

`serve` runs uvicorn on a socket bound here, so that a port in use is an answer in words and port 0 can be told. Static files come from
whitenoise, inside Django.
"""

from __future__ import annotations

import errno
import socket
import sys
from contextlib import suppress

import uvicorn
from django.core.asgi import get_asgi_application

from arrears.core.problems import Busy, Refused
from arrears.engine.home import Home
from arrears.site import bootstrap
from arrears.site.body_limit import BodyLimit


def serve(home: Home, host: str, port: int) -> None:
    """Serve the pages of an open home until interrupted (Ctrl-C or SIGTERM). Raises `Refused` where it cannot listen."""
    from arrears.engine.use_cases.hooks import MOST_BYTES  # Django must be set up before.
    from arrears.workbench.uploads import most_body_bytes

    _listen_to_providers(home)
    bootstrap.prepare_pages(home)
    bootstrap.allow_host(host)
    application = BodyLimit(get_asgi_application(), lambda path: MOST_BYTES if path.startswith("/hooks/") else most_body_bytes(path))
    with listening(host, port) as listener:
        address = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"Open http://{address}:{listener.getsockname()[1]}/ in a browser. Ctrl-C ends it.\n")
        sys.stdout.flush()
        config = uvicorn.Config(application, log_config=None, access_log=False, server_header=False, lifespan="off", timeout_graceful_shutdown=5)
        with suppress(KeyboardInterrupt):  # Once the server has ended in order, uvicorn raises the signal again; Ctrl-C is how one ends it.
            uvicorn.Server(config).run(sockets=[listener])
        sys.stdout.write("Stopped. Everything is kept.\n")


def _listen_to_providers(home: Home) -> None:
    """Let the providers of the home tell us things under /hooks/NAME. Raises `BadData`, `Refused` where `providers.yaml` cannot be used."""
    from arrears.engine.use_cases.hooks import hooks_here
    from arrears.engine.use_cases.setting_up import institution_of
    from arrears.portal import doors

    doors.hook_of = hooks_here(home, institution_of(home)).get


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens at host and port (0: a free one); `Busy` where the port is taken, `Refused` where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(256)
    except OSError as problem:
        listener.close()
        kind = Busy if problem.errno in _TAKEN else Refused
        raise kind(
            f"Nobody can be served at {host}, port {port}: {problem.strerror}.", "Another program listens there, or the address is not this machine's.",
            "Choose another with --port (0 takes a free one) or --host.",
        ) from problem
    return listener


_TAKEN = {errno.EADDRINUSE}

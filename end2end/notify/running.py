"""A moto server that ends with the test."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def moto(record):
    """Yields the server's address; `record` is the file in which it would keep its calls."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        env={**os.environ, "MOTO_RECORDER_FILEPATH": str(record)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, "moto ended at once"
                time.sleep(0.25)
        yield url
    finally:
        server.terminate()
        server.wait(10)

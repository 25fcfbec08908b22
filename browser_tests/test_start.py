"""`make start` lets other computers in only by a password that somebody chose."""

from base64 import b64encode
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import Request
from urllib.request import urlopen

import demo
import os
import pytest
import subprocess


CHOSEN = "chosen-for-the-test"


def command(folder, **settings):
    """Return the arguments to start a server as `make start` does."""
    names = ("HOST", "PORT", "VAR", "PASSWORD")
    environment = {name: os.environ[name] for name in os.environ if name not in names}
    return {
        "args": ["sh", "scripts/dev.sh", "start"],
        "cwd": demo.ROOT,
        "env": environment | {"VAR": str(folder / "var")} | settings,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
    }


def status(port, password):
    """Return how the management interface answers admin."""
    token = b64encode(f"admin:{password}".encode()).decode()
    url = f"http://localhost:{port}/manage_main"
    request = Request(url, headers={"Authorization": f"Basic {token}"})
    try:
        with urlopen(request) as answer:  # noqa: S310
            return answer.status
    except HTTPError as error:
        return error.code


@contextmanager
def started(folder, **settings):
    """Start a server; give its port, and a list that has its output in the end."""
    port = demo.free_port()
    output = []
    server = subprocess.Popen(**command(folder, PORT=str(port), **settings))
    try:
        for line in server.stdout:
            output.append(line)
            if "Log in as" in line:
                break
        yield port, "".join(output)
    finally:
        server.terminate()
        server.communicate()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104
@pytest.mark.parametrize("settings", [{}, {"PASSWORD": ""}])
def test_refuses_a_password_that_everybody_knows(tmp_path, host, settings):
    settings = {"HOST": host, "PORT": str(demo.free_port())} | settings
    done = subprocess.run(**command(tmp_path, **settings), timeout=120)
    assert done.returncode == 1
    assert f"make start HOST={host} PASSWORD=..." in done.stdout
    assert not (tmp_path / "var").exists()


def test_the_password_is_that_of_the_last_start(tmp_path):
    with started(tmp_path, HOST="127.0.0.1") as (port, output):
        assert "Log in as admin, password admin." in output
        assert status(port, "admin") == 200
    with started(tmp_path, HOST="0.0.0.0", PASSWORD=CHOSEN) as (port, output):  # noqa: S104
        assert "HOST=0.0.0.0: whoever reaches this computer" in output
        assert CHOSEN not in output
        assert (status(port, CHOSEN), status(port, "admin")) == (200, 401)
    with started(tmp_path, HOST="localhost") as (port, output):
        assert "Log in as admin, the password that you chose." in output
        assert (status(port, CHOSEN), status(port, "admin")) == (200, 401)
    # Who says so may have it.
    with started(tmp_path, HOST="0.0.0.0", PASSWORD="admin") as (port, output):  # noqa: S104, S106
        assert "everybody can change everything" in output
        assert status(port, "admin") == 200

"""A TCP proxy that breaks connections in the ways of real networks."""

from contextlib import contextmanager
from contextlib import suppress
from time import sleep

import select
import socket
import struct
import threading


class Proxy:
    """Hands everything on between clients and a server, but for the faults.

    A fault is met by the next thing that a client sends if it contains `when`, once:

    ``reset``         the client's connection is reset, the server's is closed
    ``drop_request``  the same; it is called so where `when` is what gets lost
    ``drop_reply``    the server gets it, and its answer is lost with the connection
    ``truncate``      half of the server's answer arrives
    ``stall``         the client's connection is reset, and the server gets it when it
                      is told to `arrive`
    """

    def __init__(self, server_port):
        self.server_port = server_port
        self.port = None
        self.restore()
        self.accepted = 0
        self._arrived = threading.Event()
        self._pairs = set()
        self._threads = []
        self._listen()

    def restore(self):
        """End all faults, for new and old connections."""
        self.delay = 0.0
        self.black_hole = False
        self._fault = None

    def fail(self, fault, when=b""):
        """Let the next request that contains `when` meet a fault."""
        self._fault = (fault, when)

    def arrive(self):
        """Let the server get what was stalled."""
        self._arrived.set()

    @contextmanager
    def refusing(self):
        """Refuse new connections."""
        self._listener.close()
        self._acceptor.join()
        try:
            yield
        finally:
            self._listen()

    @property
    def connected(self):
        """How many connections there are; clients know of those that have ended."""
        return len(self._pairs)

    def reset_all(self):
        """Reset every connection there is."""
        for client, server in list(self._pairs):
            _reset(client)
            _reset(server)

    def close(self):
        self._listener.close()
        self._acceptor.join()
        self._arrived.set()
        self.reset_all()
        for thread in self._threads:
            thread.join(1)

    def _listen(self):
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.port or 0))
        self._listener.listen(100)
        self._listener.settimeout(0.02)
        self.port = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(
            target=self._accept, args=(self._listener,), daemon=True
        )
        self._acceptor.start()

    def _accept(self, listener):
        while True:
            try:
                client, _address = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.accepted += 1
            client.settimeout(None)
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client):
        if self.black_hole:
            self._swallow(client)
            return
        try:
            server = socket.create_connection(("127.0.0.1", self.server_port))
        except OSError:
            _reset(client)
            return
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pairs.add((client, server))
        # A socket that was closed meanwhile gives ValueError.
        with suppress(OSError, ValueError):
            self._pump(client, server)
        _close(client)
        _close(server)
        self._pairs.discard((client, server))

    def _pump(self, client, server):
        while True:
            readable, _, _ = select.select([client, server], [], [])
            for source in readable:
                data = source.recv(2**16)
                if self.black_hole:
                    if not data:
                        return
                    continue
                if self.delay:
                    sleep(self.delay)
                if not data:
                    return
                if source is server:
                    client.sendall(data)
                elif self._fault and self._fault[1] in data:
                    self._break(client, server, data)
                    return
                else:
                    server.sendall(data)

    def _break(self, client, server, data):
        (fault, _when), self._fault = self._fault, None
        if fault in ("drop_reply", "truncate"):
            server.sendall(data)
            answer = _answer(client, server)
            if fault == "truncate":
                client.sendall(answer[: len(answer) // 2])
                sleep(0.05)
        _reset(client)
        if fault == "stall":
            self._arrived.wait(10)
            server.sendall(data)

    def _swallow(self, client):
        with suppress(OSError):
            while client.recv(2**16):
                pass
        _close(client)


def _answer(client, server):
    """Hand the rest of a request on, and return the beginning of the answer."""
    while server not in select.select([client, server], [], [])[0]:
        server.sendall(client.recv(2**16))
    return server.recv(2**16)


def _reset(sock):
    """Close with RST; the thread that waits for the socket wakes up."""
    with suppress(OSError):
        linger = struct.pack("ii", 1, 0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    _close(sock)


def _close(sock):
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RD)
    sock.close()

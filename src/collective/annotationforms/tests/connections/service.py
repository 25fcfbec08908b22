"""A web service for the tests: on loopback, in a thread of this process."""

from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer

import json
import ssl
import threading


TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Service(ThreadingHTTPServer):
    """Says nothing about connections that the proxy resets."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class RecordingHandler(BaseHTTPRequestHandler):
    """Keeps what was asked; /STATUS is answered with that status, /cookie sets one."""

    protocol_version = "HTTP/1.1"
    asked = None
    # Tokens: those that are accepted, and what is said of how long.
    tokens = None
    expires_in = 3600

    def do_GET(self):
        self.record()

    def do_POST(self):
        self.record()

    def do_PUT(self):
        self.record()

    def record(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.asked.append((self.command, self.path, body, dict(self.headers)))
        path = self.path.split("?")[0].strip("/")
        if path == "token":
            self.tokens[:] = [f"token-{len(self.asked)}"]
            answer = {"access_token": self.tokens[0], "expires_in": self.expires_in}
            return self.answer(200, json.dumps(answer).encode())
        if path == "protected":
            accepted = [f"Bearer {token}" for token in self.tokens]
            found = self.headers.get("Authorization") in accepted
            return self.answer(200 if found else 401, b"seen")
        if path.isdigit():
            return self.answer(int(path), b"", Location="/elsewhere")
        if path == "cookie":
            return self.answer(200, b"", **{"Set-Cookie": "user=ada"})
        return self.answer(200, b"x" * 100_000 if path == "long" else b"hello")

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class RecordingService:
    """A service that is running until it is closed."""

    def __init__(self):
        self.asked = []
        self.tokens = []
        self.handler = type(
            "Handler",
            (RecordingHandler,),
            {"asked": self.asked, "tokens": self.tokens},
        )
        self._server = Service(("127.0.0.1", 0), self.handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    def settings(self, **more):
        # Loading certificates takes longer than a test.
        return {"base_url": self.url, "verify": TLS} | more

    def bodies(self):
        return [body for _method, _path, body, _headers in self.asked]

    def paths(self):
        return [path for _method, path, _body, _headers in self.asked]

    def close(self):
        self._server.shutdown()
        self._server.server_close()

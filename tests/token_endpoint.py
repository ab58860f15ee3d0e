"""An OAuth 2 provider on loopback: a token endpoint, and the page where a mail server asks whose a token is."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

# The form that was sent -> status and body of the answer.
Answer = Callable[[dict[str, str]], tuple[int, bytes]]


class _Handler(BaseHTTPRequestHandler):
    server: "TokenEndpoint"

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(sent).items()}
        self.server.forms.append(form)
        self._say(*self.server.answer(form))

    def do_GET(self) -> None:
        """Tell whose a token is, as a provider's tokeninfo does."""
        token = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
        user = self.server.users.get(token)
        self._say(200 if user else 401, json.dumps({"email": user} if user else {"error": "invalid_token"}).encode())

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", self.server.url)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


class TokenEndpoint(ThreadingHTTPServer):
    """Gives what `answer` says for a form, by default token-1, token-2 …; keeps the forms; `users` owns the tokens."""

    daemon_threads = True

    def __init__(self, answer: Answer | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer or self.grant
        self.forms: list[dict[str, str]] = []
        self.users: dict[str, str] = {}

    def grant(self, _form: dict[str, str]) -> tuple[int, bytes]:
        answer = {"access_token": f"token-{len(self.forms)}", "token_type": "Bearer", "expires_in": 3600}
        return 200, json.dumps(answer).encode()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/token"

    @property
    def tokeninfo(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/tokeninfo?access_token="


@contextmanager
def token_endpoint(answer: Answer | None = None) -> Iterator[TokenEndpoint]:
    """Give a running provider."""
    server = TokenEndpoint(answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""A small shop on this machine, reached by its name over TLS: landing page, cart and checkout.

It also stands in front of the program for the names in `passed_on`, as a proxy with TLS does.
"""

import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SHOP = "shop.example"
PAGE = """<!doctype html><html lang="en"><head><title>Shop</title>{head}
<script src="{script}" {attributes} async></script></head><body>{body}
<a id="go" href="/checkout">Checkout</a></body></html>"""
CHECKOUT = """<form method="post" action="/order"><input type="hidden" name="fs_click">
<button>Buy</button></form>"""


class Shopfront:
    """What the shop's pages hold, and what its own server was told.

    `orders`: of each order the form's fields, the cookies and the attributes of the cart.
    """

    def __init__(self, folder: Path, program: str) -> None:
        self.program = urlsplit(program)
        self.script = f"{program}/static/js/store.js"
        self.attributes = 'data-store="generic" data-days="30"'
        self.head = self.body = ""
        self.passed_on: set[str] = set()
        self.cart: dict[str, str] = {}
        self.orders: list[dict[str, Any]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_make_certificate(folder))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> "Shopfront":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def rules(self) -> str:
        """Return the argument that leads a Chromium to this shop by its names."""
        to = f"127.0.0.1:{self.server.server_port}"
        return f"--host-resolver-rules=MAP {SHOP} {to}, MAP *.{SHOP} {to}"

    def draw(self, path: str) -> str:
        body = CHECKOUT if path == "/checkout" else self.body
        return PAGE.format(
            head=self.head, script=self.script, attributes=self.attributes, body=body
        )


def _make_handler(front: Shopfront) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        shop = front

    return Handler


class _Handler(BaseHTTPRequestHandler):
    shop: Shopfront

    def do_GET(self) -> None:
        host, path = self.headers["Host"].partition(":")[0], urlsplit(self.path).path
        if host in self.shop.passed_on:
            self._pass_on()
        elif path == "/cart.js":
            self._answer(json.dumps({"attributes": self.shop.cart}), "application/json")
        else:
            self._answer(self.shop.draw(path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        if self.path.startswith("/cart/update.js"):
            given = json.loads(body)["attributes"]
            self.shop.cart = {name: value for name, value in given.items() if value}
        elif self.path.startswith("/cart/clear.js"):
            self.shop.cart = {}
        elif self.path.startswith("/order"):
            cookies = SimpleCookie(self.headers["Cookie"] or "")
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            told = {name: morsel.value for name, morsel in cookies.items()}
            self.shop.orders.append(
                {"fields": fields, "cookies": told, "cart": dict(self.shop.cart)}
            )
            self._answer("<!doctype html><title>Thanks</title><h1>Thank you</h1>")
            return
        self._answer(json.dumps({"attributes": self.shop.cart}), "application/json")

    def _pass_on(self) -> None:
        http = HTTPConnection(self.shop.program.hostname or "", self.shop.program.port, timeout=30)
        http.request("GET", self.path, headers=dict(self.headers.items()))
        answer = http.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        http.close()

    def _answer(self, text: str, kind: str = "text/html") -> None:
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


def _make_certificate(folder: Path) -> Path:
    """Write a key and a certificate that nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SHOP)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(SHOP), x509.DNSName(f"*.{SHOP}")]), False
        )
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    path = folder / "shop.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path

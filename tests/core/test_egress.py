"""The way out: to the public internet only, to the address that was checked, and never further."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from core.egress import Answer, EgressFailed, Limits, fetch, is_public

LIMITS = Limits(size_bytes=1000, total_s=5)
PRIVATE = [
    "127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1",
    "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808",
    "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "::7f00:1", "2001:db8::1", "100::1",
    "no address", "",
]  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["Host"]))  # type: ignore[attr-defined]
        status = 302 if self.path == "/moved" else 200
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"x" * (2000 if self.path == "/long" else 5))

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ask(url: str, **changes) -> Answer:
    return fetch(**{"method": "GET", "url": url, "headers": {}, "limits": LIMITS} | changes)


def refused(url: str, **changes) -> str:
    with pytest.raises(EgressFailed) as caught:
        ask(url, **changes)
    return caught.value.code


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_public_internet_is_told(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_a_public_address_is_told(address):
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_with_one_private_address_among_public_ones_is_not_asked(address):
    found = refused("https://shop.example/", resolver=lambda *_: ["8.8.8.8", address])

    assert found == "not_allowed"


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]"])
def test_a_written_address_is_checked_like_a_name(host):
    assert refused(f"https://{host}/") in {"not_allowed", "not_found"}


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "https://user:word@shop.example/",
        "https:///nowhere",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https://shop.example/\r\nX: 1",
        "https://shöp.example/",
        "//shop.example/",
        "",
    ],
)
def test_an_address_of_another_kind_is_refused_before_anything_is_asked(url):
    assert refused(url, resolver=lambda *_: pytest.fail("asked")) == "bad_address"


def test_only_the_ports_of_https_are_asked():
    assert refused("https://shop.example:22/", resolver=lambda *_: ["8.8.8.8"]) == "not_allowed"


def test_a_name_nobody_has_is_not_found():
    def unknown(*_):
        raise OSError

    assert refused("https://shop.example/", resolver=unknown) == "not_found"


def test_loopback_is_for_an_installation_on_loopback(server):
    port = server.server_port

    assert refused(f"http://127.0.0.1:{port}/") == "bad_address"
    assert refused(f"https://127.0.0.1:{port}/") == "not_allowed"
    assert ask(f"http://127.0.0.1:{port}/", allows_loopback=True).body == b"xxxxx"
    assert refused("http://shop.example/", allows_loopback=True) == "bad_address"


def test_the_connection_goes_to_the_address_that_was_checked(server):
    answers = iter([["127.0.0.1"]])
    url = f"http://localhost:{server.server_port}/a?b=c"

    ask(url, allows_loopback=True, resolver=lambda *_: next(answers))

    assert server.seen == [("/a?b=c", f"localhost:{server.server_port}")]


def test_a_redirect_is_an_answer_and_not_followed(server):
    answer = ask(f"http://127.0.0.1:{server.server_port}/moved", allows_loopback=True)

    assert (answer.status, answer.headers["location"]) == (302, "/elsewhere")
    assert len(server.seen) == 1


def test_an_answer_without_end_is_cut_off(server):
    url = f"http://127.0.0.1:{server.server_port}/long"

    assert refused(url, allows_loopback=True) == "too_large"


def test_nobody_there_is_unreachable(server):
    port = server.server_port
    server.server_close()

    assert refused(f"http://127.0.0.1:{port}/", allows_loopback=True) == "unreachable"


def test_an_answer_that_drips_ends_when_its_time_is_over():
    """A byte now and then keeps each single read from being late; the whole has an end too."""
    stopped = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not stopped.wait(0.02):
                connection.sendall(b"x-drop: 1\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping = threading.Thread(target=drip, args=[listening])
        dripping.start()
        try:
            found = refused(
                f"http://127.0.0.1:{listening.getsockname()[1]}/",
                allows_loopback=True,
                limits=Limits(size_bytes=1000, total_s=0.3),
            )
        finally:
            stopped.set()
            dripping.join()

    assert found == "timeout"


def test_what_is_too_long_can_be_cut_instead(server):
    limits = Limits(size_bytes=1000, is_cut=True)
    url = f"http://127.0.0.1:{server.server_port}/long"

    answer = ask(url, allows_loopback=True, limits=limits)

    assert (answer.status, len(answer.body)) == (200, 1000)


def test_networks_of_the_operator_are_let_in_and_nothing_beside_them(server):
    url = f"http://127.0.0.1:{server.server_port}/"
    own, other = [ip_network("127.0.0.0/30")], [ip_network("10.0.0.0/8")]

    assert ask(url, networks=own).body == b"xxxxx"
    assert refused(url, networks=other) == "not_allowed"
    assert refused("http://shop.example:443/", networks=own, resolver=lambda *_: ["8.8.8.8"]) == (
        "not_allowed"  # plain http to the internet
    )
    assert refused("https://169.254.169.254/", networks=own) == "not_allowed"

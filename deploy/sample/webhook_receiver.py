#!/usr/bin/env python3
"""A receiver of Rectify's signed webhooks, as another department would write it.

Verifies Standard Webhooks v1 (https://www.standardwebhooks.com), takes every webhook-id once and
appends what it accepted to a file, one JSON object per line. Needs only Python's own library, so it
can be taken as a start for a receiver of one's own.
"""

import argparse
import base64
import hashlib
import hmac
import http.server
import json
import os
import threading
import time

MAX_BODY = 1 << 20


def signing_key(secret: str) -> bytes:
    """The key bytes of a secret in the form whsec_BASE64."""
    prefix, _, encoded = secret.strip().partition("_")
    if prefix != "whsec" or not encoded:
        raise ValueError("a webhook secret starts with whsec_")
    return base64.b64decode(encoded, validate=True)


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Inbox:
    """Accepted deliveries. The file is the memory: a restart still knows every webhook-id."""

    def __init__(self, path: str):
        self._lock = threading.Lock()
        self._seen = set()
        self._file = open(path, "a+b")  # closed with the process
        self._file.seek(0)
        whole = 0
        for line in self._file:
            if line.endswith(b"\n"):
                whole += len(line)
                self._seen.add(json.loads(line)["id"])
        # The half line of a crash was never acknowledged: its sender comes again.
        self._file.truncate(whole)

    def accept(self, message_id: str, timestamp: str, payload) -> bool:
        """False when this id was accepted before. Returns after the line is on disk."""
        with self._lock:
            if message_id in self._seen:
                return False
            line = {"id": message_id, "timestamp": timestamp, "payload": payload}
            self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self._seen.add(message_id)
            return True


class Receiver(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, secret: str, output: str, tolerance: int = 300, fail_first: int = 0):
        self.key = signing_key(secret)
        self.inbox = Inbox(output)
        self.tolerance = tolerance
        self.failures_left = fail_first
        self.failures_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def take_failure(self) -> bool:
        with self.failures_lock:
            if self.failures_left == 0:
                return False
            self.failures_left -= 1
            return True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            return self.answer(413, "a content-length of at most 1 MiB is needed")
        body = self.rfile.read(int(length))
        if self.server.take_failure():
            return self.answer(500, "failing on purpose")
        problem = self.signature_problem(body)
        if problem:
            return self.answer(401, problem)
        try:
            payload = json.loads(body)
        except ValueError:
            return self.answer(400, "the body is not JSON")
        new = self.server.inbox.accept(
            self.headers["webhook-id"], self.headers["webhook-timestamp"], payload
        )
        return self.answer(200, "accepted" if new else "accepted before")

    def signature_problem(self, body: bytes) -> str:
        message_id = self.headers.get("webhook-id", "")
        timestamp = self.headers.get("webhook-timestamp", "")
        if not message_id or not timestamp.isdigit():
            return "webhook-id and webhook-timestamp are needed"
        if self.server.tolerance and abs(time.time() - int(timestamp)) > self.server.tolerance:
            return "webhook-timestamp is too far from the present"
        expected = signature(self.server.key, message_id, timestamp, body)
        # Several signatures, blank separated, while the sender changes its secret.
        given = self.headers.get("webhook-signature", "").split()
        if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in given):
            return "no signature fits"
        return ""

    def answer(self, status: int, text: str):
        body = (text + "\n").encode()
        self.send_response(status)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--secret-file", required=True, help="holds whsec_BASE64")
    parser.add_argument("--output", required=True, help="file of accepted deliveries, JSON lines")
    parser.add_argument("--tolerance", type=int, default=300,
                        help="seconds a timestamp may be off; 0 takes any")
    parser.add_argument("--fail-first", type=int, default=0,
                        help="answer the first N calls with 500, to see the sender try again")
    args = parser.parse_args()
    with open(args.secret_file, encoding="ascii") as file:
        secret = file.read()
    server = Receiver(args.port, secret, args.output, args.tolerance, args.fail_first)
    print(f"serving on {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

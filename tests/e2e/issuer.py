"""An identity provider on loopback (OpenID Connect): it publishes its keys and signs for people."""

import base64
import http.server
import json
import pathlib
import subprocess
import tempfile
import threading
import time

CLIENT = "rectify"
KEYS = "/jwks"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def openssl(*args, data=None):
    done = subprocess.run(["openssl", *args], input=data, check=True, capture_output=True, timeout=60)
    return done.stdout


class Key:
    """An RSA key; `folder` holds its private half."""

    def __init__(self, folder, name):
        self.name = name
        self._file = str(pathlib.Path(folder, f"{name}-{time.monotonic_ns()}.pem"))
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self._file)

    def jwk(self):
        modulus = openssl("rsa", "-in", self._file, "-modulus", "-noout").decode("ascii")
        number = bytes.fromhex(modulus.strip().removeprefix("Modulus="))
        return {"kty": "RSA", "kid": self.name, "alg": "RS256", "use": "sig", "n": base64url(number),
                "e": base64url((65537).to_bytes(3, "big"))}

    def sign(self, claims):
        """A JWT by RS256."""
        header = {"alg": "RS256", "kid": self.name, "typ": "JWT"}
        said = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        signature = openssl("dgst", "-sha256", "-sign", self._file, data=said.encode("ascii"))
        return f"{said}.{base64url(signature)}"


class Issuer:
    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.key = Key(self._folder.name, "k1")
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._pages = {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": self.url + KEYS},
            KEYS: {"keys": [self.key.jwk()]}}
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._folder.cleanup()

    def forger(self):
        """Another key that says it is ours."""
        return Key(self._folder.name, self.key.name)

    def claims(self, user, **more):
        now = int(time.time())
        return {"iss": self.url, "aud": CLIENT, "sub": user, "iat": now, "exp": now + 600, **more}

    def setup(self, rules):
        """A file for --oidc that names it."""
        file = pathlib.Path(self._folder.name, "logins.txtpb")
        file.write_text(f'issuer: "{self.url}" client_id: "{CLIENT}" algorithms: ALGORITHM_RS256\n'
                        + rules, encoding="utf-8")
        return str(file)

    def _handler(self):
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                page = issuer._pages.get(self.path)  # pylint: disable=protected-access
                body = json.dumps(page).encode()
                self.send_response(404 if page is None else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        return Handler

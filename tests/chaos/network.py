"""The proxy that stands in every hop, and the commands that steer it."""

import socket
import subprocess
import threading

SHAPES = ("pass", "delay", "stall", "drop", "throttle", "cut")


class ProxyError(Exception):
    """The proxy refused a command."""


class Network:
    """One proxy process. Thread-safe. Ends with stop(), or when this process ends."""

    def __init__(self, binary, control_socket):
        self._lock = threading.Lock()
        self._process = subprocess.Popen([str(binary), str(control_socket)],
                                         stdout=subprocess.PIPE, start_new_session=True)
        if not self._process.stdout.readline().startswith(b"serving"):
            raise ProxyError("the proxy did not start")
        self._control = socket.socket(socket.AF_UNIX)
        self._control.connect(str(control_socket))
        self._answers = self._control.makefile("r", encoding="ascii")

    def command(self, *words):
        """What follows `ok` in the answer."""
        line = " ".join(str(word) for word in words)
        with self._lock:
            self._control.sendall(line.encode() + b"\n")
            answer = self._answers.readline().strip()
        state, _, text = answer.partition(" ")
        if state != "ok":
            raise ProxyError(f"{line}: {answer}")
        return text

    def link(self, name, port, *upstreams):
        """The port on which the link listens."""
        return int(self.command("link", name, port, *upstreams))

    def heal(self, name="*"):
        self.command("heal", name)

    def stop(self):
        self._answers.close()
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

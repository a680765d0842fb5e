"""A stream entry that no relay wrote. redis-cli can't pass bytes, so this speaks the protocol itself."""

import hashlib
import socket


class Redis:
    """One connection for a few commands with binary arguments."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._input = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._input.close()
        self._socket.close()

    def command(self, *words):
        """bytes, int, None or a list of these; OSError for an error."""
        parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self._socket.sendall(b"*%d\r\n" % len(parts) + b"".join(
            b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        return self._reply()

    def _reply(self):
        line = self._input.readline()
        if not line.endswith(b"\r\n"):
            raise OSError("Redis has gone")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise OSError(rest.decode())
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        count = int(rest)
        if count < 0:
            return None
        if kind == b"*":
            return [self._reply() for _ in range(count)]
        return self._input.read(count + 2)[:-2]


def forge(port, stream, envelope_class):
    """Appends a false event behind the last one of the stream: dense, but not of the source's history.
    Its id, or None without a last one."""
    with Redis(port) as redis:
        last = redis.command("XREVRANGE", stream, "+", "-", "COUNT", 1)
        if not last:
            return None
        envelope = envelope_class.FromString(last[0][1][1])
        envelope.position += 1
        envelope.prev_chain = envelope.chain
        envelope.chain = hashlib.sha256(envelope.chain).digest()
        entry = f"{envelope.epoch}-{envelope.position}"
        redis.command("XADD", stream, entry, "e", envelope.SerializeToString())
        return entry

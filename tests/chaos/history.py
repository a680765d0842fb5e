"""What the clients of a run asked for and were told, one JSON object per line.

  process       which client
  type          invoke, ok (one per answer), fail (certainly without effect) or info (nobody knows)
  f             name of the method; `read` and `tail` lines have no request_id
  value         invoke: what was asked for; ok: what was answered; fail and info: the error
  request_id    of the command
  t_steady      seconds of the machine's steady clock
  t_wall        business time
"""

import json
import threading
import time

TYPES = ("invoke", "ok", "fail", "info")


class History:
    def __init__(self, path, clock):
        self._file = open(path, "w", encoding="utf-8")  # closed by close()
        self._clock = clock
        self._lock = threading.Lock()
        self.counts = {kind: 0 for kind in TYPES}

    def add(self, process, kind, f, value, request_id=""):
        with self._lock:
            # Under the lock, so that the order of lines is the order of times.
            line = {"process": process, "type": kind, "f": f, "value": value,
                    "request_id": request_id, "t_steady": time.monotonic(),
                    "t_wall": self._clock.now().isoformat()}
            self.counts[kind] += 1
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def close(self):
        self._file.close()


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]

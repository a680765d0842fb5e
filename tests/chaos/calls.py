"""Calls as a careful client makes them: repeated with the same request_id while nobody knows whether
they had an effect, on the other replica, and sometimes sent to both at once."""

import hashlib
import json
import random
import threading
import time
import uuid

import cluster
import contract

TIMEOUT = 4  # of one attempt, seconds
PATIENCE = 20  # for a command altogether
IMPATIENT = 0.05  # of the commands are given up when their first attempt is not answered
SENT_TWICE = 0.05
# What the library makes of a lost connection; a service's own INTERNAL has a reason.
LOST = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN", "INTERNAL")


def may_have_happened(error):
    return error.code in LOST and (error.code != "INTERNAL" or not error.reason)


def is_worth_repeating(error):
    return may_have_happened(error) or error.code == "RESOURCE_EXHAUSTED" or (
        error.code == "ABORTED" and error.reason == "CONFLICT")


def digest(answer):
    text = json.dumps(answer, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def summary(answer):
    """What checkers look at of an answer."""
    kept = {key: answer[key] for key in ("name", "etag", "state", "display_name", "overdue")
            if key in answer}
    return {**kept, "digest": digest(answer)}


class Caller:
    """One identity, on every replica. Thread-safe."""

    def __init__(self, system, history, token):
        self._history = history
        self._clients = [contract.Client(system.addresses(replica), token)
                         for replica in cluster.REPLICAS]

    def close(self):
        for client in self._clients:
            client.close()

    def ask(self, replica, method, request, timeout=TIMEOUT, service=None):
        client = self._clients[replica]
        return client.call_bytes(method, client.encode(method, request), service, timeout=timeout)

    # ---- Commands

    def command(self, process, method, request, value):
        """The answer, or None when it failed or nobody knows. The history gets all of it."""
        request = {**request, "request_id": str(uuid.uuid4())}
        f = method.rpartition(".")[2]
        self._history.add(process, "invoke", f, value, request["request_id"])
        other = None
        first = random.randrange(2)
        if random.random() < SENT_TWICE:
            other = threading.Thread(target=self._attempts,
                                     args=(process, method, request, 1 - first, [0]))
            other.start()
        doubts = [0]
        answer, error = self._attempts(process, method, request, first, doubts)
        if other is not None:
            other.join()
        if answer is None:
            # The twin may succeed, and what was sent before may still be on its way.
            certain = other is None and doubts[0] == 0
            self._history.add(process, "fail" if certain else "info", f,
                              {"code": error.code, "reason": error.reason},
                              request["request_id"])
        return answer

    def _attempts(self, process, method, request, replica, doubts):
        f = method.rpartition(".")[2]
        give_up = time.monotonic() + (0 if random.random() < IMPATIENT else PATIENCE)
        pause = 0.1
        while True:
            try:
                answer = self.ask(replica, method, request)
                self._history.add(process, "ok", f, summary(answer), request["request_id"])
                return answer, None
            except contract.RpcError as error:
                doubts[0] += may_have_happened(error)
                if not is_worth_repeating(error) or time.monotonic() + pause > give_up:
                    return None, error
            time.sleep(pause * random.uniform(0.5, 1))
            pause = min(2 * pause, 2)
            replica = 1 - replica

    # ---- Reads

    def read(self, process, method, request):
        """The answer of one attempt, or None."""
        f = method.rpartition(".")[2]
        begin = time.monotonic()
        try:
            answer = self.ask(random.randrange(2), method, request)
        except contract.RpcError as error:
            if not is_worth_repeating(error):
                self._history.add(process, "fail", f, {"code": error.code, "reason": error.reason,
                                                       "name": request.get("name", "")})
            return None
        self._history.add(process, "ok", f, {**summary(answer), "begin": begin})
        return answer

"""Systems of other departments, registered over HTTP, and their keys."""

import datetime


def register(registrar, code, **fields):
    return registrar("POST", f"/v1/districts/{code}/partners", fields).ok()


def issue_key(registrar, partner, **fields):
    """(the key, its secret). Keys end in real time."""
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=300)
    issued = registrar("POST", f"/v1/{partner['name']}/apiKeys",
                       {"expireTime": end.strftime("%Y-%m-%dT%H:%M:%SZ"), **fields}).ok()
    return issued["apiKey"], issued["secret"]

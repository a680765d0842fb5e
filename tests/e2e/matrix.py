"""Every rpc as its descriptor has it, with requests of good form made from field options alone: a new
rpc is here by itself."""

import base64
import json
import re
import subprocess
import time

from google.protobuf import json_format

from contract import Client, RpcError, service_of

DISTRICT = "districts/{district}"
REQUIRED, OUTPUT_ONLY = 2, 3  # google.api.FieldBehavior
# What no option tells of a field that names no resource.
FEED = "internal"


# ---- Tokens

def sign(system, key, claims):
    """A token of a key of the system: `people` or `svc-NAME`. The command line signs only what is in
    order: for people, valid, beginning now."""
    def pack(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    head = b".".join(pack(json.dumps(part).encode()) for part in (
        {"alg": "ES256", "typ": "JWT"}, {"iss": key, **claims}))
    done = subprocess.run(["openssl", "dgst", "-sha256", "-sign",
                           system.folder / f"keys/private/{key}.pem"],
                          input=head, capture_output=True, timeout=30, check=True)
    return (head + b"." + pack(raw_signature(done.stdout))).decode()


def raw_signature(der):
    """Of SEQUENCE {r, s} with a byte of length each: r and s in 32 bytes each, as tokens have them."""
    raw, at = b"", 2
    for _ in range(2):
        size = der[at + 1]
        raw += der[at + 2:at + 2 + size].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + size
    return raw


def token(system, role, district, began=0, life=3600, posts=()):
    """Of a caller with one role. `began`: seconds from now."""
    service = role == "SERVICE"  # which people can't be
    now = int(time.time()) + began
    return sign(system, "svc-venue" if service else "people", {
        "sub": "services/venue" if service else f"users/{role.lower()}", "roles": [role],
        "district": district, "posts": list(posts), "iat": now, "exp": now + life})


# ---- What the contract says

class Method:
    """One rpc at one server."""

    def __init__(self, contract, descriptor, server, subjects):
        rule = contract.option(descriptor, "rectify.authz.v1.rule")
        roles = contract.values("rectify.authz.v1.Role")
        self.server = server
        self.name = f"{descriptor.containing_service.full_name}.{descriptor.name}"
        self.operation = f"{descriptor.containing_service.name}_{descriptor.name}"
        _, self.request, _ = contract.method(self.name)
        self.roles = {roles[number].removeprefix("ROLE_") for number in rule.any_of}
        self.public = rule.public
        self.reads = rule.idempotent
        self.resource_field = rule.resource_field
        self.pattern = self._pattern(contract, descriptor, subjects)
        self.streams = descriptor.client_streaming or descriptor.server_streaming
        http = contract.option(descriptor, "google.api.http")
        self.verb = http.WhichOneof("pattern")
        self.template = getattr(http, self.verb) if self.verb else None
        self.body = http.body

    def _pattern(self, contract, descriptor, subjects):
        """Of what the call is about; a field for resources of any kind takes one of the server's."""
        if not self.resource_field:
            return ""
        kind, (*parents, last) = descriptor.input_type, self.resource_field.split(".")
        for parent in parents:
            kind = kind.fields_by_name[parent].message_type
        field = kind.fields_by_name[last]
        return contract.option(field, "rectify.authz.v1.resource_name") or subjects[self.server]

    @property
    def about_one(self):
        """Whether it is about a thing in a district, which can be missing, not the district itself."""
        return self.pattern not in ("", DISTRICT)

    def __repr__(self):
        return f"{self.server}:{self.operation}"


def methods(contract, servers, offers):
    """What `servers` offer: each its own package, and what of the packages of no server it `offers`."""
    subjects = dict(subjects_of(contract))
    found = []
    for service in contract.services():
        owner = service_of(service.full_name)
        for server in [owner] if owner in servers else servers:
            if owner == server or offers(server, service):
                found += [Method(contract, method, server, subjects) for method in service.methods]
    return found


def subjects_of(contract):
    """A kind of thing of each package that can be read by its name."""
    for service in contract.services():
        for method in service.methods:
            http = contract.option(method, "google.api.http")
            for field in method.input_type.fields:
                pattern = contract.option(field, "rectify.authz.v1.resource_name")
                if http.get and field.name == "name" and pattern.endswith("/{uuid}"):
                    yield service_of(service.full_name), pattern


# ---- Names

class Names:
    """The things that there are, by district and kind, gathered from answers."""

    NAME = re.compile(r"districts/(\d{6})/(\w+)/([\w-]+)")
    MADE_UP = {"uuid": "01850000-0000-7000-8000-0000000f0000", "code": "none"}

    def __init__(self):
        self._known = {}

    def gather(self, answer):
        for match in self.NAME.finditer(json.dumps(answer, ensure_ascii=False)):
            if match[3] not in self.MADE_UP.values():
                self._known.setdefault((match[1], match[2]), match[0])

    def real(self, pattern, district):
        """One that exists, else None."""
        if pattern == DISTRICT:
            return f"districts/{district}"
        parts = pattern.split("/")
        return self._known.get((district, parts[2])) if len(parts) == 4 else None

    def missing(self, pattern, district):
        """One that does not."""
        return pattern.format(district=district, **self.MADE_UP)


# ---- Requests

class Requests:
    """Requests with everything that is required and nothing else."""

    def __init__(self, contract, names, now):
        self._contract = contract
        self._names = names
        self._now = now

    def make(self, method, name, district, references=()):
        """About `name`; what it refers to exists in `district`, where it can. `references`: other
        values for fields by their paths."""
        request = method.request()
        self._fill(request, method.server, district)
        for path, value in ((method.resource_field, name), *references):
            if path:
                put(request, path, value)
        for path, _ in references:
            if "update_mask" in request.DESCRIPTOR.fields_by_name:
                request.update_mask.paths[:] = [path.split(".")[1].removesuffix("[0]")]
        return request

    def references(self, method):
        """Paths and patterns of the fields that name something beside what the call is about; not a new
        thing's own name, which the server gives."""
        return [(path, pattern) for path, pattern in self._named(method.request.DESCRIPTOR, "", ())
                if path != method.resource_field and not path.endswith(".name")
                and pattern.startswith(DISTRICT + "/")]

    def _named(self, kind, prefix, above):
        for field in kind.fields:
            if OUTPUT_ONLY in self._behavior(field):
                continue
            path = prefix + field.name + ("[0]" if field.label == field.LABEL_REPEATED else "")
            pattern = self._contract.option(field, "rectify.authz.v1.resource_name")
            if pattern:
                yield path, pattern
            if field.message_type is not None and field.message_type not in above:
                yield from self._named(field.message_type, path + ".", (*above, kind))

    def _behavior(self, field):
        return self._contract.option(field, "google.api.field_behavior")

    def _fill(self, message, server, district):
        for field in message.DESCRIPTOR.fields:
            if field.message_type is not None and field.message_type.name == "FieldMask":
                message.update_mask.paths.append(self._changeable(message))
            elif REQUIRED in self._behavior(field) and OUTPUT_ONLY not in self._behavior(field):
                self._fill_field(message, field, server, district)

    def _changeable(self, message):
        """A field of the resource that an update may name."""
        resource = next(field.message_type for field in message.DESCRIPTOR.fields
                        if field.message_type is not None and field.message_type.name != "FieldMask")
        fields = [field for field in resource.fields if OUTPUT_ONLY not in self._behavior(field)]
        fields = [field.name for field in fields if field.name not in ("name", "etag")]
        # Which one may be changed no option tells; a state or a kind mostly may not.
        return next((name for name in ("items", "display_name", "title") if name in fields), fields[0])

    def _fill_field(self, message, field, server, district):
        if field.message_type is not None:
            child = getattr(message, field.name)
            if field.label == field.LABEL_REPEATED:
                child = child.add()
            child.SetInParent()
            self._fill_message(child, server, district)
            return
        value = self._value(field, server, district)
        if field.label == field.LABEL_REPEATED:
            getattr(message, field.name).append(value)
        else:
            setattr(message, field.name, value)

    def _fill_message(self, message, server, district):
        kind = message.DESCRIPTOR.full_name
        if kind == "google.protobuf.Timestamp":
            message.seconds = int(self._now.timestamp())
        elif kind == "google.protobuf.Duration":
            message.seconds = 1
        elif kind == "google.type.Date":
            message.year, message.month, message.day = self._now.year, self._now.month, self._now.day
        else:
            self._fill(message, server, district)

    def _value(self, field, server, district):
        if field.enum_type is not None:
            return field.enum_type.values[1].number
        if field.cpp_type == field.CPPTYPE_BOOL:
            return True
        if field.type == field.TYPE_BYTES:
            return "示例".encode()
        if field.cpp_type != field.CPPTYPE_STRING:
            return 1
        pattern = self._contract.option(field, "rectify.authz.v1.resource_name")
        if pattern:
            return self._names.real(pattern, district) or self._names.missing(pattern, district)
        return {"source": server, "feed": FEED}.get(field.name, "示例")


def put(message, path, value):
    """Sets the field of a path like `order.name` or `officers[0]`; lists have one entry then."""
    *parents, last = path.split(".")
    for part in parents:
        message = step(message, part)
    if last.endswith("[0]"):
        entries = getattr(message, last.removesuffix("[0]"))
        del entries[:]
        entries.append(value)
    else:
        setattr(message, last, value)


def step(message, part):
    child = getattr(message, part.removesuffix("[0]"))
    if not part.endswith("[0]"):
        return child
    return child[0] if child else child.add()


# ---- Calls

class Answer:
    """What a caller sees: over gRPC the canonical code, over HTTP the status."""

    def __init__(self, code, reason, rest, value=None):
        self.code = code
        self.reason = reason
        self._rest = rest
        self.value = value

    def without(self, name):
        """All of it but the name that was asked for."""
        return repr((self.code, self.reason, self._rest, self.value)).replace(name, "…")

    def names(self, name):
        return name in repr(self._rest)

    def __repr__(self):
        return f"{self.code} {self.reason} {self._rest}"


def ask(client, method, request):
    """The answer over gRPC."""
    data = request.SerializeToString()
    try:
        if method.streams:
            value = client.stream_bytes(method.name, [data], method.server)
        else:
            value = client.call_bytes(method.name, data, method.server)
    except RpcError as error:
        return Answer(error.code, error.reason,
                      (error.message, sorted(error.metadata.items()), error.fields))
    return Answer("OK", "", (), value)


def ask_http(http, bearer, method, request):
    """The answer through the gateway."""
    values = json_format.MessageToDict(request, preserving_proto_field_name=True)
    path = re.sub(r"\{([\w.]+)[^}]*\}", lambda match: str(take(values, match[1])), method.template)
    body, query = None, []
    if method.body == "*":
        body = values
    else:
        if method.body:
            body = values.pop(method.body, {})
        query = list(flat(values))
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    answer = http(method.verb.upper(), path, body, query, **headers)
    if answer.status == 200:
        return Answer(200, "", (), answer.json)
    problem = dict(answer.json)
    if answer.headers["Content-Type"] != "application/problem+json":
        raise AssertionError(f"{method}: {answer.status} is no problem document")
    return Answer(answer.status, problem.pop("reason", ""), sorted(problem.items()))


def take(values, path):
    *parents, last = path.split(".")
    for part in parents:
        values = values[part]
    return values.pop(last)


def flat(values, prefix=""):
    """The parameters of a query: dotted paths, a list's entries one by one."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield from ((prefix + key, entry)
                        for entry in (value if isinstance(value, list) else [value]))

"""Calls by nothing but the gateway's OpenAPI document. What is sent and what comes back is held against
its schemas by a stock validator, and neither may have a field that the document does not tell of."""

import copy
import datetime
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid

import jsonschema

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_instant(text):
    return datetime.datetime.fromisoformat(text).tzinfo is not None


class Undocumented(Exception):
    """What the document does not tell of, or tells otherwise."""


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.json = json.loads(body)


class OpenApiClient:
    def __init__(self, address, document):
        self._address = address
        self._document = copy.deepcopy(document)
        for schema in self._document["components"]["schemas"].values():
            close(schema)
        self._operations = {operation["operationId"]: (verb.upper(), path, operation)
                            for path, verbs in document["paths"].items()
                            for verb, operation in verbs.items()}
        # How often each (operation, status) was seen to be as documented.
        self.seen = {}

    def call(self, operation_id, token="", path=(), query=None, body=None, **headers):
        """The answer to the operation of this id; `path` has the wildcards' values in their order."""
        verb, template, operation = self._operations[operation_id]
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if any(parameter.get("name") == "Idempotency-Key" for parameter in operation["parameters"]):
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        self._check_parameters(operation, query or {}, headers)
        if body is not None:
            self.check(body, operation["requestBody"]["content"]["application/json"]["schema"])
        answer = self.send(verb, self._target(template, path, query), token, body, headers)
        self._check_answer(operation, answer)
        return answer

    def send(self, verb, target, token, body, headers):
        """As it is, without a look into the document."""
        headers = {**headers, **({"Authorization": f"Bearer {token}"} if token else {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        request = urllib.request.Request(self._address + target, body, headers, method=verb)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def check(self, value, schema):
        """jsonschema.ValidationError when the value is not of the schema."""
        whole = {"components": self._document["components"], **schema}
        jsonschema.Draft202012Validator(whole, format_checker=FORMATS).validate(value)

    def _resolve(self, item):
        while "$ref" in item:
            found = self._document
            for word in item["$ref"].removeprefix("#/").split("/"):
                found = found[word]
            item = found
        return item

    @staticmethod
    def _target(template, path, query):
        pieces = template.split("{")
        target = pieces[0]
        for value, piece in zip(path, pieces[1:], strict=True):
            target += urllib.parse.quote(value, safe="") + piece.partition("}")[2]
        return target + ("?" + urllib.parse.urlencode(query) if query else "")

    def _check_parameters(self, operation, query, headers):
        parameters = [self._resolve(parameter) for parameter in operation["parameters"]]
        for place, sent in (("query", query), ("header", headers)):
            known = {one["name"]: one for one in parameters if one["in"] == place}
            if unknown := set(sent) - set(known):
                raise Undocumented(f"{operation['operationId']} has no {place} {unknown}")
            for name, value in sent.items():
                self.check(value, known[name]["schema"])

    def _check_answer(self, operation, answer):
        responses = operation["responses"]
        response = self._resolve(responses.get(str(answer.status), responses["default"]))
        content = response["content"].get(answer.headers["Content-Type"])
        if content is None:
            raise Undocumented(f"{operation['operationId']} answers {answer.status} as "
                               f"{answer.headers['Content-Type']}")
        self.check(answer.json, content["schema"])
        if "ETag" in answer.headers and "ETag" not in response.get("headers", ()):
            raise Undocumented(f"{operation['operationId']} answers {answer.status} with an ETag")
        key = operation["operationId"], answer.status
        self.seen[key] = self.seen.get(key, 0) + 1


def close(schema):
    """Lets objects of the schema have the properties that it names and no others."""
    properties = schema.get("properties", {})
    if properties:
        schema.setdefault("additionalProperties", False)
    for inner in (*properties.values(), schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            close(inner)

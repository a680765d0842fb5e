#!/usr/bin/python3
"""The main path as another department's Python program would do it: it has no file of ours, only an
address and tokens. It learns the contract from the server's reflection.

Reads a JSON object on stdin (addresses, tokens, names of what exists) and prints one about the result.
"""

import json
import sys
import time
import uuid

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory


def reflection_messages():
    """The messages of grpc.reflection.v1alpha that are needed here; Debian packages no module of them."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="reflection_subset.proto", package="grpc.reflection.v1alpha", syntax="proto3")
    request = file.message_type.add(name="ServerReflectionRequest")
    request.field.add(name="file_containing_symbol", number=4, type=field.TYPE_STRING,
                      label=field.LABEL_OPTIONAL)
    files = file.message_type.add(name="FileDescriptorResponse")
    files.field.add(name="file_descriptor_proto", number=1, type=field.TYPE_BYTES,
                    label=field.LABEL_REPEATED)
    response = file.message_type.add(name="ServerReflectionResponse")
    response.field.add(name="file_descriptor_response", number=4, type=field.TYPE_MESSAGE,
                       type_name=".grpc.reflection.v1alpha.FileDescriptorResponse",
                       label=field.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return (message_class(pool, "grpc.reflection.v1alpha.ServerReflectionRequest"),
            message_class(pool, "grpc.reflection.v1alpha.ServerReflectionResponse"))


def message_class(pool, name):
    descriptor = pool.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


class Service:
    """One service of Rectify, known by nothing but its name and address."""

    def __init__(self, address, name):
        self._name = name
        self._channel = grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)])
        self._pool = descriptor_pool.DescriptorPool()
        self._reflect()

    def _reflect(self):
        request_class, response_class = reflection_messages()
        stub = self._channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            request_class.SerializeToString, response_class.FromString)
        question = iter([request_class(file_containing_symbol=self._name)])
        files = {}
        for response in stub(question, timeout=10):
            for data in response.file_descriptor_response.file_descriptor_proto:
                file = descriptor_pb2.FileDescriptorProto.FromString(data)
                files[file.name] = file
        added = set()

        def add(name):
            if name not in added:
                added.add(name)
                for dependency in files[name].dependency:
                    add(dependency)
                self._pool.Add(files[name])

        for name in files:
            add(name)

    def call(self, method, token, request):
        found = self._pool.FindServiceByName(self._name).methods_by_name[method]
        request_class = message_class(self._pool, found.input_type.full_name)
        response_class = message_class(self._pool, found.output_type.full_name)
        stub = self._channel.unary_unary(f"/{self._name}/{method}", request_class.SerializeToString,
                                         response_class.FromString)
        message = json_format.ParseDict(request, request_class())
        response = stub(message, timeout=10, metadata=[("authorization", f"Bearer {token}")])
        return json_format.MessageToDict(response, preserving_proto_field_name=True)


def until(what, attempt):
    """Other services hear of a change a moment later."""
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        result = attempt()
        if result:
            return result
        time.sleep(0.05)
    sys.exit(f"no {what} within 20 s")


def request_id():
    return str(uuid.uuid4())


def main():
    given = json.load(sys.stdin)
    tokens, parent, officers = given["tokens"], given["parent"], given["officers"]
    venues = Service(given["addresses"]["venue"], "rectify.venue.v1.VenueRegistry")
    hazards = Service(given["addresses"]["hazard"], "rectify.hazard.v1.HazardFindings")
    deadlines = Service(given["addresses"]["deadline"], "rectify.deadline.v1.RectificationDeadlines")

    venue = venues.call("CreateVenue", tokens["registrar"], {
        "parent": parent, "venue_id": given["venue_id"], "request_id": request_id(),
        "venue": {
            "display_name": given["venue_name"], "venue_class": "VENUE_CLASS_CROWDED",
            "kind": "VENUE_KIND_MALL", "no_uscc_reason": "示例：无照经营", "address": "示例路1号",
            "street": given["street"]}})
    inspection = hazards.call("RecordInspection", tokens["inspector"], {
        "parent": parent, "request_id": request_id(),
        "inspection": {
            "venue": venue["name"], "inspect_time": given["now"], "officers": officers,
            "findings": [{"catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                          "description": "消火栓箱门损坏"}]}})

    order = until("drafted order", lambda: deadlines.call("ListOrders", tokens["inspector"], {
        "parent": parent, "filter": f'inspection = "{inspection["name"]}"'}).get("orders"))[0]

    def act(verb, role, **more):
        return deadlines.call(verb, tokens[role], {"name": order["name"], "request_id": request_id(),
                                                   **more})

    act("SubmitOrder", "inspector")
    for role in ("department_head", "legal_reviewer", "chief"):
        act("ApproveOrder", role, opinion="同意")
    act("IssueOrder", "inspector")
    order = act("ServeOrder", "inspector", service={
        "method": "SERVICE_METHOD_DIRECT", "serve_time": given["now"], "receiver": "示例收件人（本人）",
        "officers": officers, "proof": "示例送达回证"})
    act("ReportRectification", "manager", statement="箱门已更换")
    closed = act("RecordRecheck", "inspector", recheck_time=given["now"], officers=officers,
                 results=[{"finding": item["finding"], "rectified": True} for item in order["items"]])

    finding = until("rectified finding", lambda: [
        finding for finding in [hazards.call("GetFinding", tokens["inspector"], {
            "name": inspection["findings"][0]["name"]})]
        if finding["state"] == "STATE_RECTIFIED"])[0]
    print(json.dumps({"order": closed["name"], "number": closed["document_number"],
                      "order_state": closed["state"], "finding": finding["name"],
                      "finding_state": finding["state"]}))


if __name__ == "__main__":
    main()

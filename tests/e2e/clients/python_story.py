#!/usr/bin/python3
"""The ten steps as another department's Python program would walk them: it has no file of ours, only
addresses and tokens. It learns the contract from the servers' reflection.

Reads a JSON object on stdin (addresses, tokens, names of what exists) and prints one about the result.
Run once for the casework, and later once more to catch up.
"""

import json
import sys
import time
import uuid

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

LEADS = "rectify.hazard.v1.Leads."
HAZARDS = "rectify.hazard.v1.HazardFindings."
CAMPAIGNS = "rectify.hazard.v1.Campaigns."
TASKS = "rectify.hazard.v1.DepartmentTasks."
DEADLINES = "rectify.deadline.v1.RectificationDeadlines."
PARTNERS = "rectify.partner.v1.PartnerRegistry."
WEBHOOKS = "rectify.partner.v1.Webhooks."
FEED = "rectify.event.v1.EventFeed."
HAZARD_FEED = {"source": "hazard", "feed": "internal"}


# ---- Calls by reflection


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


class Server:
    """One process of Rectify, known by nothing but its address."""

    def __init__(self, address):
        self._channel = grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)])
        self._pool = descriptor_pool.DescriptorPool()
        self._known = set()

    def call(self, method, token, request):
        path, request_class, response_class = self._method(method)
        stub = self._channel.unary_unary(path, request_class.SerializeToString,
                                         response_class.FromString)
        message = json_format.ParseDict(request, request_class())
        return as_dict(stub(message, timeout=10, metadata=login(token)))

    def stream(self, method, token, request):
        """The answers of a method that gives its answer in pieces."""
        path, request_class, response_class = self._method(method)
        stub = self._channel.unary_stream(path, request_class.SerializeToString,
                                          response_class.FromString)
        message = json_format.ParseDict(request, request_class())
        yield from stub(message, timeout=10, metadata=login(token))

    def reason(self, error):
        """Why a call failed, as our error model says it: the reason of its google.rpc.ErrorInfo."""
        details = dict(error.trailing_metadata())["grpc-status-details-bin"]
        for detail in self._message("google.rpc.Status").FromString(details).details:
            if detail.type_url.endswith("/google.rpc.ErrorInfo"):
                return self._message("google.rpc.ErrorInfo").FromString(detail.value).reason
        return ""

    def _method(self, name):
        service, _, method = name.rpartition(".")
        self._learn(service)
        found = self._pool.FindServiceByName(service).methods_by_name[method]
        return (f"/{service}/{method}", message_class(self._pool, found.input_type.full_name),
                message_class(self._pool, found.output_type.full_name))

    def _message(self, name):
        self._learn(name)
        return message_class(self._pool, name)

    def _learn(self, symbol):
        """Asks the server for the file that has the symbol, and for all that the file needs."""
        if symbol in self._known:
            return
        request_class, response_class = reflection_messages()
        stub = self._channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            request_class.SerializeToString, response_class.FromString)
        files = {}
        for response in stub(iter([request_class(file_containing_symbol=symbol)]), timeout=10):
            for data in response.file_descriptor_response.file_descriptor_proto:
                file = descriptor_pb2.FileDescriptorProto.FromString(data)
                files[file.name] = file
        for name in files:
            self._add(name, files)
        self._known.add(symbol)

    def _add(self, name, files):
        if name not in self._known:
            self._known.add(name)
            for dependency in files[name].dependency:
                self._add(dependency, files)
            self._pool.Add(files[name])


def login(token):
    return [("authorization", f"Bearer {token}")]


def as_dict(message):
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def until(what, attempt):
    """Other services hear of a change a moment later."""
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        result = attempt()
        if result:
            return result
        time.sleep(0.05)
    sys.exit(f"no {what} within 20 s")


# ---- The story


class Story:
    """`named`: what it has come to, the names of its things by what they are."""

    def __init__(self, given):
        self.given = given
        self.parent = given["parent"]
        self.servers = {name: Server(address) for name, address in given["addresses"].items()
                        if name != "gateway"}
        self.named = {}

    def casework(self):
        self.note_where_the_feed_is()
        self.register_the_venue()
        self.hand_in_a_lead()
        self.inspect_and_verify_the_lead()
        self.order_and_serve()
        self.join_as_a_partner()
        self.assign_a_task_and_hear_of_it()
        self.report_the_task()
        self.rectify_and_recheck()
        self.reply_to_the_lead()
        return self.named

    def catch_up(self):
        self.named = dict(self.given["first"])
        missed = self.read_what_was_missed()
        sheet = self.export_the_venue()
        inspection = self.inspect()
        order = self.drafted_order(inspection["name"])
        return {**missed, "sheet": sheet, "next_order": order["name"],
                "clock": self.running_clock()}

    # ---- What the steps have in common

    def call(self, method, role, server="", **request):
        """As somebody of the role. Which server has a method, the second word of its package says."""
        return self.servers[server or method.split(".")[1]].call(
            method, self.given["tokens"][role], request)

    def do(self, method, role, **request):
        """A command. With the same request_id it may be sent again until there is an answer."""
        return self.call(method, role, request_id=str(uuid.uuid4()), **request)

    def inspect(self, **more):
        return self.do(HAZARDS + "RecordInspection", "inspector", parent=self.parent, inspection={
            "venue": self.named["venue"], "inspect_time": self.given["now"],
            "officers": self.given["officers"], "findings": [{
                "catalog_code": "B02", "disposition": "DISPOSITION_ORDER",
                "description": "消火栓箱门损坏"}], **more})

    def drafted_order(self, inspection):
        return until("drafted order", lambda: self.call(
            DEADLINES + "ListOrders", "inspector", parent=self.parent,
            filter=f'inspection = "{inspection}"').get("orders"))[0]

    def finding_becomes(self, state):
        def attempt():
            found = self.call(HAZARDS + "GetFinding", "inspector", name=self.named["finding"])
            return found["state"] == state
        until(f"finding in {state}", attempt)
        self.named["finding_state"] = state

    # ---- Steps one to seven

    def note_where_the_feed_is(self):
        """A reader keeps position, epoch and chain of the last event that it has applied."""
        head = self.call(FEED + "GetHead", "operator", "hazard", **HAZARD_FEED)
        self.named["noted"] = {f"after_{name}": head[name] for name in ("position", "epoch", "chain")
                               if name in head}

    def register_the_venue(self):
        venue = self.do("rectify.venue.v1.VenueRegistry.CreateVenue", "registrar",
                        parent=self.parent, venue_id=self.given["venue_id"], venue={
                            "display_name": self.given["venue_name"],
                            "venue_class": "VENUE_CLASS_CROWDED", "kind": "VENUE_KIND_MALL",
                            "no_uscc_reason": "示例：无照经营", "address": "示例路1号",
                            "street": self.given["street"]})
        self.named["venue"] = venue["name"]

    def hand_in_a_lead(self):
        # The id of our own system: handed in twice, it is one lead all the same.
        lead = self.do(LEADS + "CreateLead", "street_officer", parent=self.parent, lead={
            "source": "SOURCE_GRID_WORKER", "category": "CATEGORY_OTHER",
            "external_id": f"grid-{self.given['venue_id']}", "text": "示例：消火栓箱门损坏",
            "place": "示例路1号一层", "venue": self.named["venue"]})
        self.named["lead"] = lead["name"]
        self.do(LEADS + "AcceptLead", "department_head", name=lead["name"],
                officer=self.given["officers"][0])

    def inspect_and_verify_the_lead(self):
        inspection = self.inspect(lead=self.named["lead"])
        self.named["inspection"] = inspection["name"]
        self.named["finding"] = inspection["findings"][0]["name"]
        self.do(LEADS + "VerifyLead", "inspector", name=self.named["lead"],
                outcome="OUTCOME_CONFIRMED", inspection=inspection["name"], text="示例：现场核查属实")

    def order_and_serve(self):
        order = self.named["order"] = self.drafted_order(self.named["inspection"])["name"]
        try:
            self.do(DEADLINES + "IssueOrder", "inspector", name=order)
        except grpc.RpcError as error:  # Nobody has approved it yet.
            self.named["early"] = self.servers["deadline"].reason(error)
        self.do(DEADLINES + "SubmitOrder", "inspector", name=order)
        for role in ("department_head", "legal_reviewer", "chief"):
            self.do(DEADLINES + "ApproveOrder", role, name=order, opinion="同意")
        self.do(DEADLINES + "IssueOrder", "inspector", name=order)
        self.do(DEADLINES + "ServeOrder", "inspector", name=order, service={
            "method": "SERVICE_METHOD_DIRECT", "serve_time": self.given["now"],
            "receiver": "示例收件人（本人）", "officers": self.given["officers"],
            "proof": "示例送达回证"})
        self.finding_becomes("STATE_ORDERED")

    def join_as_a_partner(self):
        """The department's system is told of its tasks at its own address."""
        partner = self.do(PARTNERS + "CreatePartner", "registrar", parent=self.parent, partner={
            "display_name": f"{self.given['venue_name']}的平台", "role": "ROLE_DEPARTMENT_STAFF",
            "posts": [self.given["department"]], "scopes": [TASKS + "*"],
            "event_types": ["rectify.hazard.v1.DepartmentTaskAssigned"]})
        added = self.do(WEBHOOKS + "AddWebhook", "registrar", parent=partner["name"],
                        webhook={"url": self.given["webhook_url"]})
        self.named["webhook"] = added["webhook"]["name"]
        # Told once and never again: what comes is signed with it.
        self.named["secret"] = added["secret"]

    def assign_a_task_and_hear_of_it(self):
        phase = {"title": "示例阶段", "first_day": self.given["today"],
                 "last_day": self.given["due_date"]}
        campaign = self.do(CAMPAIGNS + "CreateCampaign", "department_head", parent=self.parent,
                           campaign_id=self.given["campaign_id"], campaign={
                               "title": "示例专项行动", "checklist": "four-class", "phases": [phase]})
        self.do(CAMPAIGNS + "ActivateCampaign", "department_head", name=campaign["name"])
        task = self.do(TASKS + "AssignDepartmentTask", "department_head", parent=self.parent, task={
            "campaign": campaign["name"], "department": self.given["department"],
            "due_date": self.given["due_date"], "text": "示例：督促单位维修消火栓"})
        self.named["task"] = task["name"]
        until("delivery of the task", lambda: self.call(
            WEBHOOKS + "ListWebhookDeliveries", "registrar", parent=self.named["webhook"],
            filter=f'state = "DELIVERED" AND subject = "{task["name"]}"').get("deliveries"))

    def report_the_task(self):
        self.do(TASKS + "ReportDepartmentTask", "department_staff", name=self.named["task"],
                report="示例：已督促单位维修")
        accepted = self.do(TASKS + "AcceptDepartmentTask", "department_head",
                           name=self.named["task"])
        self.named["task_state"] = accepted["state"]

    def rectify_and_recheck(self):
        order = self.named["order"]
        self.do(DEADLINES + "ReportRectification", "venue_manager", name=order,
                statement="箱门已更换")
        closed = self.do(DEADLINES + "RecordRecheck", "inspector", name=order,
                         recheck_time=self.given["now"], officers=self.given["officers"],
                         results=[{"finding": self.named["finding"], "rectified": True}])
        self.named["order_state"] = closed["state"]
        self.named["number"] = closed["document_number"]
        self.finding_becomes("STATE_RECTIFIED")

    def reply_to_the_lead(self):
        replied = self.do(LEADS + "ReplyLead", "inspector", name=self.named["lead"],
                          result="REPLY_RESULT_TOLD", text="示例：已告知网格员")
        self.named["lead_state"] = replied["state"]

    # ---- Steps eight to ten, thirty days later

    def read_what_was_missed(self):
        """From where it was to the head, page by page; of all that is told there, its own things."""
        after, positions, events = self.named["noted"], [], []
        own = {self.named[what] for what in ("lead", "inspection", "finding", "task")}
        while page := self.call(FEED + "ReadEvents", "operator", "hazard", **HAZARD_FEED, **after,
                                max_events=5).get("events"):
            positions += [int(event["position"]) for event in page]
            events += [(event["type"], event["aggregate"]) for event in page
                       if event["aggregate"] in own]
            # The chain says which history was read: of another one there is no next page.
            after = {f"after_{name}": page[-1][name] for name in ("position", "epoch", "chain")}
        return {"positions": positions, "events": events}

    def export_the_venue(self):
        """The header of the list of venues and the line of ours. The file comes in pieces."""
        pieces = self.servers["venue"].stream(
            "rectify.venue.v1.VenueDirectory.ExportVenues", self.given["tokens"]["registrar"],
            {"parent": self.parent})
        lines = b"".join(piece.csv for piece in pieces).decode("utf-8-sig").split("\r\n")
        [line] = [line for line in lines if line.startswith(self.given["venue_name"] + ",")]
        return [lines[0], line]

    def running_clock(self):
        """What has to be done next for the venue and by when, as a calendar shows it."""
        [clock] = self.call(DEADLINES + "ListClocks", "inspector", parent=self.parent,
                            filter=f'venue = "{self.named["venue"]}" AND state = "RUNNING"')["clocks"]
        due = clock["due_date"]
        return {"uid": clock["name"], "summary": f"{clock['title']}：{clock['party']}",
                "day": f"{due['year']}-{due['month']:02}-{due['day']:02}"}


def main():
    given = json.load(sys.stdin)
    story = Story(given)
    print(json.dumps(story.casework() if given["phase"] == "casework" else story.catch_up()))


if __name__ == "__main__":
    main()

"""Within a district, what is somebody else's is as good as not there: for streets and departments another's
leads, tasks and letters, for venues another's orders, seals and self-inspections. Who may read a thing but
not act on it is told so; and nobody of another district has a hand in it."""

import hashlib
import unittest

import contract
import system
from casework import LEADS, REFERRALS, SEALS, SELF_INSPECTIONS, TASKS, Casework
from district import DEADLINES, day, new_id

LIFE = "rectify.deadline.v1.OrderLife."
EVIDENCE = "rectify.hazard.v1.EvidenceStore."


def setUpModule():
    Ownership.district = Casework(system.shared(), "120153")
    unittest.addModuleCleanup(Ownership.district.close)
    Ownership.elsewhere = Casework(system.shared(), "120154")
    unittest.addModuleCleanup(Ownership.elsewhere.close)


class Ownership(unittest.TestCase):
    district = None
    elsewhere = None

    # ---- Comparing

    def refusal(self, call, *args, **more):
        with self.assertRaises(contract.RpcError) as caught:
            call(*args, **more)
        return caught.exception

    def assert_like_a_missing_one(self, call, name):
        """`call`, of one argument, answers about `name` as about a thing that does not exist."""
        missing = f"{name.rpartition('/')[0]}/{new_id()}"
        said = []
        for each in (name, missing):
            error = self.refusal(call, each)
            said.append(repr((error.code, error.reason, error.message, error.metadata,
                              error.fields)).replace(each, "…"))
            self.assertEqual((error.code, error.reason), ("NOT_FOUND", "NOT_FOUND"), error)
        self.assertEqual(*said)

    def assert_hidden(self, clients, method, name, **more):
        """From each of the clients, whether they guess a version or not."""
        _, request, _ = contract.Client.contract.method(method)
        versions = ("", "示例") if "etag" in request.DESCRIPTOR.fields_by_name else ("",)
        for client in clients:
            for version in versions:
                with self.subTest(method=method, etag=version):
                    fields = {**more, "etag": version} if version else more
                    self.assert_like_a_missing_one(
                        lambda each: self.district.do(client, method, name=each, **fields)
                        if "request_id" in request.DESCRIPTOR.fields_by_name
                        else client.call(method, {"name": each, **fields}), name)

    def assert_attaches_nothing(self, clients, name):
        for client in clients:
            self.assert_like_a_missing_one(lambda each: self.attach(client, each), name)

    def attach(self, client, subject):
        text = "示例证据".encode()
        return client.stream(EVIDENCE + "UploadEvidence", [
            {"parent": self.district.parent, "request_id": new_id(), "chunk": text, "metadata": {
                "subject": subject, "media_type": "text/plain",
                "sha256": hashlib.sha256(text).hexdigest(),
                "capture_time": {"seconds": int(self.district.local_time().timestamp())}}}])

    def listed(self, client, method, field):
        answer = client.call(method, {"parent": self.district.parent})
        return [each["name"] for each in answer.get(field, [])]

    # ---- Streets and departments

    def test_a_lead_is_its_street_s(self):
        own = self.district.street_officer(self.district.streets[0])
        others = [self.district.street_officer(self.district.streets[1]),
                  self.district.client("users/nowhere", "STREET_OFFICER"),
                  self.district.department_staff(self.district.departments[0]),
                  # A post of another district is none here.
                  self.district.client("users/foreign", "STREET_OFFICER", self.elsewhere.streets)]
        lead = self.district.lead
        self.assertEqual(own.call(LEADS + "GetLead", {"name": lead})["name"], lead)
        self.assertIn(lead, self.listed(own, LEADS + "ListLeads", "leads"))
        self.assert_hidden(others, LEADS + "GetLead", lead)
        self.assert_attaches_nothing(others, lead)
        for other in others:
            self.assertEqual(self.listed(other, LEADS + "ListLeads", "leads"), [])

    def test_a_task_is_its_department_s(self):
        own, *others = [self.district.department_staff(name) for name in self.district.departments]
        others.append(self.district.client("users/nowhere", "DEPARTMENT_STAFF"))
        task = self.district.task
        self.assertEqual(own.call(TASKS + "GetDepartmentTask", {"name": task})["name"], task)
        self.assertIn(task, self.listed(own, TASKS + "ListDepartmentTasks", "tasks"))
        self.assert_hidden(others, TASKS + "GetDepartmentTask", task)
        self.assert_hidden(others, TASKS + "ReportDepartmentTask", task, report="示例")
        for other in others:
            self.assertEqual(self.listed(other, TASKS + "ListDepartmentTasks", "tasks"), [])
        error = self.refusal(self.district.do, own, TASKS + "ReportDepartmentTask", name=task,
                             report="示例", etag="示例")
        self.assertEqual(error.reason, "ETAG_MISMATCH")

    def test_a_letter_is_its_addressee_s(self):
        staff, *others = [self.district.department_staff(name) for name in self.district.departments]
        street, other_street = map(self.district.street_officer, self.district.streets)
        others += [other_street, self.district.client("users/nowhere", "DEPARTMENT_STAFF"),
                   self.district.client("users/foreign", "DEPARTMENT_STAFF", self.elsewhere.departments)]
        listing = (REFERRALS + "ListReferrals", "referrals")
        for own, foreign, name in ((staff, street, self.district.referral),
                                   (street, staff, self.district.street_referral)):
            self.assertEqual(own.call(REFERRALS + "GetReferral", {"name": name})["name"], name)
            self.assertEqual(self.listed(own, *listing), [name])
            hidden_from = [foreign, *others]
            self.assert_hidden(hidden_from, REFERRALS + "GetReferral", name)
            self.assert_hidden(hidden_from, REFERRALS + "AcknowledgeReferral", name)
            self.assert_hidden(hidden_from, REFERRALS + "DecideReferral", name, accept=True)
            self.assert_hidden(hidden_from, REFERRALS + "ReplyReferral", name, reply="示例",
                               outcome="OUTCOME_DONE")
            error = self.refusal(self.district.do, own, REFERRALS + "AcknowledgeReferral", name=name,
                                 etag="示例")
            self.assertEqual(error.reason, "ETAG_MISMATCH")
        for other in others:
            self.assertEqual(self.listed(other, *listing), [])

    # ---- Venues

    def managers(self):
        own, other = [self.district.client(f"users/{name}", "VENUE_MANAGER", [name])
                      for name in self.district.venues]
        return own, [other, self.district.client("users/nowhere", "VENUE_MANAGER")]

    def test_an_order_is_its_venue_s(self):
        own, others = self.managers()
        order = self.district.order
        found = own.call(DEADLINES + "GetOrder", {"name": order})
        self.assertEqual(found["name"], order)
        finding = found["items"][0]["finding"]
        self.assert_hidden(others, DEADLINES + "GetOrder", order)
        self.assert_hidden(others, DEADLINES + "ReportRectification", order, statement="示例")
        self.assert_hidden(others, LIFE + "RequestExtension", order, findings=[finding], reason="示例",
                           safeguards="示例", wished_date=day(self.district.deadline))
        self.assert_attaches_nothing(others, order)
        self.assert_attaches_nothing(others, finding)
        error = self.refusal(self.district.do, own, DEADLINES + "ReportRectification", name=order,
                             statement="示例", etag="示例")
        self.assertEqual(error.reason, "ETAG_MISMATCH")

    def test_a_seal_is_its_venue_s(self):
        own, others = self.managers()
        self.assert_hidden(others, SEALS + "ApplySealLift", self.district.seal, statement="示例")
        self.assert_attaches_nothing(others, self.district.seal)
        error = self.refusal(self.district.do, own, SEALS + "ApplySealLift", name=self.district.seal,
                             statement="示例")
        self.assertEqual(error.reason, "SEAL_STATE")

    def test_a_self_inspection_is_its_venue_s(self):
        own, others = self.managers()
        name = self.district.self_inspection
        self.assertEqual(own.call(SELF_INSPECTIONS + "GetSelfInspection", {"name": name})["name"], name)
        listing = (SELF_INSPECTIONS + "ListSelfInspections", "self_inspections")
        self.assertIn(name, self.listed(own, *listing))
        self.assert_hidden(others, SELF_INSPECTIONS + "GetSelfInspection", name)
        self.assert_hidden(others, SELF_INSPECTIONS + "ReportSelfInspection", name,
                           answers=[{"item": "ZC01", "result": "RESULT_PASS"}])
        self.assert_hidden(others, SELF_INSPECTIONS + "RectifySelfFoundProblem", name, problem=0,
                           rectification="示例")
        self.assert_attaches_nothing(others, name)
        for other in others:
            self.assertEqual(self.listed(other, *listing), [])

    # ---- Who may read everything

    def test_an_officer_is_told_that_a_thing_is_another_s(self):
        other = self.district.client("users/wang", "INSPECTOR")
        for method, name, more in (
                (DEADLINES + "ReportRectification", self.district.order, {"statement": "示例"}),
                (SEALS + "ApplySealLift", self.district.seal, {"statement": "示例"}),
                (SELF_INSPECTIONS + "ConfirmSelfInspection", self.district.self_inspection, {}),
                (LEADS + "VerifyLead", self.district.lead,
                 {"outcome": "OUTCOME_NOT_CONFIRMED", "text": "示例"})):
            with self.subTest(method=method):
                error = self.refusal(self.district.do, other, method, name=name, **more)
                self.assertEqual((error.code, error.reason), ("PERMISSION_DENIED", "NOT_YOUR_TASK"))

    # ---- Other districts

    def test_an_officer_of_another_district_signs_nothing_here(self):
        here, foreign = self.district, self.elsewhere.officers[0]
        issued = here.issued_order(here.venues[1])["name"]
        for method, client, fields in (
                (DEADLINES + "ServeOrder", here.inspector, lambda officers: {
                    "name": issued, "service": here.service_record(officers=officers)}),
                (DEADLINES + "RecordRecheck", here.inspector, lambda officers: {
                    "name": here.order, "recheck_time": here.now(), "officers": officers,
                    "results": [{"finding": self.finding(), "rectified": True}]}),
                (SEALS + "ProposeSeal", here.inspector, lambda officers: {
                    "parent": here.parent, "seal": {
                        "venue": here.venues[1], "inspect_time": here.now(), "officers": officers,
                        "ground": "SEAL_GROUND_EXITS", "facts": "示例", "parts": ["示例"],
                        "term_days": 15}})):
            with self.subTest(method=method):
                self.assert_like_a_missing_officer(
                    lambda officer: here.do(client, method, **fields([here.officers[0], officer])),
                    foreign)

    def finding(self):
        return self.district.inspector.call(
            DEADLINES + "GetOrder", {"name": self.district.order})["items"][0]["finding"]

    def assert_like_a_missing_officer(self, call, officer):
        said = []
        for each in (officer, f"{officer.rpartition('/')[0]}/{new_id()}",
                     f"{self.district.parent}/officers/{new_id()}"):
            error = self.refusal(call, each)
            said.append(repr((error.code, error.reason, error.message, sorted(error.metadata.items()),
                              error.fields)).replace(each, "…"))
        self.assertEqual(len(set(said)), 1, said)


if __name__ == "__main__":
    unittest.main()

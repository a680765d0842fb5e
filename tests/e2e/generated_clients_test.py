"""Clients that know the gateway by its OpenAPI document only: in TypeScript and Java, by what stock
generators make of it, and in Python, by a stock validator of its schemas."""

import copy
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

import jsonschema

import java
import story_of_clients
from district import District, new_id
from openapi_client import OpenApiClient

MODULES = pathlib.Path(__file__).resolve().parents[1] / "node_modules"
CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"
TYPESCRIPT = (CLIENTS / "typescript_story.mts").read_text(encoding="utf-8")
JAVA = (CLIENTS / "JavaGeneratedStory.java").read_text(encoding="utf-8")
# A stock JAX-RS client and what it needs.
JARS = ["javax.ws.rs-api", "resteasy-client", "resteasy-jaxrs", "swagger-annotations",
        "jackson-annotations", "jackson-core", "jackson-databind", "jackson-jaxrs-base",
        "jackson-jaxrs-json-provider", "jackson-module-jaxb-annotations", "jaxb-api", "httpclient",
        "httpcore", "commons-codec", "commons-io", "commons-logging", "javax.activation",
        "jboss-logging"]


def setUpModule():
    whole = story_of_clients.own_system()
    Client.district = District(whole, "120136")
    unittest.addModuleCleanup(Client.district.close)
    with urllib.request.urlopen(whole.address("gateway") + "/openapi.json", timeout=30) as response:
        Client.document = json.load(response)


def run(*command, **more):
    return subprocess.run([*map(str, command)], text=True, capture_output=True, timeout=300,
                          check=False, **more)


def node(*command, **more):
    return run(shutil.which("node"), *command, **more)


class Client(unittest.TestCase):
    district = None
    document = None


class GeneratedClient(Client):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        (cls.folder / "node_modules").symlink_to(MODULES)
        (cls.folder / "openapi.json").write_text(json.dumps(cls.document), encoding="utf-8")
        made = cls.generate()
        if made.returncode != 0:
            raise AssertionError(made.stdout + made.stderr)

    def walk(self, venue_name, *command):
        def program(given):
            done = run(*command, input=json.dumps(given))
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)

        _, first, then = story_of_clients.walk(self, self.district, venue_name, program)
        story_of_clients.assert_finding_exported(self, first, then)


class TypeScriptClient(GeneratedClient):
    @classmethod
    def generate(cls):
        return node(MODULES / "openapi-typescript/bin/cli.js", "openapi.json", "-o", "rectify.mts",
                    cwd=cls.folder)

    def compile(self, **programs):
        """What the compiler says of the programs by name. It writes all of them as .mjs, or none."""
        sources = [self.folder / f"{name}.mts" for name in programs]
        for source, text in zip(sources, programs.values()):
            source.write_text(text, encoding="utf-8")
        done = node(MODULES / "typescript/bin/tsc", "--strict", "--noEmitOnError", "--skipLibCheck",
                    "--target", "es2022", "--module", "nodenext", "--types", "node",
                    *(source.name for source in sources), cwd=self.folder)
        for source in sources:
            self.assertEqual(source.with_suffix(".mjs").exists(), done.returncode == 0, done.stdout)
        return done.stdout + done.stderr

    def test_the_ten_steps(self):
        self.assertEqual(self.compile(story=TYPESCRIPT), "")
        self.walk("示例·TypeScript𠮷场所", shutil.which("node"), self.folder / "story.mjs")

    def test_what_the_document_does_not_tell_of_does_not_compile(self):
        slips = {"request_field": ("displayName: start", "displayNme: start"),
                 "answer_field": ("closed.documentNumber", "closed.documentNr"),
                 "value": ("VENUE_KIND_MALL", "VENUE_KIND_MAL"),
                 "missing_field": ("address: ", "// "),
                 "missing_body": (' body: { statement: "箱门已更换" },', ""),
                 "path": ("{orderId}:recheck", "{orderId}:rechek")}
        for right, _ in slips.values():
            self.assertEqual(TYPESCRIPT.count(right), 1, right)
        said = self.compile(right=TYPESCRIPT, **{name: TYPESCRIPT.replace(*slip)
                                                 for name, slip in slips.items()})
        self.assertNotIn("right.mts", said)
        for name in slips:
            self.assertRegex(said, rf"(?m)^{name}\.mts\(\d+,\d+\): error TS")


class JavaClient(GeneratedClient):
    @classmethod
    def generate(cls):
        (cls.folder / "config.json").write_text(json.dumps({
            "inputPath": "openapi.json", "outputPath": "sources",
            "generator": "@openapi-generator-plus/java-jaxrs-client-generator",
            "package": "cn.rectify.client", "useBeanValidation": False,
            "dateTimeImplementation": "java.lang.String"}), encoding="utf-8")
        made = node(MODULES / "openapi-generator-plus/bin/ogplus.js", "-c",
                    "config.json", cwd=cls.folder)
        # What Debian's annotations for documents, which are older than the generator, do not have.
        for source in (cls.folder / "sources").rglob("*.java"):
            source.write_text(re.sub(r", requiredMode = [\w.]+", "",
                                     source.read_text(encoding="utf-8")), encoding="utf-8")
        return made

    def compile(self, **programs):
        """What the compiler says of the programs by name."""
        sources = [self.folder / f"{name}.java" for name in programs]
        for source, text in zip(sources, programs.values()):
            source.write_text(text.replace("JavaGeneratedStory", source.stem), encoding="utf-8")
        done = run(*java.compiler(sources, self.folder / "sources", self.folder / "classes", JARS))
        return done.stdout + done.stderr

    def test_the_ten_steps(self):
        self.assertEqual(self.compile(Story=JAVA), "")
        self.walk("示例·JavaHTTP𠮷场所", *java.runner("Story", self.folder / "classes", JARS))

    def test_what_the_document_does_not_tell_of_does_not_compile(self):
        slips = {"RequestField": ("new Venue().displayName(", "new Venue().displayNme("),
                 "AnswerField": ("closed.getDocumentNumber()", "closed.getDocumentNr()"),
                 "Value": ("VENUE_KIND_MALL", "VENUE_KIND_MAL"),
                 "MissingBody": (",\n        new IssueOrderBody());", ");"),
                 "Parameter": (".maxEvents(5)", ".maxEvent(5)"),
                 "Method": ("rectificationDeadlinesRecordRecheck(", "rectificationDeadlinesRechek(")}
        for right, _ in slips.values():
            self.assertEqual(JAVA.count(right), 1, right)
        said = self.compile(Right=JAVA, **{name: JAVA.replace(*slip) for name, slip in slips.items()})
        self.assertNotIn("/Right.java", said)
        for name in slips:
            self.assertRegex(said, rf"(?m)/{name}\.java:\d+: error: ")


class DocumentClient(Client):
    """Each call holds what was sent and what came against the document."""

    def setUp(self):
        self.client = OpenApiClient(self.district.system.address("gateway"), self.document)
        self.given = story_of_clients.given(self.district, f"示例·{self.id()}𠮷场所")

    def call(self, status, operation, role, path=(), **more):
        answer = self.client.call(operation, self.given["tokens"].get(role, ""),
                                  (self.district.code, *path), **more)
        self.assertEqual(answer.status, status, answer.json)
        return answer.json

    def act(self, verb, role, order, status=200, **body):
        return self.call(status, f"RectificationDeadlines_{verb}", role, [order], body=body)

    def venue_fields(self, **more):
        return {"displayName": self.given["venue_name"], "venueClass": "VENUE_CLASS_CROWDED",
                "kind": "VENUE_KIND_MALL", "noUsccReason": "示例：无照经营", "address": "示例路1号",
                "street": self.given["street"], **more}

    def drafted(self):
        """(inspection, order) of a new venue."""
        venue = self.call(200, "VenueRegistry_CreateVenue", "registrar", body=self.venue_fields(),
                          query={"venueId": self.given["venue_id"]})
        inspection = self.call(200, "HazardFindings_RecordInspection", "inspector", body={"inspection": {
            "venue": venue["name"], "inspectTime": self.given["now"],
            "officers": self.given["officers"], "findings": [{
                "catalogCode": "B02", "disposition": "DISPOSITION_ORDER",
                "description": "消火栓箱门损坏"}]}})
        self.district.settle()
        orders = self.call(200, "RectificationDeadlines_ListOrders", "inspector", query={
            "filter": f'inspection = "{inspection["name"]}"'})["orders"]
        return inspection, orders[0]["name"].rpartition("/")[2]

    def test_main_path(self):
        now, officers = self.given["now"], self.given["officers"]
        inspection, order = self.drafted()
        self.act("SubmitOrder", "inspector", order)
        for role in ("department_head", "legal_reviewer", "chief"):
            self.act("ApproveOrder", role, order, opinion="同意")
        self.act("IssueOrder", "inspector", order)
        served = self.act("ServeOrder", "inspector", order, service={
            "method": "SERVICE_METHOD_DIRECT", "serveTime": now, "receiver": "示例收件人（本人）",
            "officers": officers, "proof": "示例送达回证"})
        self.act("ReportRectification", "venue_manager", order, statement="箱门已更换")
        closed = self.act("RecordRecheck", "inspector", order, recheckTime=now, officers=officers,
                          results=[{"finding": item["finding"], "rectified": True}
                                   for item in served["items"]])
        self.district.settle()
        finding = self.call(200, "HazardFindings_GetFinding", "inspector",
                            [inspection["findings"][0]["name"].rpartition("/")[2]])
        story_of_clients.assert_closed(self, {
            "order_state": closed["state"], "finding_state": finding["state"],
            "number": closed["documentNumber"]})
        self.assertEqual(sum(self.client.seen.values()), 12)

    def test_a_part_of_a_resource_is_changed(self):
        created = self.call(200, "VenueRegistry_CreateVenue", "registrar", body=self.venue_fields())
        changed = self.call(200, "VenueRegistry_UpdateVenue", "registrar",
                            [created["name"].rpartition("/")[2]], body={"address": "示例路2号"},
                            query={"updateMask": "address"}, If_Match=created["etag"])
        self.assertEqual((changed["address"], changed["displayName"]),
                         ("示例路2号", created["displayName"]))

    def test_problems(self):
        _, order = self.drafted()
        self.act("IssueOrder", "inspector", order, 400)
        self.act("ApproveOrder", "nobody", order, 401)
        self.act("ApproveOrder", "venue_manager", order, 403)
        self.call(404, "HazardFindings_GetFinding", "inspector", [new_id()])
        self.call(412, "RectificationDeadlines_SubmitOrder", "inspector", [order], body={},
                  If_Match='"999"')
        problem = self.call(400, "VenueRegistry_CreateVenue", "registrar",
                            body=self.venue_fields(address=""))
        self.assertEqual(problem["violations"][0]["field"], "venue.address")
        self.call(409, "VenueRegistry_CreateVenue", "registrar", body=self.venue_fields(),
                  query={"venueId": self.given["venue_id"]})

    def test_the_document_refuses_what_the_gateway_refuses(self):
        for change in ({"displayNme": "x"}, {"kind": "VENUE_KIND_MAL"}, {"address": 1}):
            with self.subTest(change):
                body = self.venue_fields(**change)
                with self.assertRaises(jsonschema.ValidationError):
                    self.call(400, "VenueRegistry_CreateVenue", "registrar", body=body)
                answer = self.client.send("POST", f"/v1/{self.district.parent}/venues",
                                          self.given["tokens"]["registrar"], body, {})
                self.assertEqual(answer.status, 400)

    def test_an_answer_that_is_not_as_documented_is_found(self):
        created = self.call(200, "VenueRegistry_CreateVenue", "registrar", body=self.venue_fields())
        path = [created["name"].rpartition("/")[2]]
        self.call(200, "VenueRegistry_GetVenue", "registrar", path)
        venue = self.document["components"]["schemas"]["Venue"]
        fields = dict(venue["properties"])
        del fields["createTime"]
        for change in ({"properties": {**venue["properties"], "state": {"type": "integer"}}},
                       {"properties": fields}, {"required": ["keyUnit"]}):
            document = copy.deepcopy(self.document)
            document["components"]["schemas"]["Venue"].update(change)
            self.client = OpenApiClient(self.district.system.address("gateway"), document)
            with self.subTest(change.keys()), self.assertRaises(jsonschema.ValidationError):
                self.call(200, "VenueRegistry_GetVenue", "registrar", path)


if __name__ == "__main__":
    unittest.main()

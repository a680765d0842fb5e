"""Programs in other languages do the main path with what the servers and the proto files tell them."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import system
from district import District, new_id

CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"
PROTO = system.ROOT / "proto"
# Debian's, which carry no list of what they need themselves.
JARS = [f"/usr/share/java/{name}.jar" for name in (
    "grpc-api", "grpc-context", "grpc-core", "grpc-netty", "grpc-protobuf", "grpc-protobuf-lite",
    "grpc-stub", "gson", "guava", "perfmark-api", "protobuf", "netty-buffer", "netty-codec",
    "netty-codec-http", "netty-codec-http2", "netty-common", "netty-handler", "netty-resolver",
    "netty-transport")]
# Only the compiler looks at the annotation @Generated, which the JDK has no more.
COMPILER_JARS = [*JARS, "/usr/share/java/geronimo-annotation-1.3-spec.jar"]
# Compiler and client are over before better machine code would pay.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


class ForeignClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.district = District(system.shared(), "120112")
        cls.addClassCleanup(cls.district.close)

    def run_program(self, *command, given=""):
        done = subprocess.run(command, input=given, text=True, capture_output=True, timeout=300,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def main_path(self, venue_name, *command):
        district, venue_id = self.district, new_id()
        token = district.system.token
        tokens = {role.lower(): token(f"users/{role.lower()}", role, (), district.code)
                  for role in ("REGISTRAR", "DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF")}
        tokens["inspector"] = token("users/li", "INSPECTOR", district.officers[:1], district.code)
        tokens["manager"] = token("users/manager", "VENUE_MANAGER",
                                  [f"{district.parent}/venues/{venue_id}"], district.code)
        given = {
            "addresses": {name: district.system.address(name)
                          for name in ("venue", "hazard", "deadline")},
            "tokens": tokens, "parent": district.parent, "officers": district.officers,
            "street": district.street, "venue_id": venue_id, "venue_name": venue_name,
            "now": district.now()}
        return json.loads(self.run_program(*command, given=json.dumps(given)))

    def assert_closed(self, result):
        self.assertEqual((result["order_state"], result["finding_state"]),
                         ("STATE_CLOSED", "STATE_RECTIFIED"))
        self.assertRegex(result["number"], r"^津丽消限字〔2023〕第\d{4}号$")

    def test_python_by_reflection(self):
        self.assert_closed(self.main_path("示例·Python𠮷场所", sys.executable,
                                          str(CLIENTS / "python_main_path.py")))

    def test_node_from_the_protos(self):
        self.assert_closed(self.main_path("示例·Node𠮷场所", shutil.which("node"),
                                          str(CLIENTS / "node_main_path.js")))

    def test_java_from_generated_code(self):
        with tempfile.TemporaryDirectory() as folder:
            classpath = ":".join([self.java_classes(pathlib.Path(folder)), *JARS])
            self.assert_closed(self.main_path("示例·Java𠮷场所", "java", *SHORT_LIVED,
                                              "-cp", classpath, "JavaMainPath"))

    def java_classes(self, folder):
        """Compiles the client and, of what is generated from the protos, what it refers to: all of
        it takes the compiler three times as long."""
        sources, classes = folder / "sources", folder / "classes"
        sources.mkdir()
        self.run_program(
            "protoc", f"--proto_path={PROTO}", f"--java_out={sources}", f"--grpc-java_out={sources}",
            f"--plugin=protoc-gen-grpc-java={shutil.which('grpc_java_plugin')}",
            *(str(path) for path in sorted(PROTO.rglob("*.proto"))))
        self.run_program(
            "javac", *(f"-J{option}" for option in SHORT_LIVED), "-proc:none", "-nowarn", "-g:none",
            "-encoding", "UTF-8", "-cp", ":".join(COMPILER_JARS), "-sourcepath", str(sources),
            "-d", str(classes), str(CLIENTS / "JavaMainPath.java"))
        return str(classes)


if __name__ == "__main__":
    unittest.main()

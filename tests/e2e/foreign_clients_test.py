"""Programs in other languages walk the ten steps with what the servers and the proto files tell them."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import java
import story_of_clients
import system
from district import District

CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"
PROTO = system.ROOT / "proto"
JARS = ["grpc-api", "grpc-context", "grpc-core", "grpc-netty", "grpc-protobuf", "grpc-protobuf-lite",
        "grpc-stub", "gson", "guava", "perfmark-api", "protobuf", "netty-buffer", "netty-codec",
        "netty-codec-http", "netty-codec-http2", "netty-common", "netty-handler", "netty-resolver",
        "netty-transport"]


class ForeignClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.district = District(story_of_clients.own_system(), "120112")
        cls.addClassCleanup(cls.district.close)

    def run_program(self, *command, given=""):
        done = subprocess.run(command, input=given, text=True, capture_output=True, timeout=300,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def walk(self, venue_name, *command):
        def program(given):
            return json.loads(self.run_program(*command, given=json.dumps(given)))

        story, _, then = story_of_clients.walk(self, self.district, venue_name, program)
        story_of_clients.assert_venue_exported(self, story, then)

    def test_python_by_reflection(self):
        self.walk("示例·Python𠮷场所", sys.executable, str(CLIENTS / "python_story.py"))

    def test_node_from_the_protos(self):
        self.walk("示例·Node𠮷场所", shutil.which("node"), str(CLIENTS / "node_story.js"))

    def test_java_from_generated_code(self):
        with tempfile.TemporaryDirectory() as folder:
            sources, classes = pathlib.Path(folder) / "sources", pathlib.Path(folder) / "classes"
            sources.mkdir()
            self.run_program(
                "protoc", f"--proto_path={PROTO}", f"--java_out={sources}",
                f"--grpc-java_out={sources}",
                f"--plugin=protoc-gen-grpc-java={shutil.which('grpc_java_plugin')}",
                *(str(path) for path in sorted(PROTO.rglob("*.proto"))))
            programs = [CLIENTS / f"{name}.java" for name in ("JavaStory", "JavaCaller")]
            self.run_program(*java.compiler(programs, sources, classes, JARS))
            self.walk("示例·Java𠮷场所", *java.runner("JavaStory", classes, JARS))


if __name__ == "__main__":
    unittest.main()

"""Programs in other languages do the main path with what the servers and the proto files tell them."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import main_path
import system
from district import District

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

    def walk(self, venue_name, *command):
        given = main_path.given(self.district, venue_name)
        main_path.assert_closed(self, json.loads(self.run_program(*command, given=json.dumps(given))))

    def test_python_by_reflection(self):
        self.walk("示例·Python𠮷场所", sys.executable, str(CLIENTS / "python_main_path.py"))

    def test_node_from_the_protos(self):
        self.walk("示例·Node𠮷场所", shutil.which("node"), str(CLIENTS / "node_main_path.js"))

    def test_java_from_generated_code(self):
        with tempfile.TemporaryDirectory() as folder:
            classpath = ":".join([self.java_classes(pathlib.Path(folder)), *JARS])
            self.walk("示例·Java𠮷场所", "java", *SHORT_LIVED, "-cp", classpath, "JavaMainPath")

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

"""The repository keeps its shape; and every rule of check.py finds what it is there to find."""

import pathlib
import tempfile
import unittest

import check

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARIES = """
rectify_library(rectify_base base)
rectify_library(rectify_pg pg rectify_base)
rectify_library(rectify_rpc rpc rectify_base)
"""


class Shape(unittest.TestCase):
    def test_the_repository_keeps_its_shape(self):
        self.assertEqual(check.Checker(ROOT).run(), [])


class Rules(unittest.TestCase):
    """Each plants one file in an otherwise clean tree."""

    def found(self, path, text):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, content in (("libs/CMakeLists.txt", LIBRARIES), (path, text)):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(content, encoding="utf-8")
            return check.Checker(root).run()

    def assert_found(self, path, text, what, line=1):
        found = self.found(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertIn(f"{path}:{line}: ", found[0])
        self.assertIn(what, found[0])

    def assert_clean(self, path, text):
        self.assertEqual(self.found(path, text), [])

    def test_a_service_never_includes_another(self):
        self.assert_found("services/a/api/x.cc", '\n#include "services/b/domain/y.h"\n',
                          "another service", 2)

    def test_libs_never_include_a_service(self):
        self.assert_found("libs/rpc/x.h", '#include "services/a/domain/y.h"\n', "may not include")

    def test_libs_include_downward_only(self):
        self.assert_found("libs/pg/x.cc", '#include "libs/rpc/call.h"\n', "lies below")
        self.assert_clean("libs/rpc/x.cc", '#include "libs/pg/pool.h"\n')

    def test_libs_know_no_business_contract(self):
        self.assert_found("libs/rpc/x.cc", '#include "rectify/venue/v1/venue.pb.h"\n', "business")
        self.assert_clean("libs/rpc/x.cc", '#include "rectify/event/v1/event.pb.h"\n')

    def test_a_domain_rule_is_pure(self):
        for include in ("grpcpp/grpcpp.h", "pqxx/pqxx", "hiredis/hiredis.h"):
            with self.subTest(include=include):
                found = self.found("services/a/domain/x.h", f"#include <{include}>\n")
                self.assertIn("domain/ may not include", found[0])
        for include in ("google/protobuf/message.h", "rectify/venue/v1/venue.pb.h", "libs/pg/pool.h",
                        "libs/events/feed.h", "libs/rpc/call.h", "time.h"):
            with self.subTest(include=include):
                self.assert_found("services/a/domain/x.h", f'#include "{include}"\n',
                                  "domain/ may not include")
        self.assert_clean("services/a/domain/x.h",
                          '#include <vector>\n#include "absl/time/civil_time.h"\n'
                          '#include "libs/base/error.h"\n#include "services/a/domain/y.h"\n')

    def test_a_domain_rule_gets_the_time_as_a_value(self):
        for text in ("absl::Time t = absl::Now();", "void F(const rectify::Clock& clock);", "clock_.Now()",
                     "clock->Now()",
                     "std::chrono::system_clock c;"):
            with self.subTest(text=text):
                self.assertTrue(self.found("services/a/domain/x.cc", text))

    def test_a_service_takes_the_time_from_the_injected_clock(self):
        self.assert_found("services/a/api/x.cc", "auto t = absl::Now();\n", "reads a clock")
        self.assert_clean("services/a/api/x.cc", "auto t = host.clock().Now();\n")

    def test_the_folders_of_a_service_include_one_way(self):
        self.assert_found("services/a/domain/x.cc", '#include "services/a/store/y.h"\n', "domain/")
        self.assert_found("services/a/store/x.cc", '#include "services/a/api/y.h"\n', "store/")
        self.assert_found("services/a/events/x.cc", '#include "services/a/api/y.h"\n', "events/")
        self.assert_clean("services/a/api/x.cc", '#include "services/a/store/y.h"\n')

    def test_sql_lives_in_store(self):
        for sql in ('R"sql(TABLE x)sql"', '"select a from b"', '"INSERT INTO x VALUES (1)"',
                    '"update x set y = 1"', '"DELETE FROM x"'):
            with self.subTest(sql=sql):
                self.assert_found("services/a/api/x.cc", f"auto s = {sql};\n", "SQL outside")
                self.assert_clean("services/a/store/x.cc", f"auto s = {sql};\n")
        self.assert_clean("services/a/api/x.cc", 'auto s = "Select a venue";\n')

    def test_sql_never_reads_a_clock(self):
        self.assert_found("services/a/store/x.cc", 'auto s = R"sql(\nSELECT now()\n)sql";\n',
                          "reads a clock", 2)
        self.assert_found("services/a/store/x.cc", 'auto s = "insert into x select CURRENT_DATE";\n',
                          "reads a clock")
        self.assert_found("services/a/store/migrations/0001_init.sql",
                          "create table x (\n  t timestamptz default now()\n);\n", "reads a clock", 2)
        self.assert_clean("services/a/store/migrations/0001_init.sql", "-- never now()\n")

    def test_client_libraries_stay_behind_ours(self):
        self.assert_found("services/a/store/x.cc", "#include <pqxx/connection>\n", "libs/pg")
        self.assert_found("services/a/events/x.cc", "#include <hiredis/hiredis.h>\n", "libs/redis")
        self.assert_found("services/a/api/x.cc", "#include <grpcpp/server.h>\n", "libs/rpc")
        self.assert_clean("libs/pg/x.cc", "#include <pqxx/connection>\n")

    def test_the_top_level_is_fixed(self):
        self.assertIn("docs:1: does not belong", self.found("docs/x.md", "")[0])
        self.assert_clean("README.md", "")

    def test_paths_of_one_machine_and_unfinished_marks_are_found(self):
        self.assert_found("deploy/x.sh", "cd /wo" + "rk/main\n", "path of one machine")
        self.assert_found("services/a/api/x.cc", "// TO" + "DO\n", "unfinished mark")

    def test_a_very_long_file_is_found(self):
        self.assert_found("services/a/api/x.cc", "\n" * 451, "451 lines")


if __name__ == "__main__":
    unittest.main()

"""A temporary sealing as people see it on the command line: proposed, studied, decided, served, lifted."""

import json
import unittest

import system
from district import APPROVERS, District


class Seals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.district = District(system.shared(), "120116")
        cls.addClassCleanup(cls.district.close)
        cls.venue = cls.district.venue("示例·查封酒楼")["name"]
        cls.district.settle()
        cls.at = cls.district.local_time().strftime("%Y-%m-%d %H:%M")

    # ---- The command line, as somebody

    def seal(self, role, *args):
        posts = {"INSPECTOR": self.district.officers[:1], "VENUE_MANAGER": [self.venue]}
        token = self.district.system.token(f"users/{role.lower()}", role, posts.get(role, ()),
                                           self.district.code)
        return self.district.system.cli("--district", self.district.code, *args, token=token)

    def refused(self, role, *args):
        with self.assertRaises(system.CommandFailed) as failed:
            self.seal(role, *args)
        return failed.exception.stderr

    def read(self, *args):
        return json.loads(self.seal("INSPECTOR", "--json", *args))

    def file(self, name, text):
        path = self.district.system.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def instant(self):
        return f"{{ seconds: {int(self.district.local_time().timestamp())} }}"

    # ---- What people do

    def propose(self, urgent=""):
        officers = " ".join(f'officers: "{name}"' for name in self.district.officers)
        text = f'''venue: "{self.venue}" inspect_time {self.instant()} {officers}
            ground: SEAL_GROUND_EXITS facts: "示例：疏散楼梯被货物堵死"
            parts: "示例：二层包间" parts: "示例：二层走道" term_days: 15 {urgent}'''
        self.seal("INSPECTOR", "seal", "propose", self.file("seal.txtpb", text))
        # Newest first, but all of one instant.
        known = self.read("seal", "list", "--filter", "state = IN_REVIEW")
        self.assertEqual(len(known), 1)
        return known[0]["name"]

    def decide(self, name):
        chief = self.district.approvers["CHIEF"]
        opinions = " ".join(f'opinions {{ officer: "{officer}" agrees: true opinion: "示例：应予查封" }}'
                            for officer in self.district.approvers.values())
        study = self.file("study.txtpb", f'''study_time {self.instant()} chair: "{chief}" {opinions}
            justified: true conclusion: "示例：查封二处，十五日"''')
        self.seal("CHIEF", "seal", "study", name, study)
        for role in APPROVERS:
            said = self.seal(role, "seal", "approve", name, "--opinion", "示例：同意")
        return said

    def officers(self):
        return [word for name in self.district.officers for word in ("--officer", name)]

    def serve(self, name):
        return self.seal("INSPECTOR", "seal", "serve", name, "--at", self.at, *self.officers(),
                         "--receiver", "示例店长", "--proof", "示例：现场笔录、封条0001至0004")

    def check(self, name, *more):
        return self.seal("INSPECTOR", "seal", "check-lift", name, "--at", self.at,
                         *self.officers(), "--note", "示例：逐处核查", *more)

    # ---- The tests

    def test_a_seal_is_proposed_decided_served_and_lifted(self):
        name = self.propose()
        said = self.decide(name)
        for words in ("已审批", "不具备安全疏散条件", "示例：二层走道", "应予查封（3人）", "承办部门负责人",
                      "法核人员", "消防机构负责人"):
            self.assertIn(words, said)
        said = self.serve(name)
        self.assertIn("已查封", said)
        self.assertIn("（含当日）", said)
        listed = self.seal("CHIEF", "seal", "list", "--filter", "state = SEALED AND ground = EXITS")
        self.assertIn("示例·查封酒楼", listed)
        self.assertIn(name, listed)

        self.seal("VENUE_MANAGER", "seal", "apply-lift", name, "--statement", "示例：仍在清理")
        self.assertIn("尚未消除", self.check(name, "--remaining"))
        said = self.seal("CHIEF", "seal", "decide-lift", name, "--reason", "示例：未消除", "--refuse")
        self.assertIn("不予解除", said)
        self.assertIn("已查封", said)

        self.seal("VENUE_MANAGER", "seal", "apply-lift", name, "--statement", "示例：已全部清除")
        self.assertIn("已经消除", self.check(name))
        said = self.seal("CHIEF", "seal", "decide-lift", name, "--reason", "示例：已经消除")
        self.assertIn("已解除", said)
        self.assertEqual(self.read("seal", "get", name)["state"], "STATE_LIFTED")

        # Beside what was done with it, the trail tells of its clocks and reminders.
        own = [entry for entry in self.read("trail", name) if entry["subject"] == name]
        self.assertEqual([entry["action"] for entry in own], [
            "ProposeSeal", "RecordSealStudy", "ApproveSeal", "ApproveSeal", "ApproveSeal", "ServeSeal",
            "ApplySealLift", "CheckSealLift", "RefuseSealLift", "ApplySealLift", "CheckSealLift",
            "LiftSeal"])
        self.assertIn("解除临时查封", self.seal("INSPECTOR", "trail", name))

    def test_an_urgent_one_that_is_not_justified_is_refused(self):
        chief, now = self.district.approvers["CHIEF"], self.instant()
        name = self.propose(f'''urgent {{ approver: "{chief}" approve_time {now} seal_time {now}
            reason: "示例：正在营业" }}''')
        self.assertIn("当场查封", self.seal("INSPECTOR", "seal", "get", name))
        said = self.seal("CHIEF", "seal", "refuse", name, "--reason", "示例：可以当场改正")
        self.assertIn("不予查封", said)
        self.assertIn("示例：可以当场改正", said)
        self.assertIn("SEAL_STATE", self.refused("CHIEF", "seal", "refuse", name, "--reason", "再次"))

    def test_a_wrong_call_says_what_is_wrong(self):
        name = "districts/120116/seals/01850000-0000-7000-8000-000000000001"
        self.assertIn("NOT_FOUND", self.refused("INSPECTOR", "seal", "get", name))
        self.assertIn("seal.venue", self.refused(
            "INSPECTOR", "seal", "propose", self.file("empty.txtpb", "term_days: 15")))
        self.assertIn("2023-01-03 10:00", self.refused(
            "INSPECTOR", "seal", "serve", name, "--at", "昨天", *self.officers(), "--receiver", "示例",
            "--proof", "示例"))
        self.assertIn("study.txt", self.refused("CHIEF", "seal", "study", name, "no/study.txt"))


if __name__ == "__main__":
    unittest.main()

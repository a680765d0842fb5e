// Verifying a record: this program and an independent one agree on honest records, and both notice
// every change.
#include "services/followup_visits/domain/verify.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>

#include "absl/strings/str_replace.h"
#include "libs/testing/paths.h"
#include "tests/unit/followup_domain/samples.h"

namespace rectify::followup::domain {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Script {
  int exit_code;
  std::string output;
};

// Runs verify_draw.py on documents, oldest first.
Script RunScript(const std::vector<std::string>& documents) {
  std::string command =
      "/usr/bin/python3 " + testing::SourcePath("/tests/unit/followup_domain/verify_draw.py");
  std::vector<std::string> paths;
  for (const std::string& document : documents) {
    paths.push_back(absl::StrCat(::testing::TempDir(), "/draw_", getpid(), "_", paths.size()));
    std::ofstream(paths.back(), std::ios::binary) << document;
    absl::StrAppend(&command, " ", paths.back());
  }
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string output;
  char buffer[4096];
  while (size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, n);
  const int status = pclose(pipe);
  for (const std::string& path : paths) std::remove(path.c_str());
  return {WEXITSTATUS(status), output};
}

std::vector<std::string> Failed(const std::vector<Check>& checks) {
  std::vector<std::string> codes;
  for (const Check& check : checks) {
    if (!check.passed()) codes.push_back(check.code);
  }
  return codes;
}

std::vector<std::string> FailedAlone(const std::string& document) {
  const absl::StatusOr<DrawRecord> record = ReadRecord(document);
  EXPECT_OK(record);
  return Failed(CheckRecord(*record, document));
}

FrameDraft MixedFrame() {
  FrameDraft draft = SampleFrame(0);
  for (int n = 0; n < 60; ++n) {
    draft.units.push_back(SampleUnit(n, static_cast<CaseKind>(1 + n % 3), {2022 + n % 2, 2}));
  }
  draft.visitors[0].officers = {OfficerName(1), OfficerName(2)};
  draft.visitors[1].interests = {{draft.units[5].venue, "亲属任职"}};
  draft.forced = {{Id(2), "处罚偏低"}, {Id(50), "执法中断"}};
  draft.excluded = {{Id(4), "已注销"}};
  draft.case_kinds = {CaseKind::kOpeningCheck, CaseKind::kPenalty, CaseKind::kInspection};
  return draft;
}

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() : finished_(*RunDraw(MixedFrame(), SamplePolicy())) {}

  // The record after an unskilled change of its text.
  std::string Edited(const std::string& from, const std::string& to) {
    EXPECT_THAT(finished_.record, HasSubstr(from));
    return absl::StrReplaceAll(finished_.record, {{from, to}});
  }
  // The record after a skilled change: written again in canonical form.
  std::string Rewritten(const std::function<void(DrawRecord&)>& change) {
    DrawRecord record = *ReadRecord(finished_.record);
    change(record);
    return WriteRecord(record);
  }

  FinishedDraw finished_;
};

TEST_F(VerifyTest, TheIndependentScriptAgreesOnAnHonestRecord) {
  EXPECT_THAT(FailedAlone(finished_.record), IsEmpty());
  const Script script = RunScript({finished_.record});
  EXPECT_EQ(script.exit_code, 0) << script.output;
}

TEST_F(VerifyTest, TheScriptAgreesOverManyDifferentDraws) {
  std::vector<std::string> chain;
  FrameDraft draft = MixedFrame();
  for (int n = 1; n <= 12; ++n) {
    draft.number = n;
    draft.quarter = {2023 + n / 4, 1 + n % 4};
    if (n % 3 == 0) draft.units.pop_back();
    ASSERT_OK_AND_ASSIGN(const FinishedDraw drawn,
                         RunDraw(draft, SamplePolicy(), static_cast<char>('c' + n)));
    chain.push_back(drawn.record);
    draft.previous = drawn.draw.record_hash;
  }
  const Script script = RunScript(chain);
  EXPECT_EQ(script.exit_code, 0) << script.output;
}

TEST_F(VerifyTest, OneChangedUnitIsDetected) {
  const std::string document =
      Rewritten([](DrawRecord& record) { record.frame[10].facts[0] ^= 1; });
  EXPECT_THAT(FailedAlone(document), ElementsAre("FRAME"));
  EXPECT_THAT(RunScript({document}).output, HasSubstr("frame"));
}

TEST_F(VerifyTest, OneDroppedUnitIsDetected) {
  const std::string document =
      Rewritten([](DrawRecord& record) { record.frame.erase(record.frame.begin() + 10); });
  EXPECT_THAT(FailedAlone(document), Contains("FRAME"));
  EXPECT_THAT(RunScript({document}).output, HasSubstr("frame"));
}

// Who also makes the hash of the frame fit breaks the commitment, and who makes that fit has
// another seed, hence another sample.
TEST_F(VerifyTest, ASkilledForgerOfTheFrameDrawsOtherUnits) {
  const auto drop = [](DrawRecord& record) {
    record.frame.erase(record.frame.begin() + 10);
    record.committed.frame_hash = FrameHash(record.frame);
  };
  const std::string half_way = Rewritten(drop);
  EXPECT_THAT(FailedAlone(half_way), Contains("COMMITMENT"));
  EXPECT_THAT(RunScript({half_way}).output, HasSubstr("commitment"));
  const std::string all_the_way = Rewritten([&](DrawRecord& record) {
    drop(record);
    record.commitment = CommitmentOf(record.committed);
  });
  EXPECT_THAT(FailedAlone(all_the_way), Contains("SAMPLE"));
  EXPECT_THAT(RunScript({all_the_way}).output, HasSubstr("sample"));
}

// A record that was drawn from fewer than its own rates ask for is no honest one, however well its
// hashes fit.
TEST_F(VerifyTest, AQuotaBelowTheRateOrOfAnotherSizeIsDetected) {
  const auto with = [&](auto change) {
    return Rewritten([&](DrawRecord& record) {
      change(record.committed.strata[1]);
      record.commitment = CommitmentOf(record.committed);
    });
  };
  EXPECT_THAT(FailedAlone(with([](Stratum& s) { s.quota = 15; })), Contains("FRAME"));
  EXPECT_THAT(FailedAlone(with([](Stratum& s) { s.quota = s.size + 1; })), Contains("FRAME"));
  EXPECT_THAT(FailedAlone(with([](Stratum& s) { --s.size; })), Contains("FRAME"));
  EXPECT_THAT(FailedAlone(with([](Stratum& s) { s.code = "other"; })), Contains("FRAME"));
  EXPECT_THAT(FailedAlone(Rewritten([](DrawRecord& r) { ++r.committed.frame_size; })),
              Contains("FRAME"));
}

TEST_F(VerifyTest, AnotherHalfAnotherSampleOrAnotherVisitorIsDetected) {
  EXPECT_THAT(FailedAlone(Edited(SampleHalf('a'), SampleHalf('c'))), ElementsAre("SEED", "SAMPLE"));
  const std::string swapped =
      Rewritten([](DrawRecord& record) { std::swap(record.sample[0], record.sample[1]); });
  EXPECT_THAT(FailedAlone(swapped), ElementsAre("SAMPLE"));
  EXPECT_THAT(RunScript({swapped}).output, HasSubstr("sample"));
  const std::string tied = Rewritten([](DrawRecord& record) {
    for (Place& place : record.sample) place.visitors = {"v0", "v1"};
  });
  EXPECT_THAT(FailedAlone(tied), ElementsAre("SAMPLE", "RECUSAL"));
}

TEST_F(VerifyTest, AddedTextIsDetected) {
  EXPECT_THAT(FailedAlone(Edited("{\"abandon", "{\"aaa\":1,\"abandon")), ElementsAre("FORM"));
  EXPECT_THAT(FailedAlone(finished_.record + "\n"), ElementsAre("FORM"));
}

TEST_F(VerifyTest, ASecondHiddenDrawIsDetected) {
  // Drawn again with another half until it pleases, under the same number.
  ASSERT_OK_AND_ASSIGN(const FinishedDraw again, RunDraw(MixedFrame(), SamplePolicy(), 'x', 'y'));
  EXPECT_THAT(FailedAlone(again.record), IsEmpty()) << "by itself it is a draw like any other";
  Ledger ledger = {
      .record_hash = finished_.draw.record_hash, .previous_record_hash = {}, .facts = {}};
  EXPECT_THAT(Failed(CheckAgainst(ledger, *ReadRecord(again.record), again.record)),
              Contains("LEDGER"));

  // The next draw names the record before it: a replaced or left out one breaks the chain, also for
  // who has only the published files.
  FrameDraft next = MixedFrame();
  next.number = 2;
  next.previous = finished_.draw.record_hash;
  ASSERT_OK_AND_ASSIGN(const FinishedDraw second, RunDraw(next, SamplePolicy()));
  EXPECT_EQ(RunScript({finished_.record, second.record}).exit_code, 0);
  EXPECT_THAT(RunScript({again.record, second.record}).output, HasSubstr("chain"));
  FrameDraft last = MixedFrame();
  last.number = 3;
  last.previous = second.draw.record_hash;
  ASSERT_OK_AND_ASSIGN(const FinishedDraw third, RunDraw(last, SamplePolicy()));
  EXPECT_THAT(RunScript({finished_.record, third.record}).output, HasSubstr("chain"));
}

TEST_F(VerifyTest, AUnitThatWasChangedOrRemovedAfterTheFreezeIsDetected) {
  const FrameDraft draft = MixedFrame();
  Ledger ledger = {
      .record_hash = finished_.draw.record_hash, .previous_record_hash = {}, .facts = {}};
  for (const PenalisedUnit& unit : draft.units) {
    ledger.facts[unit.id] = FactsDigest(unit, SampleSalt(unit));
  }
  const DrawRecord record = *ReadRecord(finished_.record);
  EXPECT_THAT(Failed(CheckAgainst(ledger, record, finished_.record)), IsEmpty());

  PenalisedUnit changed = draft.units[7];
  changed.officers = {OfficerName(4)};
  ledger.facts[changed.id] = FactsDigest(changed, SampleSalt(changed));
  EXPECT_THAT(Failed(CheckAgainst(ledger, record, finished_.record)), ElementsAre("FACTS"));
  ledger.facts.erase(changed.id);
  EXPECT_THAT(Failed(CheckAgainst(ledger, record, finished_.record)), ElementsAre("FACTS"));
}

TEST_F(VerifyTest, WhatIsNoRecordIsRefused) {
  EXPECT_FALSE(ReadRecord("").ok());
  EXPECT_FALSE(ReadRecord("[]").ok());
  EXPECT_FALSE(ReadRecord("{}").ok());
  EXPECT_FALSE(ReadRecord(Edited("\"number\":1", "\"number\":\"1\"")).ok());
}

}  // namespace
}  // namespace rectify::followup::domain

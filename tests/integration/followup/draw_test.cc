// Draws from the frame to the record, and what nobody can do to them.
#include <fstream>

#include "absl/strings/str_replace.h"
#include "libs/testing/paths.h"
#include "tests/integration/followup/fixture.h"

namespace rectify::followup {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DrawTest : public FollowupTest {
 protected:
  DrawTest() {
    TellPenalties(10);
    AddVisitors(4);
  }
  void Sql(const std::string& text) {
    EXPECT_OK(followup_->pool().Transact("test.sql", {},
                                         [&](pg::Tx& tx) { return tx.ExecScript(text); }));
  }
  absl::Status TrySql(const std::string& text) {
    return followup_->pool().Transact("test.sql", {},
                                      [&](pg::Tx& tx) { return tx.ExecScript(text); });
  }
};

TEST_F(DrawTest, TheIndependentScriptDerivesThePublishedDraws) {
  const v1::Draw first = RunDraw();
  EXPECT_EQ(first.number(), 1);
  EXPECT_EQ(first.frame_size(), 10);
  EXPECT_EQ(first.sample_size(), 8);  // 80 % of penalties
  EXPECT_THAT(Units("state = DRAWN"), SizeIs(8));
  const v1::Draw second = RunDraw("2023Q1", {}, 'm');
  EXPECT_EQ(second.number(), 2);
  EXPECT_EQ(second.frame_size(), 2);
  EXPECT_EQ(second.previous_record_hash(), first.record_hash());

  std::string command =
      "/usr/bin/python3 " + testing::SourcePath("/tests/unit/followup_domain/verify_draw.py");
  for (const v1::Draw& draw : {first, second}) {
    const std::string path = absl::StrCat(system_.folder(), "/record", draw.number());
    std::ofstream(path, std::ios::binary) << Record(draw);
    absl::StrAppend(&command, " ", path);
    EXPECT_THAT(Verify(Record(draw)), IsEmpty());
  }
  EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe,cert-env33-c)
}

TEST_F(DrawTest, AChangedRecordIsNotTheOneInTheLedger) {
  const v1::Draw draw = RunDraw();
  const std::string forged = absl::StrReplaceAll(Record(draw), {{"\"quota\":8", "\"quota\":7"}});
  EXPECT_THAT(Verify(forged), ElementsAre("FRAME", "COMMITMENT", "SAMPLE", "LEDGER"));
}

TEST_F(DrawTest, AUnitThatIsChangedAfterTheFreezeShows) {
  const v1::Draw draw = RunDraw();
  Sql("update penalised_units set officers = '{x}' where party = '示例单位3'");
  EXPECT_THAT(Verify(Record(draw)), ElementsAre("FACTS"));
}

TEST_F(DrawTest, ThereIsOneDrawAtATimeAndAnAbandonedOneKeepsItsNumber) {
  ASSERT_OK_AND_ASSIGN(v1::Draw first, CreateFrame());
  ASSERT_OK_AND_ASSIGN(first, Freeze(first));
  ASSERT_OK_AND_ASSIGN(v1::Draw second, CreateFrame());
  EXPECT_THAT(Freeze(second), StatusIs(StatusCode::kFailedPrecondition, "DRAW_PENDING"));

  v1::AbandonDrawRequest request;
  request.set_name(first.name());
  request.set_reason("种子提供人调离");
  ASSERT_OK_AND_ASSIGN(first, Draws<v1::Draw>(ji(), "AbandonDraw", request));
  EXPECT_EQ(first.state(), v1::Draw::STATE_ABANDONED);
  ASSERT_OK_AND_ASSIGN(second, Freeze(second));
  EXPECT_EQ(second.number(), 2);
  EXPECT_EQ(second.previous_record_hash(), first.record_hash());
  EXPECT_THAT(Verify(Record(first)), IsEmpty());
}

TEST_F(DrawTest, ThePublishedRecordCannotBeChangedInTheDatabase) {
  const v1::Draw draw = RunDraw();
  EXPECT_FALSE(TrySql("update draws set record = 'x'").ok());
  EXPECT_FALSE(TrySql("delete from draws").ok());
  EXPECT_THAT(Verify(Record(draw)), IsEmpty());
}

TEST_F(DrawTest, TheSeedComesAfterTheFreezeAndFromBoth) {
  ASSERT_OK_AND_ASSIGN(v1::Draw draw, CreateFrame());
  EXPECT_THAT(Commit(ji(), draw, 'a'), StatusIs(StatusCode::kFailedPrecondition, "DRAW_STATE"));
  ASSERT_OK(Freeze(draw));
  ASSERT_OK(Commit(ji(), draw, 'a'));
  EXPECT_THAT(Reveal(ji(), draw, 'a'), StatusIs(StatusCode::kFailedPrecondition, "SEED_STATE"));
  EXPECT_THAT(Commit(As("users/v0"), draw, 'b'),
              StatusIs(StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  ASSERT_OK(Commit(bai(), draw, 'b'));
  ASSERT_OK(Reveal(ji(), draw, 'a'));
  EXPECT_THAT(DrawSample(draw), StatusIs(StatusCode::kFailedPrecondition, "SEED_STATE"));
  EXPECT_THAT(Reveal(bai(), draw, 'c'), StatusIs(StatusCode::kFailedPrecondition, "SEED_MISMATCH"));
  ASSERT_OK(Reveal(bai(), draw, 'b'));
  EXPECT_OK(DrawSample(draw));
}

TEST_F(DrawTest, APublicValueAloneCanBeTheSeed) {
  v1::FreezeFrameRequest terms;
  terms.set_public_source("双色球 2023039 期开奖号码");
  ASSERT_OK_AND_ASSIGN(v1::Draw draw, CreateFrame());
  ASSERT_OK(Freeze(draw, terms));
  v1::RecordPublicValueRequest value;
  value.set_name(draw.name());
  value.set_value("03 08 12 19 26 31+07");
  ASSERT_OK(Draws<v1::Draw>(ji(), "RecordPublicValue", value));
  value.set_value("01 02 03 04 05 06+07");
  EXPECT_THAT(Draws<v1::Draw>(ji(), "RecordPublicValue", value),
              StatusIs(StatusCode::kFailedPrecondition, "SEED_STATE"));
  ASSERT_OK_AND_ASSIGN(draw, DrawSample(draw));
  EXPECT_THAT(Verify(Record(draw)), IsEmpty());
}

TEST_F(DrawTest, TiesAreKeptAndTooManyAreTold) {
  // v0 has handled the cases of officer 3: the units of venues 2 and 3.
  v1::Visitor visitor;
  visitor.set_name(absl::StrCat(kParent, "/visitors/v0"));
  visitor.set_display_name("示例人员0");
  visitor.set_user("users/v0");
  visitor.add_officers(Officer(3));
  ASSERT_OK(SaveVisitor(visitor));
  const v1::Draw draw = RunDraw();
  EXPECT_THAT(Verify(Record(draw)), IsEmpty());

  for (int n = 1; n < 4; ++n) {
    visitor.set_name(absl::StrCat(kParent, "/visitors/v", n));
    visitor.set_user(absl::StrCat("users/v", n));
    ASSERT_OK(SaveVisitor(visitor));
  }
  TellPenalty(3, "津丽消行罚决字〔2023〕第103号");
  system_.Settle();
  ASSERT_OK_AND_ASSIGN(const v1::Draw next, CreateFrame());
  const auto frozen = Freeze(next);
  EXPECT_THAT(frozen, StatusIs(StatusCode::kFailedPrecondition, "RECUSAL_INFEASIBLE"));
  EXPECT_THAT(frozen, HasViolation("excluded"));
}

TEST_F(DrawTest, ForcedPicksAreDrawnAndExcludedOnesAreNot) {
  const std::vector<v1::PenalisedUnit> units = Units();
  v1::FreezeFrameRequest terms;
  for (int n = 0; n < 4; ++n) {
    v1::Pick& pick = n < 2 ? *terms.add_forced() : *terms.add_excluded();
    pick.set_unit(units[n].name());
    pick.set_reason(n < 2 ? "处罚偏低" : "已注销");
  }
  RunDraw("2023Q1", terms);
  std::vector<std::string> drawn;
  for (const v1::PenalisedUnit& unit : Units("state = DRAWN")) drawn.push_back(unit.name());
  EXPECT_THAT(drawn, SizeIs(7));  // 80 % of eight
  EXPECT_THAT(drawn, Contains(units[0].name()));
  EXPECT_THAT(drawn, Contains(units[1].name()));
  EXPECT_THAT(drawn, ::testing::Not(Contains(units[2].name())));
  EXPECT_THAT(drawn, ::testing::Not(Contains(units[3].name())));
}

TEST_F(DrawTest, ARepeatedCommandDrawsOnce) {
  ASSERT_OK_AND_ASSIGN(const v1::Draw draw, CreateFrame());
  v1::FreezeFrameRequest terms;
  terms.set_public_source("双色球 2023039 期");
  ASSERT_OK(Freeze(draw, terms));
  v1::RecordPublicValueRequest value;
  value.set_name(draw.name());
  value.set_value("03 08");
  ASSERT_OK(Draws<v1::Draw>(ji(), "RecordPublicValue", value));
  v1::DrawSampleRequest request;
  request.set_name(draw.name());
  request.set_request_id(Uuid(77));
  ASSERT_OK_AND_ASSIGN(const v1::Draw once, Draws<v1::Draw>(ji(), "DrawSample", request));
  ASSERT_OK_AND_ASSIGN(const v1::Draw twice, Draws<v1::Draw>(ji(), "DrawSample", request));
  EXPECT_EQ(once.SerializeAsString(), twice.SerializeAsString());
}

}  // namespace
}  // namespace rectify::followup

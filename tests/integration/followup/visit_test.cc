// Visits: recorded by those whom the draw assigned, readable by the committee, in no other hands.
#include <set>

#include "libs/rpc/convert.h"
#include "tests/integration/followup/fixture.h"

namespace rectify::followup {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class VisitTest : public FollowupTest {
 protected:
  VisitTest() {
    TellPenalties(10);
    AddVisitors(4);
    RunDraw();
    visits_ = PlannedVisits();
  }
  absl::StatusOr<v1::Visit> Attempt(const v1::Visit& visit) {
    v1::RecordAttemptRequest request;
    request.set_name(visit.name());
    *request.mutable_attempt_time() = rpc::ToTimestamp(At(3, 20));
    request.set_reason("店已关门");
    return Visits<v1::Visit>(VisitorOf(visit), "RecordAttempt", request);
  }
  absl::StatusOr<v1::Visit> Replace(const v1::Visit& visit) {
    v1::ReplaceVisitRequest request;
    request.set_name(visit.name());
    request.set_reason("单位已搬迁");
    return Visits<v1::Visit>(VisitorOf(visit), "ReplaceVisit", request);
  }
  void DeclareTie(const std::string& visitor, const std::string& unit) {
    v1::Visitor declared;
    declared.set_name(visitor);
    const std::string code = visitor.substr(visitor.rfind('/') + 1);
    declared.set_display_name(code);
    declared.set_user("users/" + code);
    ties_[code].push_back(unit);
    for (const std::string& subject : ties_[code]) {
      v1::Interest& interest = *declared.add_interests();
      interest.set_subject(subject);
      interest.set_reason("亲属任职");
    }
    ASSERT_OK(SaveVisitor(declared));
  }
  absl::StatusOr<v1::Visit> Get(const std::string& name) {
    v1::GetVisitRequest request;
    request.set_name(name);
    return Visits<v1::Visit>(ji(), "GetVisit", request);
  }

  std::vector<v1::Visit> visits_;
  std::map<std::string, std::vector<std::string>> ties_;  // by visitor
};

TEST_F(VisitTest, TheDrawPlansOneVisitForEachUnitWithTwoVisitors) {
  ASSERT_THAT(visits_, SizeIs(8));
  std::set<std::string> units;
  for (const v1::Visit& visit : visits_) {
    EXPECT_THAT(visit.visitors(), SizeIs(2));
    EXPECT_NE(visit.visitors(0), visit.visitors(1));
    units.insert(visit.unit());
  }
  EXPECT_THAT(units, SizeIs(8));
}

TEST_F(VisitTest, ARecordedVisitIsAFileWithAnswersThatOnlyGetVisitShows) {
  v1::RecordVisitRequest request = GoodRecord(visits_[0], {{"gift_meal", "YES"}});
  request.mutable_respondent()->set_person_name("示例店长");
  request.mutable_respondent()->set_mobile("13800001234");
  request.set_note("店长称曾被要求宴请");
  ASSERT_OK_AND_ASSIGN(const v1::Visit done, RecordVisit(request, visits_[0]));
  EXPECT_EQ(done.state(), v1::Visit::STATE_DONE);
  EXPECT_EQ(done.file_number(), "津丽消纪访〔2023〕第0001号");
  EXPECT_TRUE(done.has_respondent());
  EXPECT_THAT(done.answers(), IsEmpty());
  EXPECT_THAT(Units("state = VISITED"), SizeIs(1));

  ASSERT_OK_AND_ASSIGN(const v1::Visit read, Get(done.name()));
  EXPECT_THAT(read.answers(), SizeIs(10));
  EXPECT_EQ(read.note(), "店长称曾被要求宴请");
}

TEST_F(VisitTest, NothingThatWasSaidLiesInTheDatabaseInClearText) {
  v1::RecordVisitRequest request = GoodRecord(visits_[0], {{"suggestion", "暗号甲乙丙丁"}});
  request.mutable_respondent()->set_person_name("暗号戊己庚辛");
  request.set_note("暗号壬癸子丑");
  ASSERT_OK(RecordVisit(request, visits_[0]));
  system_.Settle();
  // Every row of every table as text.
  static constexpr pg::Statement kSearch = {"test.search", R"sql(
    select count(*)
      from (select table_name from information_schema.tables
             where table_schema = current_schema() and table_type = 'BASE TABLE') t,
           lateral (select query_to_xml(format('select * from %I', t.table_name), true, false, ''))
             as x(content)
     where x.content::text like '%暗号%'
        or x.content::text like '%' || encode(convert_to('暗号', 'UTF8'), 'base64') || '%'
        or x.content::text ilike '%' || encode(convert_to('暗号', 'UTF8'), 'hex') || '%')sql"};
  const absl::StatusOr<int64_t> found =
      followup_->pool().TransactValue("test.search", {}, [](pg::Tx& tx) -> absl::StatusOr<int64_t> {
        const auto rows = tx.Exec(kSearch);
        if (!rows.ok()) return rows.status();
        return (*rows)[0].Int(0);
      });
  ASSERT_OK(found);
  EXPECT_EQ(*found, 0);
}

TEST_F(VisitTest, OnlyTheAssignedVisitorsRecord) {
  const v1::RecordVisitRequest request = GoodRecord(visits_[0]);
  EXPECT_THAT(Visits<v1::Visit>(ji(), "RecordVisit", request),
              StatusIs(StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  for (int n = 0; n < 4; ++n) {
    const std::string name = absl::StrCat(kParent, "/visitors/v", n);
    if (name == visits_[0].visitors(0) || name == visits_[0].visitors(1)) continue;
    EXPECT_THAT(Visits<v1::Visit>(As(absl::StrCat("users/v", n)), "RecordVisit", request),
                StatusIs(StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  }
  ASSERT_OK(Visits<v1::Visit>(VisitorOf(visits_[0], 1), "RecordVisit", request));
  EXPECT_THAT(RecordVisit(request, visits_[0]),
              StatusIs(StatusCode::kFailedPrecondition, "VISIT_STATE"));
}

TEST_F(VisitTest, AnswersMustFitTheQuestionnaireAndAnUnnamedRespondentStaysUnnamed) {
  EXPECT_THAT(RecordVisit(GoodRecord(visits_[0], {{"attitude", "6"}}), visits_[0]),
              HasViolation("answers[0].value"));
  EXPECT_THAT(RecordVisit(GoodRecord(visits_[0], {{"zzz", "YES"}}), visits_[0]),
              HasViolation("answers[10].item"));
  EXPECT_THAT(RecordVisit(GoodRecord(visits_[0], {{"unfair", ""}}), visits_[0]),
              HasViolation("answers"));
  v1::RecordVisitRequest request = GoodRecord(visits_[0]);
  request.set_anonymous(true);
  request.mutable_respondent()->set_person_name("示例店长");
  EXPECT_THAT(RecordVisit(request, visits_[0]), HasViolation("respondent"));
  *request.mutable_visit_time() = rpc::ToTimestamp(At(3, 21));
  EXPECT_THAT(RecordVisit(request, visits_[0]),
              StatusIs(StatusCode::kInvalidArgument, "IN_THE_FUTURE"));
}

TEST_F(VisitTest, AVisitThatCannotBeMadeIsReplacedByTheNextInTheOrderOfTheDraw) {
  EXPECT_THAT(Replace(visits_[0]), StatusIs(StatusCode::kFailedPrecondition, "VISIT_STATE"));
  ASSERT_OK(Attempt(visits_[0]));
  ASSERT_OK_AND_ASSIGN(const v1::Visit next, Replace(visits_[0]));
  EXPECT_EQ(next.replaces(), visits_[0].name());
  EXPECT_EQ(next.state(), v1::Visit::STATE_PLANNED);
  EXPECT_THAT(next.visitors(), SizeIs(2));
  ASSERT_OK_AND_ASSIGN(const v1::Visit old, Get(visits_[0].name()));
  EXPECT_EQ(old.state(), v1::Visit::STATE_REPLACED);
  EXPECT_EQ(old.replaced_by(), next.name());
  EXPECT_THAT(old.attempts(), SizeIs(1));
  EXPECT_THAT(Units("state = WAITING"), SizeIs(2));  // the unit that was not reached is still owed

  ASSERT_OK(Attempt(visits_[1]));
  ASSERT_OK(Replace(visits_[1]));
  ASSERT_OK(Attempt(visits_[2]));
  EXPECT_THAT(Replace(visits_[2]), StatusIs(StatusCode::kFailedPrecondition, "NO_RESERVE"));
}

// A tie that comes up between the draw and the visit: who has it is not sent, and neither is the
// next in the order of the draw when its visitors have one.
TEST_F(VisitTest, ATieDeclaredAfterTheDrawIsRespected) {
  DeclareTie(visits_[0].visitors(1), visits_[0].unit());
  EXPECT_THAT(RecordVisit(GoodRecord(visits_[0]), visits_[0]),
              StatusIs(StatusCode::kFailedPrecondition, "VISITOR_BARRED"));
  EXPECT_THAT(Units("state = VISITED"), IsEmpty());

  const std::vector<v1::PenalisedUnit> waiting = Units("state = WAITING");
  ASSERT_THAT(waiting, SizeIs(2));
  for (int n = 0; n < 4; ++n)
    DeclareTie(absl::StrCat(kParent, "/visitors/v", n), waiting[0].name());
  ASSERT_OK(Attempt(visits_[0]));
  ASSERT_OK_AND_ASSIGN(const v1::Visit next, Replace(visits_[0]));
  EXPECT_EQ(next.unit(), waiting[1].name());
  EXPECT_OK(RecordVisit(GoodRecord(next), next));
  ASSERT_OK(Attempt(visits_[1]));
  EXPECT_THAT(Replace(visits_[1]), StatusIs(StatusCode::kFailedPrecondition, "NO_RESERVE"));
  EXPECT_THAT(Units("state = WAITING"), SizeIs(2)) << "both stay owed";
}

TEST_F(VisitTest, TheQuestionnaireOfADayIsReadable) {
  v1::GetQuestionnaireRequest request;
  request.set_parent(kParent);
  ASSERT_OK_AND_ASSIGN(const v1::Questionnaire questionnaire,
                       Visits<v1::Questionnaire>(ji(), "GetQuestionnaire", request));
  EXPECT_EQ(questionnaire.version(), 1);
  EXPECT_THAT(questionnaire.items(), SizeIs(15));
  *request.mutable_day() = rpc::ToDate(absl::CivilDay(2019, 12, 31));
  EXPECT_THAT(Visits<v1::Questionnaire>(ji(), "GetQuestionnaire", request),
              StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
}

}  // namespace
}  // namespace rectify::followup

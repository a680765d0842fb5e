// Recording inspections: what is written, what is told, and that it happens once.
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

using ::absl::StatusCode;
using ::google::protobuf::util::MessageDifferencer;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kRequestId[] = "018b0000-0000-7000-8000-000000000001";

class RecordTest : public HazardTest {};

TEST_F(RecordTest, AnswersWithTheInspectionAndKeepsIt) {
  v1::RecordInspectionRequest request = Sample();
  *request.mutable_inspection()->add_findings() = Order("B02");
  *request.mutable_inspection()->add_findings() = OnSpot("C01");
  *request.mutable_inspection()->add_findings() = Transfer("E03");
  ASSERT_OK_AND_ASSIGN(const v1::Inspection recorded, Record(request));

  EXPECT_EQ(recorded.venue(), kVenue);
  EXPECT_THAT(recorded.officers(), ElementsAre(kZhang, kLi));
  EXPECT_EQ(rpc::ToTime(recorded.create_time()), At(2, 1, 12));
  ASSERT_THAT(recorded.findings(), SizeIs(3));
  const v1::Finding& order = recorded.findings(0);
  EXPECT_EQ(order.inspection(), recorded.name());
  EXPECT_EQ(order.title(), "消防设施、器材未保持完好有效");
  EXPECT_EQ(order.catalog_version(), 1);
  EXPECT_EQ(order.term_days(), 15);
  EXPECT_EQ(order.state(), v1::Finding::STATE_OPEN);
  EXPECT_EQ(order.etag(), "\"1\"");
  EXPECT_FALSE(order.has_close_time());
  EXPECT_EQ(recorded.findings(1).state(), v1::Finding::STATE_RECTIFIED);
  EXPECT_EQ(rpc::ToTime(recorded.findings(1).close_time()), At(2, 1, 10));
  EXPECT_EQ(recorded.findings(2).state(), v1::Finding::STATE_OPEN);

  ASSERT_OK_AND_ASSIGN(const v1::Inspection read, GetInspection(recorded.name()));
  EXPECT_TRUE(MessageDifferencer::Equals(read, recorded));
  ASSERT_OK_AND_ASSIGN(const v1::Finding finding, GetFinding(order.name()));
  EXPECT_TRUE(MessageDifferencer::Equals(finding, order));
}

TEST_F(RecordTest, TellsTheInspectionOnceAndEachFindingOnce) {
  v1::RecordInspectionRequest request = Sample();
  v1::Finding dated = Order("B02");
  *dated.mutable_stated_due_date() = rpc::ToDate(absl::CivilDay(2023, 3, 1));
  *request.mutable_inspection()->add_findings() = dated;
  *request.mutable_inspection()->add_findings() = Order("C01");
  ASSERT_OK_AND_ASSIGN(const v1::Inspection recorded, Record(request));

  const auto events = Events();
  ASSERT_THAT(EventTypes(),
              ElementsAre("InspectionRecorded", "FindingRecorded", "FindingRecorded"));
  EXPECT_EQ(events[0].aggregate(), recorded.name());
  EXPECT_EQ(events[0].aggregate_version(), 1);
  v1::InspectionRecorded inspection;
  ASSERT_TRUE(inspection.ParseFromString(events[0].payload()));
  EXPECT_THAT(inspection.officers(), ElementsAre(kZhang, kLi));
  ASSERT_THAT(inspection.findings(), SizeIs(2));
  EXPECT_EQ(inspection.findings(0).stated_due_date().month(), 3);
  EXPECT_EQ(inspection.findings(0).term_days(), 0);
  EXPECT_FALSE(inspection.findings(0).at_once());
  EXPECT_TRUE(inspection.findings(1).at_once());
  EXPECT_EQ(inspection.findings(1).duty_basis(), "消防法第二十八条；消防法第十六条第一款第四项");
  EXPECT_THAT(inspection.findings(1).required_action(), HasSubstr("疏散通道"));

  v1::FindingRecorded finding;
  ASSERT_TRUE(finding.ParseFromString(events[2].payload()));
  EXPECT_EQ(events[2].aggregate(), recorded.findings(1).name());
  EXPECT_EQ(events[2].aggregate_version(), 1);
  EXPECT_EQ(finding.inspection(), recorded.name());
  EXPECT_TRUE(MessageDifferencer::Equals(finding.finding(), inspection.findings(1)));
}

TEST_F(RecordTest, EachAudienceSeesWhatConcernsIt) {
  v1::RecordInspectionRequest request = Sample();
  *request.mutable_inspection()->add_findings() = Order("B02");
  ASSERT_OK(Record(request));
  EXPECT_THAT(EventTypes("departments"), ElementsAre("FindingRecorded"));
  EXPECT_THAT(EventTypes("discipline"), ElementsAre("InspectionRecorded"));
}

TEST_F(RecordTest, TheTrailOfAFindingLeadsToItsInspection) {
  v1::RecordInspectionRequest request = Sample();
  *request.mutable_inspection()->add_findings() = Order("B02");
  *request.mutable_inspection()->add_findings() = OnSpot("C01");
  ASSERT_OK_AND_ASSIGN(const v1::Inspection recorded, Record(request));
  for (const std::string& subject :
       {recorded.name(), recorded.findings(1).name(), std::string(kVenue)}) {
    const auto trail = Trail(subject);
    ASSERT_THAT(trail, SizeIs(1)) << subject;
    EXPECT_EQ(trail[0].action(), "RecordInspection");
    EXPECT_EQ(trail[0].subject(), recorded.name());
    EXPECT_EQ(trail[0].actor(), "users/zhang.wei");
    EXPECT_EQ(trail[0].summary(),
              "检查 北方五金城，发现隐患 2 处（当场改正 1，责令改正 1，移送 0）");
  }
}

TEST_F(RecordTest, AnInspectionWithoutFindingsIsRecordedToo) {
  ASSERT_OK_AND_ASSIGN(const v1::Inspection recorded, Record(Sample()));
  EXPECT_THAT(recorded.findings(), IsEmpty());
  EXPECT_THAT(EventTypes(), ElementsAre("InspectionRecorded"));
}

TEST_F(RecordTest, TakesTwoHundredFindingsInOneCall) {
  v1::RecordInspectionRequest request = Sample();
  for (int i = 0; i < 200; ++i) {
    *request.mutable_inspection()->add_findings() = Order("B02", absl::StrCat("第", i, "处"));
  }
  ASSERT_OK_AND_ASSIGN(const v1::Inspection recorded, Record(request));
  ASSERT_OK_AND_ASSIGN(const v1::Inspection read, GetInspection(recorded.name()));
  ASSERT_THAT(read.findings(), SizeIs(200));
  EXPECT_EQ(read.findings(137).description(), "第137处");
  EXPECT_THAT(Events(), SizeIs(201));
}

TEST_F(RecordTest, KeepsCharactersOutsideTheBasicPlane) {
  v1::RecordInspectionRequest request = Sample();
  request.mutable_inspection()->set_summary("𠮷野家（㙍塘店）、\"{}\\,'NULL 𬭚 龥");
  *request.mutable_inspection()->add_findings() =
      Order("B02", "㙍塘南侧𠮷字号，{灭火器},\\缺\"2\"具");
  ASSERT_OK_AND_ASSIGN(const v1::Inspection recorded, Record(request));
  ASSERT_OK_AND_ASSIGN(const v1::Inspection read, GetInspection(recorded.name()));
  EXPECT_EQ(read.summary(), request.inspection().summary());
  EXPECT_EQ(read.findings(0).description(), request.inspection().findings(0).description());
}

TEST_F(RecordTest, TheClientMayChooseTheIdOnce) {
  v1::RecordInspectionRequest request = Sample();
  request.set_inspection_id("01850000-0000-7000-8000-0000000000ff");
  ASSERT_OK_AND_ASSIGN(const v1::Inspection recorded, Record(request));
  EXPECT_EQ(recorded.name(), "districts/120110/inspections/01850000-0000-7000-8000-0000000000ff");
  const int64_t rows = CountRows();
  const auto again = Record(request);
  EXPECT_THAT(again, StatusIs(StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  EXPECT_EQ(DetailOf(again.status())->metadata["field"], "inspection_id");
  EXPECT_EQ(CountRows(), rows);
}

TEST_F(RecordTest, ARepeatedRequestAnswersAsTheFirstTime) {
  v1::RecordInspectionRequest request = Sample();
  *request.mutable_inspection()->add_findings() = Order("B02");
  request.set_request_id(kRequestId);
  ASSERT_OK_AND_ASSIGN(const v1::Inspection first, Record(request));
  system_.clock().Jump(At(2, 3));
  ASSERT_OK_AND_ASSIGN(const v1::Inspection second, Record(request));
  EXPECT_TRUE(MessageDifferencer::Equals(first, second));
  EXPECT_THAT(EventTypes(), ElementsAre("InspectionRecorded", "FindingRecorded"));

  request.mutable_inspection()->set_summary("另一次检查");
  EXPECT_THAT(Record(request), StatusIs(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

// The first answer stands even when the facts have changed since.
TEST_F(RecordTest, ARepeatedRequestIsNotJudgedAgain) {
  v1::RecordInspectionRequest request = Sample();
  request.set_request_id(kRequestId);
  ASSERT_OK_AND_ASSIGN(const v1::Inspection first, Record(request));
  venue::v1::Officer retired = SampleOfficer(kLi);
  *retired.mutable_post_end() = rpc::ToDate(absl::CivilDay(2022, 12, 31));
  retired.set_etag("\"2\"");
  registry_.Announce(retired);
  system_.Settle();
  ASSERT_OK_AND_ASSIGN(const v1::Inspection second, Record(request));
  EXPECT_TRUE(MessageDifferencer::Equals(first, second));
  request.set_request_id("018b0000-0000-7000-8000-000000000002");
  EXPECT_THAT(Record(request), StatusIs(StatusCode::kFailedPrecondition, "OFFICER_NOT_QUALIFIED"));
}

TEST_F(RecordTest, TwoIdenticalRequestsAtTheSameTimeMakeOneInspection) {
  v1::RecordInspectionRequest request = Sample();
  *request.mutable_inspection()->add_findings() = Order("B02");
  request.set_request_id(kRequestId);
  rpc::Client& client = Zhang();
  std::vector<absl::StatusOr<v1::Inspection>> answers(4);
  {
    std::vector<std::jthread> threads;
    for (auto& answer : answers) {
      threads.emplace_back([&] {
        answer = client.Unary<v1::Inspection>("rectify.hazard.v1.HazardFindings.RecordInspection",
                                              request);
      });
    }
  }
  for (const auto& answer : answers) {
    ASSERT_OK(answer);
    EXPECT_TRUE(MessageDifferencer::Equals(*answer, *answers[0]));
  }
  EXPECT_THAT(EventTypes(), ElementsAre("InspectionRecorded", "FindingRecorded"));
}

// Many inspectors at once: groups form as they come, and none of them feels the others.
TEST_F(RecordTest, ManyAtOnceAreEachRecordedOnceOrRefusedAlone) {
  constexpr int kCalls = 24;
  std::vector<absl::StatusOr<v1::Inspection>> answers(kCalls, absl::UnknownError("not run"));
  std::vector<v1::RecordInspectionRequest> requests;
  for (int i = 0; i < kCalls; ++i) {
    v1::RecordInspectionRequest request = Sample();
    *request.mutable_inspection()->add_findings() = Order(i % 4 == 3 ? "Z99" : "B02");
    request.set_request_id(absl::StrCat("018b0000-0000-7000-8000-0000000001", 10 + i));
    requests.push_back(request);
  }
  requests[1].set_request_id(requests[0].request_id());  // sent twice at once
  rpc::Client& client = Zhang();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kCalls; ++i) {
      threads.emplace_back([&, i] {
        answers[i] = client.Unary<v1::Inspection>(
            "rectify.hazard.v1.HazardFindings.RecordInspection", requests[i]);
      });
    }
  }

  std::set<std::string> names;
  for (int i = 0; i < kCalls; ++i) {
    if (i % 4 == 3) {
      EXPECT_THAT(answers[i], StatusIs(StatusCode::kInvalidArgument, "CATALOG_CODE_UNKNOWN"));
      continue;
    }
    ASSERT_OK(answers[i]);
    names.insert(answers[i]->name());
  }
  EXPECT_EQ(answers[0]->name(), answers[1]->name());
  EXPECT_EQ(names.size(), 17u);
  EXPECT_THAT(EventTypes(), SizeIs(2 * 17));
}

}  // namespace
}  // namespace rectify::hazard

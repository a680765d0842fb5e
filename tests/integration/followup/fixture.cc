#include "tests/integration/followup/fixture.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/hash.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_events.pb.h"

namespace rectify::followup {
namespace {

std::string Half(char c) { return std::string(40, c); }

}  // namespace

absl::Time At(int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(2023, month, day, hour, minute), ChinaZone());
}

std::string Uuid(int n) { return absl::StrFormat("01850000-0000-7000-8000-%012d", n); }
std::string Venue(int n) { return absl::StrCat(kParent, "/venues/", Uuid(n)); }
std::string Officer(int n) { return absl::StrCat(kParent, "/officers/", Uuid(1000 + n)); }

FollowupTest::FollowupTest() {
  venue_ = &system_.Start("venue", {}, [](service::Host&) { return absl::OkStatus(); });
  deadline_ = &system_.Start("deadline", {}, [](service::Host&) { return absl::OkStatus(); });
  followup_ = &system_.StartSealed("followup", Migrations(), [](service::Host& host) {
    return RegisterFollowup(host, FollowupConfig{});
  });
}

void FollowupTest::Tell(service::Host& host, const std::string& aggregate,
                        const google::protobuf::Message& event) {
  ASSERT_OK(host.commands().Act({"services/stand-in", aggregate, ""}, "stand_in.tell",
                                [&](rectify::events::Change& change) {
                                  change.Emit(aggregate, 1, event);
                                  return absl::OkStatus();
                                }));
}

void FollowupTest::TellPenalty(int n, const std::string& decision) {
  deadline::v1::PenaltyRecorded event;
  event.set_order(absl::StrCat(kParent, "/orders/", Uuid(n)));
  event.set_venue(Venue(n));
  event.set_party(absl::StrCat("示例单位", n));
  event.set_decision_number(decision.empty() ? absl::StrCat("津丽消行罚决字〔2023〕第", n, "号")
                                             : decision);
  *event.mutable_decision_date() = rpc::ToDate(absl::CivilDay(2023, 2, 1 + n % 20));
  event.add_officers(Officer(n));
  event.add_officers(Officer(n + 1));
  event.set_basis("消防法第六十条第一款第七项");
  event.set_penalty("罚款五千元");
  Tell(*deadline_, event.order(), event);
}

void FollowupTest::TellPenalties(int count) {
  for (int n = 0; n < count; ++n) TellPenalty(n);
  system_.Settle();
}

std::vector<v1::ImportPenalisedUnitsResponse> FollowupTest::Import(const std::string& csv) {
  bool sent = false;
  std::vector<v1::ImportPenalisedUnitsResponse> responses;
  EXPECT_OK(ji().Stream(
      "rectify.followup.v1.FollowupDraws.ImportPenalisedUnits",
      [&](google::protobuf::Message& message) {
        if (std::exchange(sent, true)) return false;
        auto& request = static_cast<v1::ImportPenalisedUnitsRequest&>(message);
        request.set_parent(kParent);
        request.set_csv(csv);
        return true;
      },
      [&](const google::protobuf::Message& message) {
        responses.push_back(static_cast<const v1::ImportPenalisedUnitsResponse&>(message));
        return absl::OkStatus();
      },
      absl::Seconds(30)));
  return responses;
}

std::vector<v1::PenalisedUnit> FollowupTest::Units(const std::string& filter) {
  v1::ListPenalisedUnitsRequest request;
  request.set_parent(kParent);
  request.set_filter(filter);
  request.set_page_size(500);
  const auto response = Draws<v1::ListPenalisedUnitsResponse>(ji(), "ListPenalisedUnits", request);
  EXPECT_OK(response);
  if (!response.ok()) return {};
  return {response->units().begin(), response->units().end()};
}

absl::StatusOr<v1::Visitor> FollowupTest::SaveVisitor(const v1::Visitor& visitor) {
  v1::UpdateVisitorRequest request;
  *request.mutable_visitor() = visitor;
  return Draws<v1::Visitor>(ji(), "UpdateVisitor", request);
}

void FollowupTest::AddVisitors(int count) {
  for (int n = 0; n < count; ++n) {
    v1::Visitor visitor;
    visitor.set_name(absl::StrCat(kParent, "/visitors/v", n));
    visitor.set_display_name(absl::StrCat("示例人员", n));
    visitor.set_user(absl::StrCat("users/v", n));
    ASSERT_OK(SaveVisitor(visitor));
  }
}

absl::StatusOr<v1::Draw> FollowupTest::CreateFrame(const std::string& quarter) {
  v1::CreateFrameRequest request;
  request.set_parent(kParent);
  request.set_quarter(quarter);
  return Draws<v1::Draw>(ji(), "CreateFrame", request);
}

absl::StatusOr<v1::Draw> FollowupTest::Freeze(const v1::Draw& draw,
                                              const v1::FreezeFrameRequest& terms) {
  v1::FreezeFrameRequest request = terms;
  request.set_name(draw.name());
  if (request.officials().empty() && request.public_source().empty()) {
    request.add_officials("users/ji.wei");
    request.add_officials("users/bai.lin");
  }
  return Draws<v1::Draw>(ji(), "FreezeFrame", request);
}

absl::StatusOr<v1::Draw> FollowupTest::Commit(rpc::Client& official, const v1::Draw& draw,
                                              char half) {
  v1::CommitSeedHalfRequest request;
  request.set_name(draw.name());
  request.set_commitment(absl::BytesToHexString(crypto::Sha256(Half(half))));
  return Draws<v1::Draw>(official, "CommitSeedHalf", request);
}

absl::StatusOr<v1::Draw> FollowupTest::Reveal(rpc::Client& official, const v1::Draw& draw,
                                              char half) {
  v1::RevealSeedHalfRequest request;
  request.set_name(draw.name());
  request.set_value(Half(half));
  return Draws<v1::Draw>(official, "RevealSeedHalf", request);
}

absl::StatusOr<v1::Draw> FollowupTest::DrawSample(const v1::Draw& draw) {
  v1::DrawSampleRequest request;
  request.set_name(draw.name());
  return Draws<v1::Draw>(ji(), "DrawSample", request);
}

v1::Draw FollowupTest::RunDraw(const std::string& quarter, const v1::FreezeFrameRequest& terms,
                               char half) {
  const char other = static_cast<char>(half + 1);
  const auto run = [&]() -> absl::StatusOr<v1::Draw> {
    ASSIGN_OR_RETURN(v1::Draw draw, CreateFrame(quarter));
    ASSIGN_OR_RETURN(draw, Freeze(draw, terms));
    RETURN_IF_ERROR(Commit(ji(), draw, half).status());
    RETURN_IF_ERROR(Commit(bai(), draw, other).status());
    RETURN_IF_ERROR(Reveal(ji(), draw, half).status());
    RETURN_IF_ERROR(Reveal(bai(), draw, other).status());
    return DrawSample(draw);
  };
  const absl::StatusOr<v1::Draw> draw = run();
  EXPECT_OK(draw);
  return draw.value_or(v1::Draw());
}

std::string FollowupTest::Record(const v1::Draw& draw) {
  v1::GetDrawRecordRequest request;
  request.set_name(draw.name());
  const auto record = Draws<v1::DrawRecord>(ji(), "GetDrawRecord", request);
  EXPECT_OK(record);
  return record.ok() ? record->record() : "";
}

std::vector<std::string> FollowupTest::Verify(const std::string& record) {
  v1::VerifyDrawRequest request;
  request.set_parent(kParent);
  request.set_record(record);
  const auto response = Draws<v1::VerifyDrawResponse>(ji(), "VerifyDraw", request);
  EXPECT_OK(response);
  std::vector<std::string> failed;
  if (!response.ok()) return {"?"};
  for (const auto& check : response->checks()) {
    if (!check.passed()) failed.push_back(check.code());
  }
  EXPECT_EQ(response->valid(), failed.empty());
  return failed;
}

std::vector<v1::Visit> FollowupTest::PlannedVisits() {
  v1::ListVisitsRequest request;
  request.set_parent(kParent);
  request.set_filter("state = PLANNED");
  const auto response = Visits<v1::ListVisitsResponse>(ji(), "ListVisits", request);
  EXPECT_OK(response);
  if (!response.ok()) return {};
  return {response->visits().begin(), response->visits().end()};
}

rpc::Client& FollowupTest::VisitorOf(const v1::Visit& visit, int n) {
  const std::string& name = visit.visitors(n);
  return As(absl::StrCat("users/", name.substr(name.rfind('/') + 1)));
}

v1::RecordVisitRequest FollowupTest::GoodRecord(const v1::Visit& visit,
                                                const std::map<std::string, std::string>& answers) {
  std::map<std::string, std::string> all = {
      {"two_officers", "YES"}, {"rights_told", "YES"}, {"document_explained", "YES"},
      {"paid_outside", "NO"},  {"gift_meal", "NO"},    {"brand_named", "NO"},
      {"intermediary", "NO"},  {"unfair", "NO"},       {"attitude", "5"},
      {"satisfied", "5"}};
  for (const auto& [item, value] : answers) all[item] = value;
  v1::RecordVisitRequest request;
  request.set_name(visit.name());
  *request.mutable_visit_time() = rpc::ToTimestamp(At(3, 20, 10));
  request.set_method(v1::VISIT_METHOD_SITE);
  for (const auto& [item, value] : all) {
    if (value.empty()) continue;
    v1::Answer& answer = *request.add_answers();
    answer.set_item(item);
    answer.set_value(value);
  }
  return request;
}

absl::StatusOr<v1::Visit> FollowupTest::RecordVisit(const v1::RecordVisitRequest& request,
                                                    const v1::Visit& visit) {
  return Visits<v1::Visit>(VisitorOf(visit), "RecordVisit", request);
}

}  // namespace rectify::followup

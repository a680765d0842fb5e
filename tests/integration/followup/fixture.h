// The follow-up service in this process, sealed, in a database of its own, with stand-ins of the
// registry and the deadline service that feed it real events.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/system/test_system.h"
#include "rectify/followup/v1/draw_service.pb.h"
#include "rectify/followup/v1/visit_service.pb.h"
#include "services/followup_visits/service.h"

namespace rectify::followup {

inline constexpr char kParent[] = "districts/120110";
inline constexpr char kStreet[] = "districts/120110/streets/120110001";

// China time in 2023.
absl::Time At(int month, int day, int hour = 10, int minute = 0);
std::string Uuid(int n);
std::string Venue(int n);
std::string Officer(int n);

class FollowupTest : public ::testing::Test {
 protected:
  // 2023-03-20, 10:00. Nothing is known.
  FollowupTest();

  rpc::Client& As(absl::string_view user, std::vector<std::string> roles = {"DISCIPLINE"}) {
    return system_.As("followup", user, std::move(roles));
  }
  // Two members of the committee, who also give the halves of seeds.
  rpc::Client& ji() { return As("users/ji.wei"); }
  rpc::Client& bai() { return As("users/bai.lin"); }

  template <typename Response>
  absl::StatusOr<Response> Draws(rpc::Client& client, absl::string_view method,
                                 const google::protobuf::Message& request) {
    return client.Unary<Response>(absl::StrCat("rectify.followup.v1.FollowupDraws.", method),
                                  request);
  }

  template <typename Response>
  absl::StatusOr<Response> Visits(rpc::Client& client, absl::string_view method,
                                  const google::protobuf::Message& request) {
    return client.Unary<Response>(absl::StrCat("rectify.followup.v1.FollowupVisits.", method),
                                  request);
  }

  // A stand-in tells its followers something, as version 1 of the aggregate.
  void Tell(service::Host& host, const std::string& aggregate,
            const google::protobuf::Message& event);
  // The deadline service tells of a penalty for venue `n`, handled by officers `n` and `n` + 1.
  void TellPenalty(int n, const std::string& decision = "");
  // `count` penalties: venues 0, 1, …
  void TellPenalties(int count);

  std::vector<v1::ImportPenalisedUnitsResponse> Import(const std::string& csv);
  std::vector<v1::PenalisedUnit> Units(const std::string& filter = "");
  // Visitors v0, v1, …, who log in as users/v0, …
  void AddVisitors(int count);
  absl::StatusOr<v1::Visitor> SaveVisitor(const v1::Visitor& visitor);

  absl::StatusOr<v1::Draw> CreateFrame(const std::string& quarter = "2023Q1");
  // With ji and bai as officials.
  absl::StatusOr<v1::Draw> Freeze(const v1::Draw& draw, const v1::FreezeFrameRequest& terms = {});
  absl::StatusOr<v1::Draw> Commit(rpc::Client& official, const v1::Draw& draw, char half);
  absl::StatusOr<v1::Draw> Reveal(rpc::Client& official, const v1::Draw& draw, char half);
  absl::StatusOr<v1::Draw> DrawSample(const v1::Draw& draw);
  // From the frame to the sample.
  v1::Draw RunDraw(const std::string& quarter = "2023Q1", const v1::FreezeFrameRequest& terms = {},
                   char half = 'a');
  std::string Record(const v1::Draw& draw);
  // Codes of failed checks.
  std::vector<std::string> Verify(const std::string& record);

  std::vector<v1::Visit> PlannedVisits();
  // The client of one of the visit's visitors.
  rpc::Client& VisitorOf(const v1::Visit& visit, int n = 0);
  // Answers to all required items, of which some as given.
  static v1::RecordVisitRequest GoodRecord(const v1::Visit& visit,
                                           const std::map<std::string, std::string>& answers = {});
  absl::StatusOr<v1::Visit> RecordVisit(const v1::RecordVisitRequest& request,
                                        const v1::Visit& visit);

  rectify::testing::TestSystem system_{At(3, 20), {"venue", "deadline", "followup"}};
  service::Host* venue_ = nullptr;
  service::Host* deadline_ = nullptr;
  service::Host* followup_ = nullptr;
};

}  // namespace rectify::followup

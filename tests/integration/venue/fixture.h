// The venue registry in this process, on real PostgreSQL and Redis, called over real gRPC.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/system/test_system.h"
#include "rectify/audit/v1/audit_trail_service.pb.h"
#include "rectify/event/v1/event.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"

namespace rectify::venue {

inline constexpr char kParent[] = "districts/120110";
inline constexpr char kStreet[] = "districts/120110/streets/120110001";
inline constexpr char kUscc[] = "91120110MA05RC0A0R";
inline constexpr char kOtherUscc[] = "91120110MA06X0000A";

class VenueTest : public ::testing::Test {
 protected:
  // Two streets are there: 120110001 张贵庄街道 and 120110007 金钟街道. Batches of imports are
  // small, so that short files have several.
  VenueTest();

  rpc::Client& registrar() { return system_.As("venue", "users/deng.ji", {"REGISTRAR"}); }
  rpc::Client& inspector() { return system_.As("venue", "users/zhang.wei", {"INSPECTOR"}); }
  rpc::Client& elsewhere() {
    return system_.As("venue", "users/wai.qu", {"REGISTRAR"}, {}, "120111");
  }

  template <typename Response>
  absl::StatusOr<Response> Call(rpc::Client& client, absl::string_view method,
                                const google::protobuf::Message& request) {
    return client.Unary<Response>(absl::StrCat("rectify.venue.v1.VenueRegistry.", method), request);
  }

  // A valid venue in 张贵庄街道.
  static v1::Venue Sample(const std::string& display_name = "天津市北方五金城有限公司");
  static v1::Venue WithoutCode(const std::string& display_name, const std::string& address);
  absl::StatusOr<v1::Venue> Create(const v1::Venue& venue, const std::string& venue_id = "",
                                   const std::string& request_id = "");
  absl::StatusOr<v1::Venue> Get(const std::string& name);
  absl::StatusOr<v1::Venue> Update(const v1::Venue& venue, const std::vector<std::string>& paths,
                                   const std::string& request_id = "");
  absl::StatusOr<v1::Venue> Close(const std::string& name, const std::string& reason,
                                  const std::string& etag = "");
  // Names of the venues that a filter finds.
  absl::StatusOr<std::vector<std::string>> Find(const std::string& filter);

  absl::StatusOr<v1::Street> PutStreet(const std::string& code, const std::string& display_name,
                                       const std::string& mobile = "",
                                       const std::string& etag = "");

  struct Import {
    absl::Status status;
    std::vector<v1::ImportVenuesResponse> rows;
  };
  // Sends `csv` in pieces of `piece` bytes.
  Import ImportCsv(const std::string& csv, size_t piece = 1 << 16,
                   const std::string& import_id = "");

  // All events so far, in order; all audit entries about a name, oldest first.
  std::vector<event::v1::EventEnvelope> Events();
  std::vector<std::string> EventTypesOf(const std::string& aggregate);
  std::vector<audit::v1::AuditEntry> AuditOf(const std::string& name);
  // The first column of the only row.
  int64_t Count(const char* sql);

  testing::TestSystem system_;
  service::Host* host_ = nullptr;
};

}  // namespace rectify::venue

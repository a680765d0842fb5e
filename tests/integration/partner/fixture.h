// The partner registry in this process, on real PostgreSQL and Redis, called over real gRPC.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/testing/http_receiver.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/system/test_system.h"
#include "rectify/partner/v1/partner_access.pb.h"
#include "rectify/partner/v1/partner_service.pb.h"

namespace rectify::partner {

inline constexpr char kParent[] = "districts/120110";
inline constexpr char kRequestId[] = "0185766a-7000-7000-8000-00000000000a";

class PartnerTest : public ::testing::Test {
 protected:
  // `oidc_file`: who may log in elsewhere; empty: nobody.
  explicit PartnerTest(const std::string& oidc_file = "");

  rpc::Client& registrar() { return system_.As("partner", "users/deng.ji", {"REGISTRAR"}); }
  rpc::Client& elsewhere() {
    return system_.As("partner", "users/wai.qu", {"REGISTRAR"}, {}, "120111");
  }

  template <typename Response>
  absl::StatusOr<Response> Call(rpc::Client& client, absl::string_view method,
                                const google::protobuf::Message& request) {
    return client.Unary<Response>(absl::StrCat("rectify.partner.v1.", method), request);
  }

  static v1::Partner Sample(const std::string& display_name = "东丽区教育局安全管理平台");
  absl::StatusOr<v1::Partner> Create(const v1::Partner& partner,
                                     const std::string& partner_id = "");
  absl::StatusOr<v1::Partner> Get(const std::string& name);
  absl::StatusOr<v1::Partner> Update(const v1::Partner& partner,
                                     const std::vector<std::string>& paths);
  absl::StatusOr<v1::Partner> Suspend(const std::string& name, const std::string& etag = "");
  absl::StatusOr<v1::Partner> Resume(const std::string& name);
  absl::StatusOr<v1::IssueApiKeyResponse> Issue(const std::string& partner,
                                                const std::vector<std::string>& networks = {},
                                                const std::string& request_id = "",
                                                absl::Duration life = absl::Hours(1));
  absl::StatusOr<v1::ApiKey> Revoke(const std::string& key);
  absl::StatusOr<std::vector<v1::ApiKey>> Keys(const std::string& partner);

  // As a gateway.
  absl::StatusOr<v1::Passport> Exchange(const std::string& key,
                                        const std::string& address = "10.20.1.1");
  absl::StatusOr<v1::TakeRequestsResponse> Take(const std::string& partner, int wanted);

  // Everything that the service has stored, as text.
  std::string Everything();
  std::vector<std::string> Actions(const std::string& subject);

  // Takes everything, until it is told otherwise; the one that webhooks may call.
  testing::HttpReceiver receiver_{testing::HttpReply("204 No Content")};
  absl::Time real_now_ = absl::FromUnixSeconds(1'800'000'000);  // begins a minute
  testing::TestSystem system_;
  service::Host* host_ = nullptr;
};

}  // namespace rectify::partner

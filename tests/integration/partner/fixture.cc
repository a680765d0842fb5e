#include "tests/integration/partner/fixture.h"

#include "absl/strings/str_join.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/token.h"
#include "rectify/audit/v1/audit_trail_service.pb.h"
#include "services/partner_registry/service.h"

namespace rectify::partner {

PartnerTest::PartnerTest(const std::string& oidc_file)
    : system_(absl::FromUnixSeconds(1672710000),
              {"partner", "gateway", "venue", "hazard", "deadline"}) {
  host_ = &system_.Start("partner", Migrations(), [&](service::Host& host) {
    return RegisterPartner(host, {.real_now = [this] { return real_now_; },
                                  .webhook_allow = {receiver_.address_entry()},
                                  .oidc_file = oidc_file});
  });
}

v1::Partner PartnerTest::Sample(const std::string& display_name) {
  v1::Partner partner;
  partner.set_display_name(display_name);
  partner.set_role(authz::v1::ROLE_DEPARTMENT_STAFF);
  partner.add_posts("districts/120110/departments/jiaoyu");
  partner.add_scopes("rectify.hazard.v1.Leads.*");
  return partner;
}

absl::StatusOr<v1::Partner> PartnerTest::Create(const v1::Partner& partner,
                                                const std::string& partner_id) {
  v1::CreatePartnerRequest request;
  request.set_parent(kParent);
  request.set_partner_id(partner_id);
  *request.mutable_partner() = partner;
  return Call<v1::Partner>(registrar(), "PartnerRegistry.CreatePartner", request);
}

absl::StatusOr<v1::Partner> PartnerTest::Get(const std::string& name) {
  v1::GetPartnerRequest request;
  request.set_name(name);
  return Call<v1::Partner>(registrar(), "PartnerRegistry.GetPartner", request);
}

absl::StatusOr<v1::Partner> PartnerTest::Update(const v1::Partner& partner,
                                                const std::vector<std::string>& paths) {
  v1::UpdatePartnerRequest request;
  *request.mutable_partner() = partner;
  request.mutable_update_mask()->mutable_paths()->Assign(paths.begin(), paths.end());
  return Call<v1::Partner>(registrar(), "PartnerRegistry.UpdatePartner", request);
}

absl::StatusOr<v1::Partner> PartnerTest::Suspend(const std::string& name, const std::string& etag) {
  v1::SuspendPartnerRequest request;
  request.set_name(name);
  request.set_reason("系统迁移");
  request.set_etag(etag);
  return Call<v1::Partner>(registrar(), "PartnerRegistry.SuspendPartner", request);
}

absl::StatusOr<v1::Partner> PartnerTest::Resume(const std::string& name) {
  v1::ResumePartnerRequest request;
  request.set_name(name);
  request.set_reason("迁移完成");
  return Call<v1::Partner>(registrar(), "PartnerRegistry.ResumePartner", request);
}

absl::StatusOr<v1::IssueApiKeyResponse> PartnerTest::Issue(const std::string& partner,
                                                           const std::vector<std::string>& networks,
                                                           const std::string& request_id,
                                                           absl::Duration life) {
  v1::IssueApiKeyRequest request;
  request.set_parent(partner);
  *request.mutable_api_key()->mutable_expire_time() = rpc::ToTimestamp(real_now_ + life);
  request.mutable_api_key()->mutable_networks()->Assign(networks.begin(), networks.end());
  request.set_request_id(request_id);
  return Call<v1::IssueApiKeyResponse>(registrar(), "PartnerRegistry.IssueApiKey", request);
}

absl::StatusOr<v1::ApiKey> PartnerTest::Revoke(const std::string& key) {
  v1::RevokeApiKeyRequest request;
  request.set_name(key);
  request.set_reason("泄露");
  return Call<v1::ApiKey>(registrar(), "PartnerRegistry.RevokeApiKey", request);
}

absl::StatusOr<std::vector<v1::ApiKey>> PartnerTest::Keys(const std::string& partner) {
  v1::ListApiKeysRequest request;
  request.set_parent(partner);
  absl::StatusOr<v1::ListApiKeysResponse> response =
      Call<v1::ListApiKeysResponse>(registrar(), "PartnerRegistry.ListApiKeys", request);
  if (!response.ok()) return response.status();
  return std::vector<v1::ApiKey>(response->api_keys().begin(), response->api_keys().end());
}

absl::StatusOr<v1::Passport> PartnerTest::Exchange(const std::string& key,
                                                   const std::string& address) {
  v1::ExchangeApiKeyRequest request;
  request.set_api_key(key);
  request.set_remote_address(address);
  return Call<v1::Passport>(system_.As("partner", "services/gateway", {"SERVICE"}, {}, ""),
                            "PartnerAccess.ExchangeApiKey", request);
}

absl::StatusOr<v1::TakeRequestsResponse> PartnerTest::Take(const std::string& partner, int wanted) {
  v1::TakeRequestsRequest request;
  request.set_partner(partner);
  request.set_wanted(wanted);
  return Call<v1::TakeRequestsResponse>(
      system_.As("partner", "services/gateway", {"SERVICE"}, {}, ""), "PartnerAccess.TakeRequests",
      request);
}

std::string PartnerTest::Everything() {
  static constexpr pg::Statement kAll = {"test.everything", R"sql(
    select concat((select string_agg(t::text, '|') from partners t),
                  (select string_agg(t::text, '|') from api_keys t),
                  (select string_agg(t::text, '|') from webhook_keys t),
                  (select string_agg(encode(response, 'escape'), '|') from idempotency),
                  (select string_agg(encode(payload, 'escape'), '|') from event_log),
                  (select string_agg(encode(payload, 'escape'), '|') from outbox),
                  (select string_agg(t::text, '|') from audit_entry t)))sql"};
  absl::StatusOr<std::string> text =
      host_->pool().TransactValue("everything", {}, [](pg::Tx& tx) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kAll));
        return rows[0].Text(0);
      });
  EXPECT_OK(text);
  return text.value_or("");
}

std::vector<std::string> PartnerTest::Actions(const std::string& subject) {
  audit::v1::ListAuditEntriesRequest request;
  request.set_subject(subject);
  absl::StatusOr<audit::v1::ListAuditEntriesResponse> response =
      registrar().Unary<audit::v1::ListAuditEntriesResponse>(
          "rectify.audit.v1.AuditTrail.ListAuditEntries", request);
  EXPECT_OK(response);
  std::vector<std::string> actions;
  if (!response.ok()) return actions;
  for (const auto& entry : response->entries()) actions.push_back(entry.action());
  return actions;
}

}  // namespace rectify::partner

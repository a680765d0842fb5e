#include "services/partner_registry/events/payloads.h"

#include "libs/rpc/convert.h"
#include "rectify/partner/v1/partner_events.pb.h"

namespace rectify::partner::events {

using rectify::events::Change;

v1::Partner ToProto(const domain::Partner& partner) {
  v1::Partner proto;
  proto.set_name(partner.name());
  proto.set_display_name(partner.fields.display_name);
  proto.set_role(static_cast<authz::v1::Role>(partner.fields.role));
  for (const std::string& post : partner.fields.posts) proto.add_posts(post);
  for (const std::string& scope : partner.fields.scopes) proto.add_scopes(scope);
  proto.set_requests_per_minute(partner.fields.requests_per_minute);
  for (const std::string& type : partner.fields.event_types) proto.add_event_types(type);
  proto.set_state(static_cast<v1::Partner::State>(partner.state));
  *proto.mutable_create_time() = rpc::ToTimestamp(partner.create_time);
  proto.set_etag(rpc::EtagOf(partner.version));
  return proto;
}

v1::ApiKey ToProto(const domain::ApiKey& key, absl::Time now) {
  v1::ApiKey proto;
  proto.set_name(key.name());
  *proto.mutable_expire_time() = rpc::ToTimestamp(key.expire_time);
  for (const std::string& network : key.networks) proto.add_networks(network);
  proto.set_state(static_cast<v1::ApiKey::State>(key.StateAt(now)));
  *proto.mutable_create_time() = rpc::ToTimestamp(key.create_time);
  if (key.revoke_time) *proto.mutable_revoke_time() = rpc::ToTimestamp(*key.revoke_time);
  return proto;
}

void EmitPartner(Change& change, const domain::Partner& partner,
                 const std::vector<std::string>& changed) {
  v1::PartnerChanged event;
  *event.mutable_partner() = ToProto(partner);
  event.mutable_changed_fields()->Assign(changed.begin(), changed.end());
  change.Emit(partner.name(), partner.version, event);
}

void EmitIssued(Change& change, const domain::ApiKey& key, absl::Time now) {
  v1::ApiKeyIssued event;
  *event.mutable_api_key() = ToProto(key, now);
  change.Emit(key.name(), 1, event);
}

void EmitRevoked(Change& change, const domain::ApiKey& key, absl::Time now) {
  v1::ApiKeyRevoked event;
  *event.mutable_api_key() = ToProto(key, now);
  change.Emit(key.name(), 2, event);
}

}  // namespace rectify::partner::events

#include "services/hazard_findings/api/lead_convert.h"

#include "libs/base/text.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"

namespace rectify::hazard::api {
namespace {

static_assert(static_cast<int>(domain::LeadSource::kOther) == v1::Lead::SOURCE_OTHER);
static_assert(static_cast<int>(domain::LeadCategory::kOther) == v1::Lead::CATEGORY_OTHER);
static_assert(static_cast<int>(domain::LeadState::kClosed) == v1::Lead::STATE_CLOSED);
static_assert(static_cast<int>(domain::LeadOutcome::kNotConfirmed) ==
              v1::Lead::OUTCOME_NOT_CONFIRMED);
static_assert(static_cast<int>(domain::ReplyResult::kNotPossible) ==
              v1::Lead::REPLY_RESULT_NOT_POSSIBLE);

}  // namespace

domain::Lead ToLead(const v1::CreateLeadRequest& request, absl::Time now) {
  const v1::Lead& message = request.lead();
  domain::Lead lead;
  lead.district = rpc::DistrictOf(request.parent());
  lead.source = static_cast<domain::LeadSource>(message.source());
  lead.external_id = NormalizeText(message.external_id());
  lead.category = static_cast<domain::LeadCategory>(message.category());
  lead.text = message.text();
  lead.place = message.place();
  lead.venue = message.venue();
  lead.receive_time = now;
  if (message.has_receive_time()) {
    // The database keeps microseconds; the answer must not promise more.
    lead.receive_time =
        absl::FromUnixMicros(absl::ToUnixMicros(rpc::ToTime(message.receive_time())));
  }
  lead.has_complainant = !ToComplainant(request.complainant()).empty();
  return lead;
}

domain::Complainant ToComplainant(const v1::Complainant& complainant) {
  return {complainant.display_name(), complainant.phone(), complainant.address()};
}

v1::Lead ToProto(const domain::Lead& lead) {
  v1::Lead message;
  message.set_name(lead.name());
  message.set_source(static_cast<v1::Lead::Source>(lead.source));
  message.set_external_id(lead.external_id);
  message.set_category(static_cast<v1::Lead::Category>(lead.category));
  message.set_text(lead.text);
  message.set_place(lead.place);
  message.set_venue(lead.venue);
  *message.mutable_receive_time() = rpc::ToTimestamp(lead.receive_time);
  message.set_reporter(lead.reporter);
  message.set_has_complainant(lead.has_complainant);
  message.set_state(static_cast<v1::Lead::State>(lead.state));
  message.set_officer(lead.officer);
  if (lead.accept_time) *message.mutable_accept_time() = rpc::ToTimestamp(*lead.accept_time);
  message.set_reason(lead.reason);
  message.set_transfer_department(lead.transfer_department);
  message.set_outcome(static_cast<v1::Lead::Outcome>(lead.outcome));
  message.set_inspection(lead.inspection);
  message.set_verification(lead.verification);
  if (lead.verify_time) *message.mutable_verify_time() = rpc::ToTimestamp(*lead.verify_time);
  message.set_reply_result(static_cast<v1::Lead::ReplyResult>(lead.reply_result));
  message.set_reply(lead.reply);
  if (lead.end_time) *message.mutable_end_time() = rpc::ToTimestamp(*lead.end_time);
  message.set_etag(rpc::EtagOf(lead.version));
  return message;
}

v1::Complainant ToProto(const domain::Complainant& complainant) {
  v1::Complainant message;
  message.set_display_name(complainant.display_name);
  message.set_phone(complainant.phone);
  message.set_address(complainant.address);
  return message;
}

}  // namespace rectify::hazard::api

#include "services/followup_visits/api/convert.h"

#include "libs/rpc/convert.h"
#include "services/followup_visits/api/context.h"

namespace rectify::followup::api {
namespace {

static_assert(static_cast<int>(domain::CaseKind::kOpeningCheck) == v1::CASE_KIND_OPENING_CHECK);
static_assert(static_cast<int>(domain::CaseKind::kPenalty) == v1::CASE_KIND_PENALTY);
static_assert(static_cast<int>(domain::CaseKind::kInspection) == v1::CASE_KIND_INSPECTION);
static_assert(static_cast<int>(domain::UnitSource::kEvent) == v1::PenalisedUnit::SOURCE_EVENT);
static_assert(static_cast<int>(domain::UnitState::kVisited) == v1::PenalisedUnit::STATE_VISITED);
static_assert(static_cast<int>(domain::DrawState::kAbandoned) == v1::Draw::STATE_ABANDONED);

v1::SeedHalf HalfToProto(const domain::SeedHalf& each) {
  v1::SeedHalf half;
  half.set_official(each.half.official);
  half.set_commitment(each.half.commitment);
  half.set_value(each.half.value);
  if (each.commit_time) *half.mutable_commit_time() = rpc::ToTimestamp(*each.commit_time);
  if (each.reveal_time) *half.mutable_reveal_time() = rpc::ToTimestamp(*each.reveal_time);
  return half;
}

void AddTerms(const domain::Terms& terms, v1::Draw& message) {
  message.set_number(terms.number);
  message.set_frame_size(terms.frame_size);
  message.set_frame_hash(terms.frame_hash);
  message.set_previous_record_hash(terms.previous);
  message.set_public_source(terms.public_source);
  for (const domain::Stratum& stratum : terms.strata) {
    v1::Stratum& entry = *message.add_strata();
    entry.set_code(stratum.code);
    entry.set_title(stratum.title);
    entry.set_rate_percent(stratum.rate_percent);
    entry.set_size(stratum.size);
    entry.set_quota(stratum.quota);
  }
}

}  // namespace

v1::PenalisedUnit ToProto(const domain::PenalisedUnit& unit) {
  v1::PenalisedUnit message;
  message.set_name(unit.name());
  message.set_decision_number(unit.decision_number);
  *message.mutable_decision_date() = rpc::ToDate(unit.decision_date);
  message.set_case_kind(static_cast<v1::CaseKind>(unit.case_kind));
  message.set_party(unit.party);
  message.set_venue(unit.venue);
  message.set_street(unit.street);
  for (const std::string& officer : unit.officers) message.add_officers(officer);
  message.set_basis(unit.basis);
  message.set_penalty(unit.penalty);
  message.set_source(static_cast<v1::PenalisedUnit::Source>(unit.source));
  message.set_state(static_cast<v1::PenalisedUnit::State>(unit.state));
  message.set_entry_quarter(unit.entry_quarter.text());
  *message.mutable_create_time() = rpc::ToTimestamp(unit.create_time);
  return message;
}

v1::Visitor ToProto(const domain::Visitor& visitor) {
  v1::Visitor message;
  message.set_name(visitor.name());
  message.set_display_name(visitor.display_name);
  message.set_user(visitor.user);
  for (const std::string& officer : visitor.officers) message.add_officers(officer);
  for (const domain::Interest& interest : visitor.interests) {
    v1::Interest& entry = *message.add_interests();
    entry.set_subject(interest.subject);
    entry.set_reason(interest.reason);
  }
  message.set_retired(visitor.retired);
  message.set_etag(rpc::EtagOf(visitor.version));
  return message;
}

domain::Visitor ToVisitor(const v1::Visitor& message) {
  const NameParts name = PartsOf(message.name());
  domain::Visitor visitor;
  visitor.district = name.district;
  visitor.code = name.id;
  visitor.display_name = message.display_name();
  visitor.user = message.user();
  visitor.officers.assign(message.officers().begin(), message.officers().end());
  for (const v1::Interest& interest : message.interests()) {
    visitor.interests.push_back({interest.subject(), interest.reason()});
  }
  visitor.retired = message.retired();
  return visitor;
}

v1::Draw ToProto(const domain::Draw& draw) {
  v1::Draw message;
  message.set_name(draw.name());
  message.set_quarter(draw.quarter.text());
  for (domain::CaseKind kind : draw.case_kinds) {
    message.add_case_kinds(static_cast<v1::CaseKind>(kind));
  }
  for (const std::string& street : draw.streets) message.add_streets(street);
  message.set_state(static_cast<v1::Draw::State>(draw.state));
  if (draw.terms.has_value()) AddTerms(*draw.terms, message);
  message.set_commitment(draw.commitment);
  for (const domain::SeedHalf& half : draw.halves) *message.add_halves() = HalfToProto(half);
  message.set_public_value(draw.public_value);
  message.set_sample_size(draw.sample_size);
  message.set_record_hash(draw.record_hash);
  message.set_abandon_reason(draw.abandon_reason);
  *message.mutable_create_time() = rpc::ToTimestamp(draw.create_time);
  if (draw.freeze_time) *message.mutable_freeze_time() = rpc::ToTimestamp(*draw.freeze_time);
  if (draw.finish_time) *message.mutable_finish_time() = rpc::ToTimestamp(*draw.finish_time);
  message.set_etag(rpc::EtagOf(draw.version));
  return message;
}

}  // namespace rectify::followup::api

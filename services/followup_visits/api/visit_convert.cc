#include "services/followup_visits/api/visit_convert.h"

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"
#include "services/followup_visits/domain/draw.h"

namespace rectify::followup::api {
namespace {

static_assert(static_cast<int>(domain::VisitState::kReplaced) == v1::Visit::STATE_REPLACED);
static_assert(static_cast<int>(domain::VisitMethod::kPhone) == v1::VISIT_METHOD_PHONE);
static_assert(static_cast<int>(domain::QuestionKind::kText) == v1::QuestionItem::KIND_TEXT);
static_assert(static_cast<int>(domain::RevealState::kExpired) == v1::Reveal::STATE_EXPIRED);

std::string NameOrEmpty(const std::string& district, const std::string& id) {
  return id.empty() ? "" : domain::VisitName(district, id);
}

}  // namespace

v1::Visit ToProto(const store::ListedVisit& listed) {
  const domain::Visit& visit = listed.visit;
  v1::Visit message;
  message.set_name(visit.name());
  message.set_file_number(visit.file_number);
  message.set_draw(domain::DrawName(visit.district, visit.draw_id));
  message.set_unit(domain::UnitName(visit.district, visit.unit_id));
  message.set_party(listed.party);
  message.set_stratum(visit.stratum);
  for (const std::string& code : visit.visitors) {
    message.add_visitors(absl::StrCat("districts/", visit.district, "/visitors/", code));
  }
  message.set_state(static_cast<v1::Visit::State>(visit.state));
  for (const domain::Attempt& attempt : visit.attempts) {
    v1::Attempt& entry = *message.add_attempts();
    *entry.mutable_attempt_time() = rpc::ToTimestamp(attempt.time);
    entry.set_reason(attempt.reason);
    entry.set_user(attempt.user);
  }
  message.set_replaced_by(NameOrEmpty(visit.district, visit.replaced_by));
  message.set_replaces(NameOrEmpty(visit.district, visit.replaces));
  message.set_replace_reason(visit.replace_reason);
  message.set_method(static_cast<v1::VisitMethod>(visit.method));
  if (visit.visit_time) *message.mutable_visit_time() = rpc::ToTimestamp(*visit.visit_time);
  message.set_anonymous(visit.anonymous);
  message.set_has_respondent(visit.has_respondent);
  message.set_questionnaire_version(visit.questionnaire_version);
  *message.mutable_create_time() = rpc::ToTimestamp(visit.create_time);
  message.set_etag(rpc::EtagOf(visit.version));
  return message;
}

void AddContent(const domain::VisitContent& content, v1::Visit& message) {
  for (const domain::Answer& answer : content.answers) {
    v1::Answer& entry = *message.add_answers();
    entry.set_item(answer.item);
    entry.set_value(answer.value);
  }
  message.set_note(content.note);
}

domain::VisitRecord ToVisitRecord(const v1::RecordVisitRequest& request) {
  domain::VisitRecord record;
  // The database keeps microseconds; the answer must not promise more.
  record.visit_time = absl::FromUnixMicros(absl::ToUnixMicros(rpc::ToTime(request.visit_time())));
  record.method = static_cast<domain::VisitMethod>(request.method());
  record.anonymous = request.anonymous();
  for (const v1::Answer& answer : request.answers()) {
    record.content.answers.push_back({answer.item(), answer.value()});
  }
  record.content.respondent = {.person_name = request.respondent().person_name(),
                               .mobile = request.respondent().mobile(),
                               .position = request.respondent().position()};
  record.content.note = request.note();
  return record;
}

v1::Questionnaire ToProto(const domain::Questionnaire& questionnaire) {
  v1::Questionnaire message;
  message.set_version(questionnaire.version);
  *message.mutable_effective_date() = rpc::ToDate(questionnaire.effective_date);
  message.set_title(questionnaire.title);
  for (const domain::QuestionItem& item : questionnaire.items) {
    v1::QuestionItem& entry = *message.add_items();
    entry.set_code(item.code);
    entry.set_text(item.text);
    entry.set_kind(static_cast<v1::QuestionItem::Kind>(item.kind));
    entry.set_adverse_answer(item.adverse_answer);
    entry.set_required(item.required);
  }
  return message;
}

v1::Reveal ToProto(const domain::Reveal& reveal, absl::Time now) {
  v1::Reveal message;
  message.set_name(reveal.name());
  message.set_visit(domain::VisitName(reveal.district, reveal.visit_id));
  message.set_requester(reveal.requester);
  message.set_reason(reveal.reason);
  for (const std::string& field : reveal.fields) message.add_fields(field);
  message.set_state(static_cast<v1::Reveal::State>(reveal.StateAt(now)));
  message.set_approver(reveal.approver);
  if (reveal.expire_time) *message.mutable_expire_time() = rpc::ToTimestamp(*reveal.expire_time);
  for (const domain::RevealEntry& each : reveal.entries) {
    v1::RevealEntry& entry = *message.add_entries();
    entry.set_action(each.action);
    entry.set_actor(each.actor);
    *entry.mutable_time() = rpc::ToTimestamp(each.time);
    entry.set_note(each.note);
  }
  return message;
}

v1::Respondent ToProto(const domain::Respondent& respondent) {
  v1::Respondent message;
  message.set_person_name(respondent.person_name);
  message.set_mobile(respondent.mobile);
  message.set_position(respondent.position);
  return message;
}

}  // namespace rectify::followup::api

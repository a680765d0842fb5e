#include "services/rectification_deadlines/domain/service_record.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/domain/order_internal.h"

namespace rectify::deadline::domain {
namespace {

// One thing without which the method is no service.
struct Need {
  ServiceMethod method;
  const char* field;
  bool (*given)(const ServiceRecord&);
  const char *zh, *en;
};

using Record = const ServiceRecord&;

constexpr Need kNeeds[] = {
    {ServiceMethod::kDirect, "proof", [](Record r) { return !r.proof.empty(); },
     "直接送达须有受送达人签收的送达回证", "direct service needs the signed receipt"},
    {ServiceMethod::kLeft, "refusal", [](Record r) { return !r.refusal.empty(); },
     "留置送达须写明拒收理由", "a document that was left needs the reason of the refusal"},
    {ServiceMethod::kLeft, "place", [](Record r) { return !r.place.empty(); },
     "留置送达须写明留置地点", "a document that was left needs the place"},
    {ServiceMethod::kLeft, "witness", [](Record r) { return !(r.witness + r.video).empty(); },
     "留置送达须有见证人或者录音录像", "a document that was left needs a witness or a recording"},
    {ServiceMethod::kMail, "tracking_number", [](Record r) { return !r.tracking_number.empty(); },
     "邮寄送达须写明回执号码", "service by mail needs the number of the postal receipt"},
    {ServiceMethod::kEntrusted, "entrusted_organ",
     [](Record r) { return !r.entrusted_organ.empty(); }, "委托送达须写明受委托机关",
     "entrusted service needs the entrusted organ"},
    {ServiceMethod::kEntrusted, "proof", [](Record r) { return !r.proof.empty(); },
     "委托送达须有受送达人签收的送达回证", "entrusted service needs the signed receipt"},
    {ServiceMethod::kElectronic, "consent", [](Record r) { return !r.consent.empty(); },
     "电子送达须有当事人签署的送达方式确认书",
     "electronic service is valid only with the consent form that the party has signed"},
    {ServiceMethod::kPublicNotice, "publication", [](Record r) { return !r.publication.empty(); },
     "公告送达须写明公告载体", "a public notice needs the place of its publication"},
    {ServiceMethod::kPublicNotice, "publish_date",
     [](Record r) { return r.publish_date.has_value(); }, "公告送达须写明公告日期",
     "a public notice needs the day of its publication"},
};

absl::Status CheckNeeds(const ServiceRecord& service) {
  std::vector<FieldViolation> violations;
  for (const Need& need : kNeeds) {
    if (need.method != service.method || need.given(service)) continue;
    violations.push_back({absl::StrCat("service.", need.field), {need.zh, need.en}});
  }
  if (!violations.empty()) return FieldErrors(std::move(violations));
  return absl::OkStatus();
}

// Service is recorded to the minute, so it may seem to lie some seconds before issue.
absl::Time MinuteOf(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), absl::Minutes(1));
}

// The document counts as served when the period is over; nobody has to act on its last day, so that
// one never moves.
absl::Status CheckNotice(const ServiceRecord& service, absl::Time since, const ServiceRule& rule,
                         absl::Time now) {
  if (*service.publish_date < CivilDayOf(since)) {
    return DateOrderError("service.publish_date", "公告日期早于文书编号时间",
                          "the notice was published before the document was issued");
  }
  const absl::CivilDay last = *service.publish_date + rule.public_notice_days;
  if (CivilDayOf(service.serve_time) == last && last < CivilDayOf(now)) return absl::OkStatus();
  const std::string day = FormatCivilDay(last);
  return DateOrderError(
      "service.serve_time",
      absl::StrCat("公告期为 ", rule.public_notice_days, " 日，", day, " 届满之日视为送达"),
      absl::StrCat("the notice has ", rule.public_notice_days, " days and serves when ", day,
                   " is over, on that day"));
}

}  // namespace

absl::Status CheckService(const ServiceRecord& service, absl::Time since, const ServiceRule& rule,
                          absl::Time now) {
  RETURN_IF_ERROR(CheckNeeds(service));
  if (service.method == ServiceMethod::kPublicNotice) {
    return CheckNotice(service, since, rule, now);
  }
  if (service.serve_time < MinuteOf(since)) {
    return DateOrderError("service.serve_time", "送达时间早于文书编号时间",
                          "service lies before the document was issued");
  }
  if (service.serve_time > now) {
    return DateOrderError("service.serve_time", "送达时间晚于现在", "service lies in the future");
  }
  return absl::OkStatus();
}

}  // namespace rectify::deadline::domain

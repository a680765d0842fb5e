#include "services/reminder_dispatch/dispatch/reachability.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/metrics/metrics.h"
#include "rectify/reminder/v1/reminder_events.pb.h"
#include "services/reminder_dispatch/store/reachability_store.h"

namespace rectify::reminder::dispatch {
namespace {

using rectify::events::Change;

constexpr absl::Duration kHorizon = absl::Hours(24 * 7);

absl::Status Open(Change& change, const std::string& district,
                  const domain::Unreachable& unreachable) {
  ASSIGN_OR_RETURN(const int64_t version,
                   store::OpenUnreachable(change.sql(), district, unreachable));
  if (version == 0) return absl::OkStatus();  // known since an earlier day
  v1::RecipientUnreachable event;
  event.set_recipient(unreachable.recipient);
  event.set_reason(unreachable.reason);
  event.set_reminders(unreachable.reminders);
  change.Emit(unreachable.recipient, version, event);
  rectify::events::AuditRecord record;
  record.subject = unreachable.recipient;
  record.action = "ReportUnreachable";
  record.summary = absl::StrCat("一周内有提醒", unreachable.reminders, "条，", unreachable.reason);
  change.Audit(std::move(record));
  return absl::OkStatus();
}

}  // namespace

std::map<std::string, std::vector<domain::Unreachable>> Reachability::Judge(
    const std::vector<domain::Expected>& expected, const Contacts& contacts) const {
  struct Finding {
    domain::Unreachable unreachable;
    bool reached = false;
  };
  std::map<std::pair<std::string, std::string>, Finding> findings;
  const absl::Time now = commands_.clock().Now();
  for (const domain::Expected& each : expected) {
    const auto known = contacts.find(each.recipient);
    Finding& finding = findings[{each.district, each.recipient}];
    domain::Unreachable& open = finding.unreachable;
    open.next_due_time =
        open.reminders == 0 ? each.next_due_time : std::min(open.next_due_time, each.next_due_time);
    open.reminders += each.reminders;
    open.recipient = each.recipient;
    open.since_time = now;
    open.reason = known == contacts.end() ? "收件人未登记或者岗位无人" : "没有可用的电子联系方式";
    finding.reached |= !channels_.AddressesOf(each.channel, each.recipient, contacts).empty();
  }
  std::map<std::string, std::vector<domain::Unreachable>> unreachable;
  for (auto& [key, finding] : findings) {
    if (!finding.reached) unreachable[key.first].push_back(std::move(finding.unreachable));
  }
  return unreachable;
}

absl::StatusOr<int> Reachability::Run() {
  const absl::CivilDay today = CivilDayOf(commands_.clock().Now());
  if (checked_ == today) return 0;
  ASSIGN_OR_RETURN(
      const std::vector<domain::Expected> expected,
      commands_.pool().TransactValue(
          "reminder.read_expected", {.access = pg::Access::kReadOnly},
          [&](pg::Tx& tx) { return store::ReadExpected(tx, StartOfDay(today) + kHorizon); }));
  std::set<std::string> names;
  for (const domain::Expected& each : expected) names.insert(each.recipient);
  Contacts contacts;
  if (!names.empty()) {
    ASSIGN_OR_RETURN(contacts, contacts_.Resolve({names.begin(), names.end()}, "每日可达性检查"));
  }
  const auto unreachable = Judge(expected, contacts);
  int checked = 0;
  int open = 0;
  RETURN_IF_ERROR(commands_.Act(
      {"services/reminder", absl::StrCat("timer/reachability/", FormatCivilDay(today)), ""},
      "reminder.reachability", [&](Change& change) -> absl::Status {
        open = 0;
        ASSIGN_OR_RETURN(const std::vector<std::string> districts,
                         store::TakeUnchecked(change.sql(), today));
        checked = static_cast<int>(districts.size());
        for (const std::string& district : districts) {
          std::vector<std::string> still;
          if (const auto found = unreachable.find(district); found != unreachable.end()) {
            for (const domain::Unreachable& each : found->second) {
              RETURN_IF_ERROR(Open(change, district, each));
              still.push_back(each.recipient);
            }
          }
          open += static_cast<int>(still.size());
          RETURN_IF_ERROR(store::CloseReachable(change.sql(), district, still).status());
        }
        return absl::OkStatus();
      }));
  checked_ = today;
  if (checked > 0) metrics::SetGauge("rectify_reminder_unreachable_recipients", {}, open);
  return checked;
}

}  // namespace rectify::reminder::dispatch

#include "services/rectification_deadlines/events/data_files.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "deadline_calendars.h"
#include "deadline_policy.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "services/rectification_deadlines/events/duty_facts.h"

namespace rectify::deadline::events {
namespace {

using domain::Trigger;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

template <typename Enum>
std::vector<Enum> ToEnums(const google::protobuf::RepeatedField<int>& numbers) {
  std::vector<Enum> values;
  for (const int number : numbers) values.push_back(static_cast<Enum>(number));
  return values;
}

std::vector<std::string> ToNames(const google::protobuf::RepeatedPtrField<std::string>& names) {
  return {names.begin(), names.end()};
}

domain::Unit ToUnit(v1::PeriodUnit unit) {
  switch (unit) {
    case v1::PERIOD_UNIT_HOURS:
      return domain::Unit::kHours;
    case v1::PERIOD_UNIT_NATURAL_DAYS:
      return domain::Unit::kNaturalDays;
    case v1::PERIOD_UNIT_MONTHS:
      return domain::Unit::kMonths;
    default:
      return domain::Unit::kWorkdays;
  }
}

// Clocks that only events start are one per subject and count from what the event says.
bool StartsByTrigger(const v1::ClockRule& rule) {
  return rule.start_on() != v1::CLOCK_TRIGGER_UNSPECIFIED || rule.start_on_event().empty();
}

domain::ClockRule ToClockRule(const v1::ClockRule& message) {
  domain::ClockRule rule;
  rule.kind = message.kind();
  rule.title = message.title();
  rule.start_on = ToEnums<Trigger>(message.also_start_on());
  if (message.start_on() != v1::CLOCK_TRIGGER_UNSPECIFIED) {
    rule.start_on.insert(rule.start_on.begin(), static_cast<Trigger>(message.start_on()));
  }
  rule.order_kinds = ToEnums<domain::OrderKind>(message.order_kinds());
  if (StartsByTrigger(message)) {
    rule.scope = static_cast<domain::Scope>(message.scope());
    rule.start_fact = static_cast<domain::StartFact>(message.start_fact());
  }
  rule.coverage = static_cast<domain::Coverage>(message.items());
  if (message.has_period()) {
    rule.period = ToPeriodRule(message.period());
    rule.period->code = message.kind();
  }
  rule.owner = static_cast<domain::Owner>(message.owner());
  rule.met_on = ToEnums<Trigger>(message.met_on());
  rule.cancelled_on = ToEnums<Trigger>(message.cancelled_on());
  rule.earlier_start_on = ToEnums<Trigger>(message.earlier_start_on());
  rule.reminder_ladder = message.reminder_ladder();
  rule.moved_on = ToEnums<Trigger>(message.moved_on());
  rule.instruments = ToEnums<domain::NextInstrument>(message.instruments());
  rule.start_on_event = ToNames(message.start_on_event());
  rule.met_on_event = ToNames(message.met_on_event());
  rule.cancelled_on_event = ToNames(message.cancelled_on_event());
  rule.suspended_on_event = ToNames(message.suspended_on_event());
  rule.resumed_on_event = ToNames(message.resumed_on_event());
  rule.moved_on_event = ToNames(message.moved_on_event());
  rule.variants = ToNames(message.variants());
  rule.owner_post = message.owner_post();
  if (message.side() != v1::CLOCK_SIDE_UNSPECIFIED) {
    rule.side = static_cast<domain::Side>(message.side());
  }
  return rule;
}

std::vector<std::string> ToRoles(const google::protobuf::RepeatedField<int>& numbers) {
  std::vector<std::string> roles;
  for (const int number : numbers) {
    const std::string& name = authz::v1::Role_Name(static_cast<authz::v1::Role>(number));
    roles.emplace_back(absl::StripPrefix(name, "ROLE_"));
  }
  return roles;
}

domain::DocumentRule ToDocumentRule(const v1::DocumentRule& message) {
  return {static_cast<domain::OrderKind>(message.order_kind()),
          message.title(),
          message.organ(),
          message.code(),
          message.serial_width(),
          ToRoles(message.approval_steps())};
}

// Enums that have no meaning for the machine are refused before they become numbers without names.
absl::Status CheckEnums(const v1::ClockPolicy& policy) {
  std::vector<FieldViolation> violations;
  auto require = [&](bool set, int index, absl::string_view field) {
    if (set) return;
    violations.push_back(
        {absl::StrCat("clocks[", index, "].", field), {"须写明", "must be given"}});
  };
  for (int i = 0; i < policy.clocks_size(); ++i) {
    const v1::ClockRule& rule = policy.clocks(i);
    if (StartsByTrigger(rule)) {
      require(rule.scope() != v1::CLOCK_SCOPE_UNSPECIFIED, i, "scope");
      require(rule.start_fact() != v1::START_FACT_UNSPECIFIED, i, "start_fact");
    }
    require(rule.owner() != v1::CLOCK_OWNER_UNSPECIFIED, i, "owner");
    require(!rule.has_period() || rule.period().unit() != v1::PERIOD_UNIT_UNSPECIFIED, i,
            "period.unit");
  }
  if (!violations.empty()) return FieldErrors(std::move(violations));
  return absl::OkStatus();
}

// Says all mistakes in the message too: a policy file is read at start, where nobody sees details.
absl::Status InFile(const absl::Status& status, const std::string& file) {
  const std::optional<ErrorDetail> detail = DetailOf(status);
  if (status.ok() || !detail) return status;
  const std::string lines = absl::StrJoin(
      detail->violations, "; ", [](std::string* out, const FieldViolation& violation) {
        absl::StrAppend(out, violation.field, ": ", violation.text.zh, " (", violation.text.en,
                        ")");
      });
  return absl::Status(status.code(), absl::StrCat(file, ": ", lines));
}

}  // namespace

domain::PeriodRule ToPeriodRule(const v1::Period& period) {
  domain::PeriodRule rule;
  rule.amount = period.amount();
  rule.unit = ToUnit(period.unit());
  rule.basis = period.basis();
  rule.coercive = period.coercive();
  return rule;
}

workday::YearNotice ToNotice(const v1::YearNotice& message) {
  workday::YearNotice notice{message.year(), message.notice(), message.version(), {}};
  for (const v1::SpecialDay& special : message.days()) {
    // Any other class becomes one that Calendar::Create refuses.
    workday::DayClass day_class = workday::DayClass::kUnknown;
    if (special.day_class() == v1::DAY_CLASS_HOLIDAY) day_class = workday::DayClass::kHoliday;
    if (special.day_class() == v1::DAY_CLASS_MAKE_UP_WORKDAY) {
      day_class = workday::DayClass::kMakeUpWorkday;
    }
    notice.days.push_back({rpc::ToCivilDay(special.day()), day_class, special.name()});
  }
  return notice;
}

v1::YearNotice ToMessage(const workday::YearNotice& notice) {
  v1::YearNotice message;
  message.set_year(notice.year);
  message.set_notice(notice.notice);
  message.set_version(notice.version);
  for (const workday::SpecialDay& special : notice.days) {
    v1::SpecialDay& day = *message.add_days();
    *day.mutable_day() = rpc::ToDate(special.day);
    day.set_day_class(special.day_class == workday::DayClass::kHoliday
                          ? v1::DAY_CLASS_HOLIDAY
                          : v1::DAY_CLASS_MAKE_UP_WORKDAY);
    day.set_name(special.name);
  }
  return message;
}

domain::Policy ToPolicy(const v1::ClockPolicy& message) {
  domain::Policy policy;
  policy.version = message.version();
  for (const v1::ClockRule& rule : message.clocks()) policy.clocks.push_back(ToClockRule(rule));
  for (const v1::DocumentRule& rule : message.documents()) {
    policy.documents.push_back(ToDocumentRule(rule));
  }
  const v1::ExtensionRule& extension = message.extension();
  policy.extension = {ToRoles(extension.decided_by()),
                      extension.max_count(),
                      extension.max_days(),
                      ToDocumentRule(extension.document()),
                      extension.deliberation_from_count(),
                      extension.deliberation_over_days()};
  for (const v1::InstrumentRule& rule : message.instruments()) {
    policy.instruments.push_back({static_cast<domain::NextInstrument>(rule.instrument()),
                                  rule.title(),
                                  rule.basis(),
                                  {rule.catalog_codes().begin(), rule.catalog_codes().end()},
                                  ToRoles(rule.decided_by()),
                                  rule.needs_deliberation()});
  }
  if (message.service().public_notice_days() != 0) {
    policy.service.public_notice_days = message.service().public_notice_days();
  }
  return policy;
}

namespace {

absl::StatusOr<domain::Policy> CheckedPolicy(const v1::ClockPolicy& message,
                                             const std::string& file) {
  RETURN_IF_ERROR(InFile(CheckEnums(message), file));
  domain::Policy policy = ToPolicy(message);
  RETURN_IF_ERROR(InFile(domain::ValidatePolicy(policy), file));
  RETURN_IF_ERROR(InFile(CheckEventTypes(policy), file));
  return policy;
}

}  // namespace

absl::StatusOr<domain::Policy> ParsePolicy(absl::string_view text, const std::string& file) {
  v1::ClockPolicy message;
  RETURN_IF_ERROR(rpc::ParseTextProto(text, file, message));
  return CheckedPolicy(message, file);
}

absl::StatusOr<domain::Policy> ReadPolicy(const std::string& path) {
  v1::ClockPolicy message;
  if (path.empty()) {
    // Sound by PolicyTest.TheShippedPolicyIsSound: to walk every way of an order takes longer than
    // all else of a start.
    RETURN_IF_ERROR(rpc::ParseTextProto(View(policy_file::kEmbeddedFiles[0].content),
                                        "built-in clock_policy.txtpb", message));
    return ToPolicy(message);
  }
  RETURN_IF_ERROR(rpc::ReadTextProto(path, message));
  return CheckedPolicy(message, path);
}

absl::StatusOr<std::vector<workday::YearNotice>> ReadNotices(const std::string& folder,
                                                             const std::vector<int>& years) {
  std::vector<workday::YearNotice> notices;
  auto add = [&](const v1::YearNotice& message) {
    if (years.empty() || std::find(years.begin(), years.end(), message.year()) != years.end()) {
      notices.push_back(ToNotice(message));
    }
  };
  if (folder.empty()) {
    for (const calendar_files::EmbeddedFile& file : calendar_files::kEmbeddedFiles) {
      v1::YearNotice message;
      RETURN_IF_ERROR(rpc::ParseTextProto(View(file.content), View(file.name), message));
      add(message);
    }
  } else {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      if (entry.path().extension() != ".txtpb") continue;
      v1::YearNotice message;
      RETURN_IF_ERROR(rpc::ReadTextProto(entry.path().string(), message));
      add(message);
    }
    if (error) return absl::NotFoundError(absl::StrCat(folder, ": ", error.message()));
  }
  std::sort(notices.begin(), notices.end(), [](const auto& a, const auto& b) {
    return std::tie(a.year, a.version) < std::tie(b.year, b.version);
  });
  return notices;
}

}  // namespace rectify::deadline::events

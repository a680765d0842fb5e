#include "services/rectification_deadlines/domain/policy.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "services/rectification_deadlines/domain/coverage.h"

namespace rectify::deadline::domain {
namespace {

class Checker {
 public:
  explicit Checker(const Policy& policy) : policy_(policy) {}

  absl::Status Check() {
    if (policy_.version < 1) Say("version", "版本须从 1 起", "must be at least 1");
    std::set<std::string> kinds;
    for (size_t i = 0; i < policy_.clocks.size(); ++i) {
      path_ = absl::StrCat("clocks[", i, "].");
      if (!kinds.insert(policy_.clocks[i].kind).second) Say("kind", "重复", "is used twice");
      CheckClock(policy_.clocks[i]);
    }
    CheckDocuments();
    CheckExtension();
    CheckInstruments();
    path_ = "service.";
    if (policy_.service.public_notice_days < 1) {
      Say("public_notice_days", "须从 1 起", "must be at least 1");
    }
    // The machine may only run on rules that are sound one by one.
    if (violations_.empty()) {
      path_.clear();
      for (Text& gap : FindGaps(policy_)) violations_.push_back({"clocks", std::move(gap)});
    }
    if (violations_.empty()) return absl::OkStatus();
    return FieldErrors(std::move(violations_));
  }

 private:
  void Say(absl::string_view field, absl::string_view zh, absl::string_view en) {
    violations_.push_back({absl::StrCat(path_, field), {std::string(zh), std::string(en)}});
  }

  void CheckClock(const ClockRule& rule) {
    if (rule.kind.empty()) Say("kind", "不能为空", "is empty");
    if (rule.title.empty()) Say("title", "不能为空", "is empty");
    if (rule.reminder_ladder.empty()) Say("reminder_ladder", "须写明提醒阶梯", "is empty");
    if (rule.start_on.empty() && rule.start_on_event.empty()) {
      Say("start_on", "须写明启动事件", "nothing starts the clock");
    }
    if (rule.met_on.empty() && rule.met_on_event.empty()) {
      Say("met_on", "须写明履行事件", "nothing meets the clock");
    }
    CheckDuty(rule);
    const bool of_duty = rule.start_on.empty() && !rule.start_on_event.empty();
    if (rule.period) {
      CheckPeriod(*rule.period);
    } else if (!of_duty && (rule.scope != Scope::kItem ||
                            rule.start_on != std::vector{Trigger::kOrderServed})) {
      Say("period", "没有期限的计时只能逐项从送达起算",
          "only a clock of one item that starts with service takes the item's own term");
    }
    if (!rule.earlier_start_on.empty() && (rule.scope != Scope::kSubject || !rule.period)) {
      Say("earlier_start_on", "只适用于整份文书且有期限的计时",
          "is only for a clock of the whole order with a period");
    }
  }

  void CheckDuty(const ClockRule& rule) {
    if (rule.owner == Owner::kDuty && !rule.start_on.empty()) {
      Say("owner", "只有从事件启动的计时由事件指明责任人",
          "only an event's duty names an owner, a trigger does not");
    }
    if ((rule.owner == Owner::kPost) == rule.owner_post.empty()) {
      Say("owner_post", "须且只须在 CLOCK_OWNER_POST 时写明岗位",
          "must be given with CLOCK_OWNER_POST, and only then");
    }
    if (!rule.suspended_on_event.empty() && rule.resumed_on_event.empty()) {
      Say("resumed_on_event", "能中止的计时须能恢复", "nothing ends a suspension");
    }
  }

  void CheckPeriod(const PeriodRule& period) {
    if (period.basis.empty()) Say("period.basis", "须写明依据条款", "names no article");
    const absl::Status status =
        Compute({period, StartOfDay(absl::CivilDay(2023, 1, 3))}, NoNotices()).status();
    if (!status.ok()) Say("period.amount", "不能计算", "can't be counted");
    if (period.amount == 0 && period.unit != Unit::kNaturalDays) {
      Say("period.amount", "只有自然日可以为 0", "may be 0 only for natural days");
    }
  }

  void CheckDocuments() {
    path_.clear();
    for (const OrderKind kind : {OrderKind::kImmediate, OrderKind::kTerm}) {
      const auto count = std::count_if(policy_.documents.begin(), policy_.documents.end(),
                                       [&](const DocumentRule& rule) { return rule.kind == kind; });
      if (count != 1) Say("documents", "每种文书须且只须一条", "each order kind needs exactly one");
    }
    for (size_t i = 0; i < policy_.documents.size(); ++i) {
      const DocumentRule& rule = policy_.documents[i];
      path_ = absl::StrCat("documents[", i, "].");
      CheckDocument(rule);
      const std::set<std::string> roles(rule.approval_steps.begin(), rule.approval_steps.end());
      if (roles.size() != rule.approval_steps.size()) {
        Say("approval_steps", "角色不能重复", "names a role twice");
      }
    }
  }

  void CheckDocument(const DocumentRule& rule) {
    if (rule.title.empty()) Say("title", "不能为空", "is empty");
    if (rule.organ.empty()) Say("organ", "须写明机关代字", "is empty");
    if (rule.code.empty()) Say("code", "须写明文书代字", "is empty");
    if (rule.serial_width < 1 || rule.serial_width > 9) {
      Say("serial_width", "须为 1 至 9", "must be 1 to 9");
    }
  }

  void CheckExtension() {
    path_ = "extension.";
    const ExtensionRule& rule = policy_.extension;
    if (rule.decided_by.empty()) Say("decided_by", "须写明决定权限", "nobody may decide");
    if (rule.max_count < 1) Say("max_count", "须从 1 起", "must be at least 1");
    if (rule.max_days < 1) Say("max_days", "须从 1 起", "must be at least 1");
    if (rule.deliberation_from_count < 0) {
      Say("deliberation_from_count", "不能为负", "is negative");
    }
    if (rule.deliberation_over_days < 0) Say("deliberation_over_days", "不能为负", "is negative");
    path_ = "extension.document.";
    CheckDocument(rule.document);
    // Two registers of one code would count into each other.
    for (const DocumentRule& other : policy_.documents) {
      if (other.organ == rule.document.organ && other.code == rule.document.code) {
        Say("code", "与其他文书重复", "is that of another document");
      }
    }
  }

  void CheckInstruments() {
    path_.clear();
    if (policy_.instruments.empty()) Say("instruments", "须写明后续处置", "are missing");
    std::set<NextInstrument> seen;
    for (size_t i = 0; i < policy_.instruments.size(); ++i) {
      const InstrumentRule& rule = policy_.instruments[i];
      path_ = absl::StrCat("instruments[", i, "].");
      if (!seen.insert(rule.instrument).second) Say("instrument", "重复", "is used twice");
      if (rule.title.empty()) Say("title", "不能为空", "is empty");
      if (rule.basis.empty()) Say("basis", "须写明依据条款", "names no article");
      if (rule.decided_by.empty()) Say("decided_by", "须写明决定权限", "nobody may decide");
    }
  }

  const Policy& policy_;
  std::string path_;
  std::vector<FieldViolation> violations_;
};

}  // namespace

absl::string_view NameOf(Trigger trigger) {
  switch (trigger) {
    case Trigger::kOrderDrafted:
      return "文书拟稿";
    case Trigger::kOrderServed:
      return "文书送达";
    case Trigger::kRectificationReported:
      return "申请复查";
    case Trigger::kRechecked:
      return "已复查";
    case Trigger::kRecheckNotPassed:
      return "复查不合格";
    case Trigger::kRecheckPassed:
      return "复查合格";
    case Trigger::kOrderVoided:
      return "文书作废";
    case Trigger::kTransferDecided:
      return "决定移送";
    case Trigger::kTransferConcluded:
      return "移送办结";
    case Trigger::kExtensionRequested:
      return "申请延期";
    case Trigger::kExtensionDecided:
      return "延期申请已决定";
    case Trigger::kExtensionGranted:
      return "准予延期";
    case Trigger::kExtensionServed:
      return "延期决定送达";
    case Trigger::kNextDecided:
      return "决定后续处置";
    case Trigger::kNextConcluded:
      return "后续处置办结";
    case Trigger::kTermsRemain:
      return "复查合格，其余期限未届满";
  }
  return "";
}

const ClockRule* Policy::FindClock(absl::string_view kind) const {
  for (const ClockRule& rule : clocks) {
    if (rule.kind == kind) return &rule;
  }
  return nullptr;
}

std::vector<std::string> Policy::EventTypes() const {
  std::set<std::string> types;
  for (const ClockRule& rule : clocks) {
    for (const auto* names :
         {&rule.start_on_event, &rule.met_on_event, &rule.cancelled_on_event,
          &rule.suspended_on_event, &rule.resumed_on_event, &rule.moved_on_event}) {
      types.insert(names->begin(), names->end());
    }
  }
  return {types.begin(), types.end()};
}

bool InstrumentRule::IsFor(absl::string_view catalog_code) const {
  return catalog_codes.empty() ||
         std::any_of(catalog_codes.begin(), catalog_codes.end(),
                     [&](const std::string& code) { return absl::StartsWith(catalog_code, code); });
}

const InstrumentRule* Policy::FindInstrument(NextInstrument instrument) const {
  for (const InstrumentRule& rule : instruments) {
    if (rule.instrument == instrument) return &rule;
  }
  return nullptr;
}

const DocumentRule& Policy::DocumentOf(OrderKind kind) const {
  return *std::find_if(documents.begin(), documents.end(),
                       [&](const DocumentRule& rule) { return rule.kind == kind; });
}

absl::Status ValidatePolicy(const Policy& policy) { return Checker(policy).Check(); }

std::string DocumentNumber(const DocumentRule& rule, int year, int64_t serial) {
  return absl::StrFormat("%s%s字〔%d〕第%0*d号", rule.organ, rule.code, year, rule.serial_width,
                         serial);
}

}  // namespace rectify::deadline::domain

#include "services/reminder_dispatch/domain/policy.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/reminder_dispatch/domain/message.h"

namespace rectify::reminder::domain {
namespace {

constexpr absl::string_view kDefaultLadder = "default";
// A year covers every statutory period that is reminded of.
constexpr int kMaxOffset = 366;
constexpr int kMaxAttempts = 1000;
constexpr int kMaxDigest = 50;
constexpr int kMaxText = 1 << 20;

class PolicyCheck {
 public:
  absl::Status Run(const Policy& policy) {
    Require(policy.version > 0, "version", "版本号应为正数", "must be positive");
    Require(policy.max_attempts > 0 && policy.max_attempts <= kMaxAttempts, "max_attempts",
            "尝试次数应在1到1000之间", "must be between 1 and 1000");
    Require(policy.first_backoff >= absl::Seconds(1) && policy.first_backoff <= absl::Hours(1),
            "first_backoff_seconds", "首次退避应在1到3600秒之间", "must be between 1 and 3600");
    Require(policy.Knows(kDefaultLadder), "ladders", "缺少阶梯 default",
            "ladder default is missing");
    std::set<std::string> names;
    for (const Ladder& ladder : policy.ladders) {
      const std::string field = absl::StrCat("ladders[", ladder.name, "]");
      Require(!ladder.name.empty() && names.insert(ladder.name).second, field,
              "阶梯名称为空或者重复", "name is empty or used twice");
      CheckLadder(ladder, field);
      CheckLengths(policy, ladder, field);
    }
    CheckGates(policy);
    CheckLimits(policy);
    CheckDeputies(policy);
    CheckIndustries(policy);
    return violations_.empty() ? absl::OkStatus() : FieldErrors(std::move(violations_));
  }

 private:
  void Require(bool holds, const std::string& field, absl::string_view zh, absl::string_view en) {
    if (holds) return;
    violations_.push_back(
        {field, {absl::StrCat("提醒策略 ", field, "：", zh), absl::StrCat(field, " ", en)}});
  }

  void CheckGates(const Policy& policy) {
    if (policy.quiet_hours.has_value()) {
      const QuietHours& quiet = *policy.quiet_hours;
      Require(quiet.from && quiet.to && quiet.resume, "quiet_hours", "时刻应写作 21:00",
              "needs times like 21:00");
      // The night lies between two days, and what was held goes out after it.
      Require(quiet.to < quiet.from && quiet.to <= quiet.resume && quiet.resume < quiet.from,
              "quiet_hours", "应跨越午夜，恢复时刻应在静默之外",
              "must span midnight and resume outside itself");
    }
    Require(policy.digest_entries >= 1 && policy.digest_entries <= kMaxDigest, "digest.max_entries",
            "条数应在1到50之间", "must be between 1 and 50");
    for (const RateLimit& limit : policy.rate_limits) {
      Require(
          limit.amount > 0 && limit.window >= absl::Seconds(1) && limit.window <= absl::Hours(24),
          "rate_limits", "数量应为正数，时长应在一秒到一日之间",
          "need a positive amount and a window of up to a day");
    }
  }

  void CheckLimits(const Policy& policy) {
    std::set<Channel> channels;
    for (const MessageLimit& limit : policy.message_limits) {
      const bool bounded =
          std::max({limit.title_characters, limit.text_bytes, limit.text_characters}) <= kMaxText &&
          std::min({limit.title_characters, limit.text_bytes, limit.text_characters,
                    limit.digest_entries}) >= 0;
      Require(bounded && limit.digest_entries <= kMaxDigest, "message_limits",
              "长度或者条数超出范围", "are out of range");
      Require(channels.insert(limit.channel).second, "message_limits", "同一渠道写了两次",
              "name a channel twice");
    }
  }

  void CheckDeputies(const Policy& policy) {
    std::set<std::string> posts;
    for (const DeputyPost& each : policy.deputy_posts) {
      Require(!each.post.empty() && !each.deputy.empty() && each.post != each.deputy &&
                  posts.insert(each.post).second,
              "deputy_posts", "岗位为空、重复或者由自己代理",
              "are empty, repeated or their own deputy");
    }
  }

  void CheckIndustries(const Policy& policy) {
    std::set<int> kinds;
    for (const IndustryDepartment& each : policy.industry_departments) {
      Require(!each.department.empty(), "industry_departments", "部门代码为空",
              "lack the code of a department");
      for (int kind : each.venue_kinds) {
        Require(kind > 0 && kinds.insert(kind).second, "industry_departments",
                "场所用途未写明或者属于两个部门", "name a use of venues twice or not at all");
      }
    }
  }

  // A digest is as full as the policy allows.
  void CheckLengths(const Policy& policy, const Ladder& ladder, const std::string& field) {
    for (const Step& step : ladder.steps) {
      const std::string place = absl::StrCat(field, ".steps[", step.code, "].body");
      for (Channel channel : step.channels) {
        const MessageLimit limit = policy.LimitOf(channel);
        Require(channel != Channel::kWeCom || limit.text_bytes > 0, "message_limits",
                "用到企业微信，却没有写明长度", "lack that of WeCom, which is used");
        const int entries = step.urgent ? 1 : policy.DigestEntriesOf(channel);
        Require(FitsExpected(step.title, step.body, step.code, limit, entries), place,
                absl::StrCat("缩短名称后仍超过", NameOf(channel), "的长度（标题",
                             limit.title_characters, "字，全文", limit.text_bytes, "字节，每条",
                             entries, "项）"),
                absl::StrCat("does not fit the limits of channel ", static_cast<int>(channel),
                             " even with shortened names, ", entries, " to a message"));
      }
    }
  }

  void CheckLadder(const Ladder& ladder, const std::string& field) {
    std::set<std::string> codes;
    for (const Step& step : ladder.steps) {
      const std::string place = absl::StrCat(field, ".steps[", step.code, "]");
      Require(!step.code.empty() && codes.insert(step.code).second, place, "步骤代码为空或者重复",
              "code is empty or used twice");
      CheckTime(step, place);
      CheckAudience(step, place);
      CheckText(step, place);
      Require(step.repeat_days == 0 || &step == &ladder.steps.back(), place + ".repeat_days",
              "只有最后一步可以重复", "only the last step may repeat");
    }
    const bool goes_on = !ladder.steps.empty() && ladder.steps.back().repeat_days > 0 &&
                         ladder.steps.back().offset > 0 && !ladder.steps.back().IsOptional();
    Require(goes_on, field + ".steps", "最后一步应在到期之后并且重复：逾期不得无声",
            "must end with a repeating step after the due date");
  }

  void CheckTime(const Step& step, const std::string& place) {
    const bool by_workdays = step.unit == OffsetUnit::kWorkdays;
    const bool by_hours = step.unit == OffsetUnit::kHours;
    Require(step.at.has_value() != by_hours, place + ".at",
            "时刻应写作 09:00；按小时计的步骤不写时刻",
            "must be like 09:00, and absent for steps in hours");
    const int limit = by_hours ? kMaxOffset * 24 : kMaxOffset;
    Require(step.offset >= (by_workdays ? 1 : -limit) && step.offset <= limit,
            place + (by_workdays ? ".workdays"
                     : by_hours  ? ".hours"
                                 : ".days"),
            "日数超出范围", "is out of range");
    Require(step.min_term_days >= 0, place + ".min_term_days", "不得为负", "must not be negative");
    Require(step.repeat_days >= 0 && step.repeat_days <= kMaxOffset, place + ".repeat_days",
            "日数超出范围", "is out of range");
    Require(step.repeat_days == 0 || !by_workdays, place + ".workdays", "重复的步骤按自然日计",
            "a repeating step counts natural days");
    Require(step.catch_up == CatchUp::kLatest || step.catch_up == CatchUp::kAll,
            place + ".catch_up", "没有写明停机后如何补发", "is missing");
  }

  void CheckAudience(const Step& step, const std::string& place) {
    const std::set<RecipientKind> recipients(step.recipients.begin(), step.recipients.end());
    Require(!recipients.empty() && recipients.size() == step.recipients.size() &&
                *recipients.begin() >= RecipientKind::kOwner &&
                *recipients.rbegin() <= RecipientKind::kIndustryDepartment,
            place + ".recipients", "收件人为空、重复或者未知", "are missing, repeated or unknown");
    const std::set<Channel> channels(step.channels.begin(), step.channels.end());
    Require(!channels.empty() && channels.size() == step.channels.size() &&
                *channels.begin() >= Channel::kEmail && *channels.rbegin() <= Channel::kSms,
            place + ".channels", "渠道为空、重复或者未知", "are missing, repeated or unknown");
  }

  void CheckText(const Step& step, const std::string& place) {
    Require(!step.title.empty(), place + ".title", "标题为空", "is empty");
    for (const auto& [text, field] : {std::pair{step.title, ".title"}, {step.body, ".body"}}) {
      for (const std::string& unknown : UnknownVariables(text)) {
        Require(false, place + field, absl::StrCat("没有变量 {", unknown, "}"),
                absl::StrCat("has the unknown variable {", unknown, "}"));
      }
    }
    Require(UsesVariable(step.body, "due") && UsesVariable(step.body, "basis"), place + ".body",
            "应写明 {due} 和 {basis}", "must state {due} and {basis}");
    Require(absl::StrContains(step.body, kDisclaimer), place + ".body",
            absl::StrCat("应写明“", kDisclaimer, "”"),
            "must say that it is not service of a document");
  }

  std::vector<FieldViolation> violations_;
};

}  // namespace

absl::string_view NameOf(Channel channel) {
  switch (channel) {
    case Channel::kEmail:
      return "邮件";
    case Channel::kWebhook:
      return "推送";
    case Channel::kFile:
      return "书面通知";
    case Channel::kWeCom:
      return "企业微信";
    case Channel::kSms:
      return "短信";
  }
  return "";
}

bool Step::IsOptional() const {
  return std::all_of(recipients.begin(), recipients.end(),
                     [](RecipientKind kind) { return kind == RecipientKind::kIndustryDepartment; });
}

std::string Policy::DepartmentFor(int venue_kind) const {
  for (const IndustryDepartment& each : industry_departments) {
    const std::vector<int>& kinds = each.venue_kinds;
    if (std::find(kinds.begin(), kinds.end(), venue_kind) != kinds.end()) return each.department;
  }
  return "";
}

MessageLimit Policy::LimitOf(Channel channel) const {
  const auto found =
      std::find_if(message_limits.begin(), message_limits.end(),
                   [&](const MessageLimit& limit) { return limit.channel == channel; });
  return found == message_limits.end() ? MessageLimit{.channel = channel} : *found;
}

std::vector<RateLimit> Policy::RatesOf(Channel channel) const {
  std::vector<RateLimit> limits;
  for (const RateLimit& limit : rate_limits) {
    if (limit.channel == channel) limits.push_back(limit);
  }
  return limits;
}

int Policy::DigestEntriesOf(Channel channel) const {
  const int own = LimitOf(channel).digest_entries;
  return own > 0 ? std::min(own, digest_entries) : digest_entries;
}

bool Policy::Knows(absl::string_view name) const {
  return std::any_of(ladders.begin(), ladders.end(),
                     [&](const Ladder& ladder) { return ladder.name == name; });
}

const Ladder& Policy::LadderFor(absl::string_view name) const {
  const absl::string_view wanted = Knows(name) ? name : kDefaultLadder;
  return *std::find_if(ladders.begin(), ladders.end(),
                       [&](const Ladder& ladder) { return ladder.name == wanted; });
}

std::optional<absl::Duration> ParseTimeOfDay(absl::string_view text) {
  const auto digit = [&](size_t i) {
    return absl::ascii_isdigit(static_cast<unsigned char>(text[i]));
  };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  int hours = 0, minutes = 0;
  if (!absl::SimpleAtoi(text.substr(0, 2), &hours) || !absl::SimpleAtoi(text.substr(3), &minutes) ||
      hours > 23 || minutes > 59) {
    return std::nullopt;
  }
  return absl::Hours(hours) + absl::Minutes(minutes);
}

absl::Status ValidatePolicy(const Policy& policy) { return PolicyCheck().Run(policy); }

}  // namespace rectify::reminder::domain

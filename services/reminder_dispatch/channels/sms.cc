#include "services/reminder_dispatch/channels/sms.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/outbound/safe_url.h"
#include "services/reminder_dispatch/channels/judge.h"
#include "services/reminder_dispatch/domain/message.h"

namespace rectify::reminder::channels {
namespace {

using Kind = domain::Attempt::Kind;

std::string DayText(absl::CivilDay day) {
  return absl::StrCat(day.year(), "年", day.month(), "月", day.day(), "日");
}

std::string Fill(const SmsGateway& gateway, absl::CivilDay due, absl::CivilDay today) {
  return absl::StrCat(gateway.signature,
                      absl::StrReplaceAll(gateway.text, {{"{days}", domain::DaysText(due, today)},
                                                         {"{due}", DayText(due)}}));
}

// A value in a form, percent-encoded.
std::string Encode(CURL* handle, const std::string& value) {
  char* encoded = curl_easy_escape(handle, value.data(), static_cast<int>(value.size()));
  if (encoded == nullptr) throw std::bad_alloc();
  std::string result(encoded);
  curl_free(encoded);
  return result;
}

absl::Status Require(bool holds, absl::string_view field, absl::string_view zh,
                     absl::string_view en) {
  if (holds) return absl::OkStatus();
  return FieldError(absl::StrCat("sms.", field),
                    {absl::StrCat("短信 ", field, "：", zh), absl::StrCat("sms.", field, " ", en)});
}

}  // namespace

int SmsLength(absl::string_view text) {
  int units = 0;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // inside a character
    units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

absl::Status ValidateSms(const SmsGateway& gateway, int characters) {
  absl::Status status;
  status.Update(
      Require(outbound::IsSafeUrl(gateway.url), "url", "应为 https 地址", "must be https"));
  status.Update(
      Require(absl::StartsWith(gateway.signature, "【") && absl::EndsWith(gateway.signature, "】"),
              "signature", "应写作【单位】", "must be in 【】"));
  std::string names;
  for (const auto& [name, value] : gateway.fields) absl::StrAppend(&names, value);
  status.Update(Require(absl::StrContains(names, "{mobile}") && absl::StrContains(names, "{text}"),
                        "fields", "应带有 {mobile} 和 {text}", "need {mobile} and {text}"));
  // The longest values that a year can bring.
  const absl::CivilDay due(2023, 12, 31);
  const std::string longest = Fill(gateway, due, due - 366);
  status.Update(Require(
      SmsLength(longest) <= characters, "text",
      absl::StrCat("代入最长的值后有", SmsLength(longest), "字，应不超过", characters, "字"),
      absl::StrCat("must fit ", characters, " characters with its longest values")));
  status.Update(Require(!absl::StrContains(longest, "http") && !absl::StrContains(longest, "{"),
                        "text", "不得带有链接或者未知变量",
                        "must have no link or unknown variable"));
  return status;
}

std::string SmsChannel::Mask(const Message& message) const {
  const std::string& mobile = message.addresses.at(0);
  if (mobile.size() < 8) return "****";
  return absl::StrCat(mobile.substr(0, 3), "****", mobile.substr(mobile.size() - 4));
}

std::string SmsChannel::Content(const Message& message) const {
  return Fill(gateway_, message.due_date, CivilDayOf(message.written));
}

std::string SmsChannel::Body(const Message& message) const {
  const outbound::Curl curl = outbound::NewTransfer();
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  std::vector<std::string> form;
  for (const auto& [name, value] : gateway_.fields) {
    const std::string filled = absl::StrReplaceAll(value, {{"{mobile}", message.addresses.at(0)},
                                                           {"{text}", Content(message)},
                                                           {"{id}", message.delivery_id},
                                                           {"{secret}", gateway_.secret}});
    json[name] = filled;
    form.push_back(absl::StrCat(Encode(curl.get(), name), "=", Encode(curl.get(), filled)));
  }
  return gateway_.json ? json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                       : absl::StrJoin(form, "&");
}

domain::Attempt SmsChannel::Send(const Message& message) {
  outbound::HeaderList headers;
  headers.Add(gateway_.json ? "content-type: application/json"
                            : "content-type: application/x-www-form-urlencoded");
  headers.Add("expect:");
  const outbound::Curl curl = outbound::NewTransfer();
  const outbound::PostReply reply =
      outbound::Post(curl.get(), gateway_.url, headers, Body(message));
  domain::Attempt attempt = JudgeStatus("短信", reply);
  // Providers like to repeat the number.
  attempt.reply = absl::StrReplaceAll(attempt.reply, {{message.addresses.at(0), Mask(message)}});
  if (attempt.kind != Kind::kAccepted || gateway_.success_field.empty()) return attempt;
  const auto json = nlohmann::json::parse(reply.body, nullptr, false);
  const bool told = json.is_object() && json.contains(gateway_.success_field);
  if (!told) {
    attempt.kind = Kind::kTemporary;
    return attempt;
  }
  const auto& value = json[gateway_.success_field];
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text != gateway_.success_value) attempt.kind = Kind::kPermanent;
  return attempt;
}

}  // namespace rectify::reminder::channels

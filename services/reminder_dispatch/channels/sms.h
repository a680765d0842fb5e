// Short messages through a provider's HTTP interface, which a data file describes. A short message
// tells that there is something to do and by when, never what: no facts of a case, no link, no
// token.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/reminder_dispatch/channels/channel.h"

namespace rectify::reminder::channels {

// How the provider is spoken to.
struct SmsGateway {
  std::string url;    // https, or http on loopback
  bool json = false;  // a JSON object of strings; otherwise a form
  // Names and values; values may use {mobile} {text} {id} {secret}.
  std::vector<std::pair<std::string, std::string>> fields;
  std::string secret;
  std::string signature;  // 【东丽消防】
  std::string text;       // may use {days} and {due}
  // Where the JSON answer says that it was accepted; empty: the status alone decides.
  std::string success_field, success_value;
};

// One part, as all networks carry it.
inline constexpr int kSmsCharacters = 70;
// Characters as the provider counts them: outside the basic plane twice, as in UTF-16.
int SmsLength(absl::string_view text);

// INVALID_ARGUMENT that names what is wrong: address, signature, a text that has more than
// `characters` with the longest values, has a link or an unknown variable, or fields without
// {mobile} and {text}.
absl::Status ValidateSms(const SmsGateway& gateway, int characters = kSmsCharacters);

class SmsChannel : public Channel {
 public:
  // `gateway` is valid.
  explicit SmsChannel(SmsGateway gateway) : gateway_(std::move(gateway)) {}

  domain::Attempt Send(const Message& message) override;
  // The text.
  std::string Content(const Message& message) const override;
  std::string Words(const Message& message) const override { return Content(message); }
  // 138****1234.
  std::string Mask(const Message& message) const override;

 private:
  std::string Body(const Message& message) const;

  const SmsGateway gateway_;
};

}  // namespace rectify::reminder::channels

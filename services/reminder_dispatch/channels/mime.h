// The text form of a mail (RFC 5322, 2045, 2047).
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::reminder::channels {

struct Mail {
  std::string from;
  std::vector<std::string> to;
  std::string message_id;  // without angle brackets
  std::string delivery;    // X-Rectify-Delivery
  std::string subject, body;
  absl::Time date;
};

// An address that can stand in a header and an envelope: one @, no space, control or bracket.
bool IsPlainAddress(absl::string_view address);
// Encoded words of at most 75 characters, never cutting a character.
std::string EncodeHeader(absl::string_view text);
// The mail with CRLF line ends; the body is base64 of UTF-8.
std::string ToRfc5322(const Mail& mail);

}  // namespace rectify::reminder::channels

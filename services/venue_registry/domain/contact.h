// How to reach somebody: form, checks and masks.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {

struct Contact {
  std::string mobile;
  std::string email;
  std::string webhook_uri;
  bool operator==(const Contact&) const = default;
};

// A person has a mobile number; a duty desk may have a landline instead.
enum class PhoneKind { kMobile, kMobileOrLandline };

// Brings `contact` into its canonical form and checks it. Empty values are allowed. `label` names
// the contact: its field is the path of the message, its names precede 手机, 邮箱 and 回调地址.
void CheckContact(Contact& contact, PhoneKind kind, const Label& label, Violations& violations);

// "138****1234", "022-****5678", "z***@example.cn", "张**". An empty value stays empty. No mask is
// a valid value, because no valid value has an asterisk.
std::string MaskPhone(absl::string_view phone);
std::string MaskEmail(absl::string_view email);
std::string MaskName(absl::string_view name);
// The webhook stays as it is.
Contact Masked(const Contact& contact);

// True for a value in masked form.
bool IsMask(absl::string_view value);

// Somebody who changes one field sends the others as he read them, masked: a value that is the mask
// of the present one becomes the present one.
void KeepMasked(Contact& sent, const Contact& present);

}  // namespace rectify::venue::domain

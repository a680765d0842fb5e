// Who stands behind a recipient's name, asked anew for every batch: addresses are never kept here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/client.h"

namespace rectify::reminder::dispatch {

struct Contact {
  std::string display_name, email, webhook_uri, mobile{};  // each may be empty
};
using Contacts = std::map<std::string, std::vector<Contact>>;  // by resource name

class ContactBook {
 public:
  virtual ~ContactBook() = default;
  // Unknown names are absent from the answer. `purpose` goes into the owner's audit trail.
  virtual absl::StatusOr<Contacts> Resolve(const std::vector<std::string>& names,
                                           absl::string_view purpose) = 0;
};

// The venue registry; one call per district and 200 names.
class RegistryContacts : public ContactBook {
 public:
  // The client outlives it.
  explicit RegistryContacts(const rpc::Client& registry) : registry_(registry) {}
  absl::StatusOr<Contacts> Resolve(const std::vector<std::string>& names,
                                   absl::string_view purpose) override;

 private:
  const rpc::Client& registry_;
};

}  // namespace rectify::reminder::dispatch

#include "services/reminder_dispatch/dispatch/contacts.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"
#include "rectify/venue/v1/venue_service.pb.h"

namespace rectify::reminder::dispatch {
namespace {

constexpr size_t kNamesPerCall = 200;  // the contract's limit
constexpr absl::string_view kPatterns[] = {
    "districts/{district}/venues/{uuid}", "districts/{district}/officers/{uuid}",
    "districts/{district}/streets/{code}", "districts/{district}/departments/{code}",
    "districts/{district}/posts/{code}"};

// The registry refuses a call with a name that it can't have; one such name must not hold up a
// whole batch.
bool MayBeRegistered(const std::string& name) {
  return std::any_of(std::begin(kPatterns), std::end(kPatterns), [&](absl::string_view pattern) {
    return rpc::MatchName(pattern, name, "names").ok();
  });
}

}  // namespace

absl::StatusOr<Contacts> RegistryContacts::Resolve(const std::vector<std::string>& names,
                                                   absl::string_view purpose) {
  std::map<std::string, std::set<std::string>> by_district;
  for (const std::string& name : names) {
    if (MayBeRegistered(name)) by_district[rpc::DistrictOf(name)].insert(name);
  }
  Contacts contacts;
  for (const auto& [district, wanted] : by_district) {
    const std::vector<std::string> all(wanted.begin(), wanted.end());
    for (size_t first = 0; first < all.size(); first += kNamesPerCall) {
      venue::v1::RevealContactsRequest request;
      request.set_parent(absl::StrCat("districts/", district));
      request.set_purpose(std::string(purpose));
      for (size_t i = first; i < std::min(all.size(), first + kNamesPerCall); ++i) {
        request.add_names(all[i]);
      }
      ASSIGN_OR_RETURN(auto response,
                       registry_.Unary<venue::v1::RevealContactsResponse>(
                           "rectify.venue.v1.VenueRegistry.RevealContacts", request));
      for (const venue::v1::RevealedContact& each : response.contacts()) {
        contacts[each.name()].push_back({each.display_name(), each.contact().email(),
                                         each.contact().webhook_uri(), each.contact().mobile()});
      }
    }
  }
  return contacts;
}

}  // namespace rectify::reminder::dispatch

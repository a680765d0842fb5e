#include "services/reminder_dispatch/dispatch/deputies.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"
#include "services/reminder_dispatch/store/stand_in_store.h"

namespace rectify::reminder::dispatch {
namespace {

constexpr absl::string_view kMark = "（代）";

// The contacts of `from`, if any, as a deputy's.
void AddDeputy(const Contacts& contacts, const std::string& from, std::vector<Contact>& to) {
  const auto found = contacts.find(from);
  if (found == contacts.end()) return;
  for (Contact contact : found->second) {
    if (!absl::EndsWith(contact.display_name, kMark)) absl::StrAppend(&contact.display_name, kMark);
    to.push_back(std::move(contact));
  }
}

}  // namespace

absl::StatusOr<std::vector<domain::StandIn>> DeputyContacts::InForce(
    const std::vector<std::string>& names, absl::Time now) {
  std::set<std::string> districts;
  for (const std::string& name : names) districts.insert(rpc::DistrictOf(name));
  return pool_.TransactValue(
      "reminder.stand_ins", {.access = pg::Access::kReadOnly}, [&](pg::Tx& tx) {
        return store::ReadStandIns(tx, {districts.begin(), districts.end()}, now);
      });
}

std::string DeputyContacts::DeputyPostOf(const std::string& name) const {
  const std::string parent = absl::StrCat("districts/", rpc::DistrictOf(name), "/posts/");
  for (const domain::DeputyPost& each : policy_.deputy_posts) {
    if (name == parent + each.post) return parent + each.deputy;
  }
  return "";
}

absl::StatusOr<Contacts> DeputyContacts::WithStandIns(const std::vector<std::string>& names,
                                                      const std::vector<domain::StandIn>& stand_ins,
                                                      absl::Time now, absl::string_view purpose) {
  std::map<std::string, std::vector<std::string>> deputies;
  std::set<std::string> asked(names.begin(), names.end());
  for (const std::string& name : names) {
    deputies[name] = domain::DeputiesOf(name, stand_ins, now);
    asked.insert(deputies[name].begin(), deputies[name].end());
  }
  ASSIGN_OR_RETURN(const Contacts known, registry_.Resolve({asked.begin(), asked.end()}, purpose));
  Contacts contacts;
  for (const std::string& name : names) {
    std::vector<Contact> all;
    for (const std::string& deputy : deputies[name]) AddDeputy(known, deputy, all);
    if (const auto own = known.find(name); own != known.end()) {
      all.insert(all.end(), own->second.begin(), own->second.end());
    }
    if (!all.empty()) contacts[name] = std::move(all);
  }
  return contacts;
}

absl::StatusOr<Contacts> DeputyContacts::Resolve(const std::vector<std::string>& names,
                                                 absl::string_view purpose) {
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(const std::vector<domain::StandIn> stand_ins, InForce(names, now));
  ASSIGN_OR_RETURN(Contacts contacts, WithStandIns(names, stand_ins, now, purpose));
  std::map<std::string, std::string> vacant;  // to the post instead
  std::set<std::string> instead;
  for (const std::string& name : names) {
    const std::string deputy = contacts.contains(name) ? "" : DeputyPostOf(name);
    if (deputy.empty()) continue;
    vacant[name] = deputy;
    instead.insert(deputy);
  }
  if (vacant.empty()) return contacts;
  // Asked only now: nobody's contacts are looked at without need.
  ASSIGN_OR_RETURN(const Contacts more,
                   WithStandIns({instead.begin(), instead.end()}, stand_ins, now, purpose));
  for (const auto& [name, deputy] : vacant) {
    std::vector<Contact> all;
    AddDeputy(more, deputy, all);
    if (!all.empty()) contacts[name] = std::move(all);
  }
  return contacts;
}

}  // namespace rectify::reminder::dispatch

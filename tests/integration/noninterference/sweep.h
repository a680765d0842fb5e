// Calls every method of every service, with arguments made from its contract and from names that
// are known, and notes each answer byte by byte.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "tests/integration/noninterference/world.h"

namespace rectify::noninterference {

// The services of the contract: "venue" when rectify.venue.v1 has methods of its own. Without what
// every host serves besides.
std::set<std::string> ServicesOfTheContract();

// Methods of the package of a service, and of what every host serves besides.
std::vector<const google::protobuf::MethodDescriptor*> MethodsOf(const std::string& service);

// Resource names by collection: "venues" → districts/120110/venues/….
class Names {
 public:
  // Takes in every name that a message or a text has.
  void Harvest(const std::string& bytes);
  void Add(const std::string& name);
  // The n-th of a collection, or one that does not exist.
  std::string Pick(const std::string& collection, size_t n) const;
  std::vector<std::string> All() const;

 private:
  std::map<std::string, std::vector<std::string>> by_collection_;
};

// One caller. A user called services/… speaks with that service's own key.
struct Who {
  std::string user;
  std::vector<std::string> roles, posts;
};

// Calls `method` of `service` as `who`. The request is made from the contract, the names and
// `variant` alone. The answer's bytes, or the whole error.
std::string Ask(World& world, const std::string& service,
                const google::protobuf::MethodDescriptor& method, const Who& who,
                const Names& names, size_t variant);

}  // namespace rectify::noninterference

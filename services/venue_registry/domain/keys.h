// What tells venues apart besides their ids: at most one ACTIVE venue has a given code and name,
// or, without a code, a given name and place; one venue of any state has a given external id.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::domain {

using ExternalKey = std::pair<std::string, std::string>;  // system, id

// Equal for two venues that can't both be ACTIVE.
struct NaturalKey {
  std::string uscc;  // empty: street and address count instead
  std::string folded_name;
  std::string street_code;  // empty with a code
  std::string address;      // empty with a code
  bool operator<(const NaturalKey& other) const {
    return std::tie(uscc, folded_name, street_code, address) <
           std::tie(other.uscc, other.folded_name, other.street_code, other.address);
  }
};

NaturalKey NaturalKeyOf(const VenueFields& fields);

struct KeySet {
  std::set<ExternalKey> external;
  std::set<NaturalKey> natural;

  void Add(const VenueFields& fields);
};

// Venues by their keys, for finding the one that a row means and for refusing a second holder.
class KeyIndex {
 public:
  // `position` is the caller's; adding it again replaces its keys.
  void Put(size_t position, const Venue& venue);

  std::optional<size_t> ByExternal(const ExternalKey& key) const;
  // The ACTIVE holder, or else a closed one.
  std::optional<size_t> ByNatural(const NaturalKey& key) const;

  // A holder of one of the keys of `venue` other than `self`; the field that collides.
  struct Collision {
    size_t position;
    std::string field;  // "uscc", "display_name" or "external_ids"
  };
  std::optional<Collision> CollisionOf(const VenueFields& fields, size_t self) const;

 private:
  std::map<ExternalKey, size_t> external_;
  std::map<NaturalKey, size_t> active_, closed_;
  std::map<size_t, KeySet> keys_;
};

}  // namespace rectify::venue::domain

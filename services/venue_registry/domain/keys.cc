#include "services/venue_registry/domain/keys.h"

namespace rectify::venue::domain {
namespace {

template <typename Key>
std::optional<size_t> Find(const std::map<Key, size_t>& map, const Key& key) {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

template <typename Key>
void Forget(std::map<Key, size_t>& map, const Key& key, size_t position) {
  const auto found = map.find(key);
  if (found != map.end() && found->second == position) map.erase(found);
}

}  // namespace

NaturalKey NaturalKeyOf(const VenueFields& fields) {
  const std::string name = FoldName(fields.display_name);
  if (!fields.uscc.empty()) return {fields.uscc, name, "", ""};
  return {"", name, fields.street_code, fields.address};
}

void KeySet::Add(const VenueFields& fields) {
  natural.insert(NaturalKeyOf(fields));
  external.insert(fields.external_ids.begin(), fields.external_ids.end());
}

void KeyIndex::Put(size_t position, const Venue& venue) {
  KeySet& keys = keys_[position];
  for (const NaturalKey& key : keys.natural) {
    Forget(active_, key, position);
    Forget(closed_, key, position);
  }
  for (const ExternalKey& key : keys.external) Forget(external_, key, position);
  keys = {};
  keys.Add(venue.fields);
  auto& natural = venue.state == VenueState::kActive ? active_ : closed_;
  for (const NaturalKey& key : keys.natural) natural[key] = position;
  for (const ExternalKey& key : keys.external) external_[key] = position;
}

std::optional<size_t> KeyIndex::ByExternal(const ExternalKey& key) const {
  return Find(external_, key);
}

std::optional<size_t> KeyIndex::ByNatural(const NaturalKey& key) const {
  const std::optional<size_t> active = Find(active_, key);
  return active ? active : Find(closed_, key);
}

std::optional<KeyIndex::Collision> KeyIndex::CollisionOf(const VenueFields& fields,
                                                         size_t self) const {
  const std::optional<size_t> same = Find(active_, NaturalKeyOf(fields));
  if (same && *same != self) {
    return Collision{*same, fields.uscc.empty() ? "display_name" : "uscc"};
  }
  for (const auto& key : fields.external_ids) {
    const std::optional<size_t> holder = Find(external_, ExternalKey(key));
    if (holder && *holder != self) return Collision{*holder, "external_ids"};
  }
  return std::nullopt;
}

}  // namespace rectify::venue::domain

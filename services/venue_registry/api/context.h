// What the handlers of this service share.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "libs/service/host.h"
#include "services/venue_registry/store/building_store.h"
#include "services/venue_registry/store/desk_store.h"
#include "services/venue_registry/store/import_store.h"
#include "services/venue_registry/store/officer_store.h"
#include "services/venue_registry/store/unit_store.h"
#include "services/venue_registry/store/venue_store.h"

namespace rectify::venue::api {

// Outlives the server; thread-safe.
struct Context {
  Context(service::Host& h, std::unique_ptr<crypto::FieldCipher> key)
      : host(h), cipher(std::move(key)), venues(*cipher), desks(*cipher), officers(*cipher) {}

  service::Host& host;
  const std::unique_ptr<crypto::FieldCipher> cipher;
  const store::VenueStore venues;
  const store::BuildingStore buildings = {};
  const store::UnitStore units = {};
  const store::ImportStore imports = {};
  const store::DeskStore desks;
  const store::OfficerStore officers;
};

// Full name of a method of the registry of buildings and units.
inline std::string BuildingMethod(absl::string_view name) {
  return absl::StrCat("rectify.venue.v1.BuildingRegistry.", name);
}

// Full name of a method of the directory.
inline std::string DirectoryMethod(absl::string_view name) {
  return absl::StrCat("rectify.venue.v1.VenueDirectory.", name);
}

// Full name of a method of the registry of venues.
inline std::string Method(absl::string_view name) {
  return absl::StrCat("rectify.venue.v1.VenueRegistry.", name);
}

inline pg::TxOptions ReadOnly(const rpc::Call& call) {
  return {.access = pg::Access::kReadOnly, .deadline = call.deadline};
}

}  // namespace rectify::venue::api

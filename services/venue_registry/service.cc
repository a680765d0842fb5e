#include "services/venue_registry/service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "services/venue_registry/api/context.h"
#include "services/venue_registry/api/handlers.h"
#include "venue_migrations.h"

namespace rectify::venue {

namespace {

// Venues that were registered before places were stored get theirs.
absl::StatusOr<int> PlaceSome(const api::Context& context) {
  return context.host.pool().TransactValue(
      "venue.place", {}, [&](pg::Tx& tx) { return context.venues.PlaceSome(tx); });
}

}  // namespace

std::vector<pg::Migration> Migrations() {
  std::vector<pg::Migration> migrations;
  for (const auto& file : migrations::kEmbeddedFiles) {
    migrations.push_back({std::string(file.name), std::string(file.content)});
  }
  return migrations;
}

absl::Status RegisterVenue(service::Host& host, const VenueConfig& config) {
  const std::string key_file =
      config.field_key.empty() ? absl::StrCat(host.options().keys, "/field.key") : config.field_key;
  ASSIGN_OR_RETURN(std::unique_ptr<crypto::FieldCipher> cipher,
                   crypto::FieldCipher::FromKeyFile(key_file));
  const auto context = std::make_shared<api::Context>(host, std::move(cipher));
  api::RegisterVenues(context);
  api::RegisterDirectory(context);
  api::RegisterDuplicates(context);
  api::RegisterExport(context);
  host.AddTimer("venue.place", absl::Minutes(1), [context] { return PlaceSome(*context); });
  api::RegisterBuildings(context);
  api::RegisterUnits(context);
  api::RegisterDesks(context);
  api::RegisterOfficers(context);
  api::RegisterReveal(context);
  api::RegisterImport(context, static_cast<size_t>(config.import_batch_rows));
  return absl::OkStatus();
}

}  // namespace rectify::venue

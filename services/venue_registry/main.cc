// rectify-venue-registry: venues, streets, departments and officers.
#include <CLI/CLI.hpp>

#include "libs/service/host.h"
#include "services/venue_registry/service.h"

int main(int argc, char** argv) {
  rectify::venue::VenueConfig config;
  return rectify::service::Main(
      argc, argv, "venue", rectify::venue::Migrations(),
      [&](CLI::App& app) {
        app.add_option("--field-key", config.field_key,
                       "Key file of the encryption at rest; default: field.key of --keys")
            ->envname("RECTIFY_FIELD_KEY");
      },
      [&](rectify::service::Host& host) { return rectify::venue::RegisterVenue(host, config); });
}

// rectify-partner-registry: the systems of other departments, their keys and what they may call;
// and the people who log in at the authority's identity provider.
#include <CLI/CLI.hpp>

#include "libs/service/host.h"
#include "services/partner_registry/service.h"

int main(int argc, char** argv) {
  rectify::partner::PartnerConfig config;
  return rectify::service::Main(
      argc, argv, "partner", rectify::partner::Migrations(),
      [&](CLI::App& app) {
        app.add_option("--oidc", config.oidc_file,
                       "Identity provider and what its people are here, protobuf text; without it "
                       "nobody can log in there")
            ->envname("RECTIFY_OIDC");
      },
      [&](rectify::service::Host& host) {
        return rectify::partner::RegisterPartner(host, config);
      });
}

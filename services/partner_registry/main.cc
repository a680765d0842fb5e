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
        app.add_option("--webhook-allow", config.webhook_allow,
                       "Where webhooks may go, CIDR or host with an optional port, for example "
                       "10.1.0.0/16 or 127.0.0.1/32:7003 (repeatable); nothing else is called")
            ->envname("RECTIFY_WEBHOOK_ALLOW")
            ->delimiter(',');
      },
      [&](rectify::service::Host& host) {
        return rectify::partner::RegisterPartner(host, config);
      });
}

// rectify-partner-registry: the systems of other departments, their keys and what they may call.
#include <CLI/CLI.hpp>

#include "libs/service/host.h"
#include "services/partner_registry/service.h"

int main(int argc, char** argv) {
  return rectify::service::Main(
      argc, argv, "partner", rectify::partner::Migrations(), [](CLI::App&) {},
      [](rectify::service::Host& host) { return rectify::partner::RegisterPartner(host); });
}

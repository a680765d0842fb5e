// rectify-hazard-findings: inspections, findings, leads, evidence, major hazards and the hazard
// catalogue.
#include <CLI/CLI.hpp>

#include "libs/service/host.h"
#include "services/hazard_findings/service.h"

int main(int argc, char** argv) {
  rectify::hazard::HazardConfig config;
  return rectify::service::Main(
      argc, argv, "hazard", rectify::hazard::Migrations(),
      [&](CLI::App& app) {
        app.add_option("--catalog", config.catalog_files,
                       "A further version of the hazard catalogue, text proto (repeatable)")
            ->check(CLI::ExistingFile);
        app.add_option(
               "--major-hazard-rules", config.major_hazard_rules,
               "A further edition of the standard on major hazards, text proto (repeatable)")
            ->check(CLI::ExistingFile);
        app.add_option("--field-key", config.field_key,
                       "Key file of the encryption at rest; default: field.key of --keys")
            ->envname("RECTIFY_FIELD_KEY");
        app.add_option("--evidence", config.evidence,
                       "Folder of the evidence files; without it evidence is refused")
            ->envname("RECTIFY_EVIDENCE");
      },
      [&](rectify::service::Host& host) { return rectify::hazard::RegisterHazard(host, config); });
}

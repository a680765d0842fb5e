// rectify-followup-visits: draws, visits and leads of the discipline committee. --pg names a
// database of its own, whose role no other service has, with CONNECT revoked from PUBLIC; --redis
// and
// --metrics-listen are refused. Its log tells which methods are called: it belongs to the
// committee.
#include <CLI/CLI.hpp>
#include <utility>

#include "libs/service/host.h"
#include "services/followup_visits/service.h"

int main(int argc, char** argv) {
  rectify::followup::FollowupConfig config;
  rectify::service::HostOptions options;
  options.name = "followup";
  options.sealed = true;
  return rectify::service::Main(
      argc, argv, std::move(options), rectify::followup::Migrations(),
      [&](CLI::App& app) {
        app.add_option("--field-key", config.field_key,
                       "Key file of the encryption at rest, made when it does not exist; default: "
                       "followup-field.key of --keys")
            ->envname("RECTIFY_FOLLOWUP_FIELD_KEY");
        app.add_option("--draw-policy", config.draw_policy,
                       "Strata, rates and span of draws, text proto; default: the built-in one")
            ->check(CLI::ExistingFile);
        app.add_option("--analysis-policy", config.analysis_policy,
                       "What an analysis may show, text proto; default: the built-in one")
            ->check(CLI::ExistingFile);
        app.add_option("--questionnaire", config.questionnaires,
                       "A further version of the questionnaire, text proto (repeatable)")
            ->check(CLI::ExistingFile);
        app.add_option("--number-prefix", config.number_prefix,
                       "Begins the numbers of files, leads and referrals")
            ->capture_default_str();
      },
      [&](rectify::service::Host& host) {
        return rectify::followup::RegisterFollowup(host, config);
      });
}

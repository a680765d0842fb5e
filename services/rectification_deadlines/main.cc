// rectify-rectification-deadlines: orders, statutory clocks and calendars.
#include <CLI/CLI.hpp>

#include "libs/service/host.h"
#include "services/rectification_deadlines/service.h"

int main(int argc, char** argv) {
  rectify::deadline::DeadlineConfig config;
  return rectify::service::Main(
      argc, argv, "deadline", rectify::deadline::Migrations(),
      [&](CLI::App& app) {
        app.add_option("--policy", config.policy,
                       "The policy of clocks and documents, text proto (default: built in)")
            ->check(CLI::ExistingFile);
        app.add_option("--calendars", config.calendars,
                       "A folder of holiday notices, *.txtpb (default: built in)")
            ->check(CLI::ExistingDirectory);
        app.add_option("--calendar-years", config.calendar_years,
                       "Load only the notices of these years")
            ->delimiter(',');
      },
      [&](rectify::service::Host& host) {
        return rectify::deadline::RegisterDeadline(host, config);
      });
}

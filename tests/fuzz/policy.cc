// The law as files: clock policy, reminder policy, hazard catalogue.
#include <string>
#include <utility>

#include "services/hazard_findings/api/catalog_data.h"
#include "services/rectification_deadlines/events/data_files.h"
#include "services/reminder_dispatch/api/policy_file.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {

// The first byte says which kind of file the rest is.
void Policy(absl::string_view input) {
  if (input.empty()) return;
  const char kind = input[0];
  input.remove_prefix(1);
  if (kind == 'd') {
    deadline::events::ParsePolicy(input, "input").IgnoreError();
  } else if (kind == 'r') {
    reminder::api::ParsePolicy(input, "input").IgnoreError();
  } else if (kind == 'h') {
    auto version = hazard::api::ParseCatalog(input, "input");
    if (version.ok()) hazard::domain::Catalog::Create({*std::move(version)}).IgnoreError();
  }
}

}  // namespace rectify::fuzz

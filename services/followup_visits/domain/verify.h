// Checks a published record: first from itself alone, then against what the service knows.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/followup_visits/domain/draw_record.h"

namespace rectify::followup::domain {

struct Check {
  std::string code;
  std::string problem;  // "" when it holds

  bool passed() const { return problem.empty(); }
};

// FORM: the bytes are the canonical form. FRAME: the lines are sorted, each unit once, have the
// hash that was committed, and are as many as the strata say, whose quotas are no lower than their
// rates. COMMITMENT: it is the hash of the terms. SEED: each half is what its official committed
// to. SAMPLE: the seed gives these units and visitors. RECUSAL: nobody visits a unit with which he
// has a tie, and enough visit each.
std::vector<Check> CheckRecord(const DrawRecord& record, absl::string_view document);

// What the service knows about a record with this number.
struct Ledger {
  std::string record_hash;           // of its own record of that number, "" when it has none
  std::string previous_record_hash;  // of the number before, "" for the first
  std::map<std::string, std::string> facts;  // digest by unit, of the units that exist now
};

// LEDGER: this is the record that the service published under the number, so there was no second
// draw. CHAIN: the record before is the one that it names. FACTS: no unit was changed or taken away
// since the freeze.
std::vector<Check> CheckAgainst(const Ledger& ledger, const DrawRecord& record,
                                absl::string_view document);

}  // namespace rectify::followup::domain

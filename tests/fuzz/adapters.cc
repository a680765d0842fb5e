// The gateway's readers of other standards. Input: "open311 QUERY" or "grid", a line end, the form
// as it comes.
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/http/target.h"
#include "services/gateway/adapters/grid/mapping.h"
#include "services/gateway/adapters/lead/form.h"
#include "services/gateway/adapters/open311/mapping.h"
#include "services/gateway/adapters/open311/report_search.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

using gateway::NamedValues;
using hazard::v1::CreateLeadRequest;
using hazard::v1::Lead;

const gateway::open311::Mapping& Open311Rules() {
  static const auto* const kRules = gateway::open311::Mapping::Load("")->release();
  return *kRules;
}

const gateway::grid::Mapping& GridRules() {
  static const auto* const kRules = gateway::grid::Mapping::Load("")->release();
  return *kRules;
}

void RequireClear(const absl::Status& status) {
  const auto detail = DetailOf(status);
  const bool named = detail && !detail->violations.empty() && !detail->violations[0].field.empty();
  Require(named || status.code() == absl::StatusCode::kNotFound, "a refusal names what is wrong");
}

// A lead that the services would take is shown again in both formats.
void ShowAgain(const CreateLeadRequest& request) {
  Require(CreateLeadRequest().ParseFromString(request.SerializeAsString()),
          "a lead that was made survives the wire");
  Lead lead = request.lead();
  lead.set_name("districts/120110/leads/018a97a3-a980-776c-a55f-7b9a21910f18");
  lead.set_state(Lead::STATE_RECEIVED);
  const auto report = Open311Rules().LeadAsJson(lead, std::nullopt);
  Require(!gateway::open311::ToXml({report, "request", ""}).empty() && !report.dump().empty(),
          "a lead can be shown as a report");
  Require(!GridRules().LeadAsRecord(lead).dump().empty(), "a lead can be shown as a record");
}

void ReadReport(absl::string_view query, const NamedValues& form) {
  const auto target = http::ParseTarget(absl::StrCat("/?", query));
  if (target.ok()) {
    const auto asked = gateway::open311::ParseReportQuery(target->query, Open311Rules());
    if (!asked.ok()) RequireClear(asked.status());
  }
  const auto request = Open311Rules().ToLead("120110", {form.begin(), form.end()});
  if (!request.ok()) return RequireClear(request.status());
  ShowAgain(*request);
}

void ReadRecords(const NamedValues& form) {
  const auto data = gateway::OnlyOne(form, "data");
  if (!data.ok()) return RequireClear(data.status());
  const auto batch = GridRules().ReadRecords("120110", *data);
  if (!batch.ok()) return RequireClear(batch.status());
  for (const auto& record : batch->records) {
    if (record.request.ok()) {
      ShowAgain(*record.request);
    } else {
      RequireClear(record.request.status());
    }
  }
}

}  // namespace

void Adapters(absl::string_view input) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(input, absl::MaxSplits('\n', 1));
  const std::pair<absl::string_view, absl::string_view> line =
      absl::StrSplit(parts.first, absl::MaxSplits(' ', 1));
  http::Headers headers;
  headers.Add("Content-Type", "application/x-www-form-urlencoded");
  const auto form = gateway::ParseForm(headers, parts.second);
  if (!form.ok()) return RequireClear(form.status());
  line.first == "grid" ? ReadRecords(*form) : ReadReport(line.second, *form);
}

}  // namespace rectify::fuzz

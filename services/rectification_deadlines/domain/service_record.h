// How a document was served (送达回证): each lawful method with what proves it. Pure.
//
// Sources: 行政处罚法 61; 消防救援机构办理行政案件程序规定 (送达), which holds for orders too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/rectification_deadlines/domain/policy.h"

namespace rectify::deadline::domain {

// Numbers are those of the contract.
enum class ServiceMethod {
  kDirect = 1,
  kLeft = 2,
  kMail = 3,
  kEntrusted = 4,
  kElectronic = 5,
  kPublicNotice = 6,
};

struct ServiceRecord {
  ServiceMethod method;
  absl::Time serve_time;
  std::string receiver;  // personal
  std::vector<std::string> officers;
  std::string proof, refusal;
  std::string place{};
  std::string witness{};  // personal
  std::string video{}, tracking_number{}, entrusted_organ{}, consent{}, publication{};
  std::optional<absl::CivilDay> publish_date{};  // of a public notice
};

// What the method needs, in order of time: not before `since` (to the minute), not in the future; a
// public notice on the last day of its period, once that is over. INVALID_ARGUMENT with one
// violation at `service.…` for each missing proof; FAILED_PRECONDITION DATE_ORDER.
absl::Status CheckService(const ServiceRecord& service, absl::Time since, const ServiceRule& rule,
                          absl::Time now);

}  // namespace rectify::deadline::domain

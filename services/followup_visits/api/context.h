// What the handlers of this service share.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/resource_name.h"
#include "libs/service/host.h"
#include "services/followup_visits/domain/draw_policy.h"
#include "services/followup_visits/domain/questionnaire.h"
#include "services/followup_visits/domain/unit.h"

namespace rectify::followup::api {

// What data files say.
struct Rules {
  domain::DrawPolicy draw;
  std::vector<domain::Questionnaire> questionnaires;
  int smallest_cell = 5;
  std::string number_prefix;  // of files, leads and referrals: 津丽消纪
};

// Outlives the server; thread-safe.
struct Context {
  Context(service::Host& h, std::unique_ptr<crypto::FieldCipher> key, Rules r)
      : host(h), cipher(std::move(key)), rules(std::move(r)) {}

  // The salt of a unit's facts in the records: made from this service's key, so that nobody else
  // can find a unit by trying.
  std::string Salt(const domain::PenalisedUnit& unit) const {
    return cipher->BlindIndex(absl::StrCat("followup|facts|", unit.id));
  }

  service::Host& host;
  const std::unique_ptr<crypto::FieldCipher> cipher;
  const Rules rules;
};

// District and id (or code) of a name that the contract has checked.
struct NameParts {
  std::string district, id;
};
inline NameParts PartsOf(absl::string_view name) {
  return {rpc::DistrictOf(name), std::string(name.substr(name.rfind('/') + 1))};
}

// 津丽消纪访〔2023〕第0001号, the next one of its kind and year; `change` holds it until it ends.
absl::StatusOr<std::string> NextDocumentNumber(const Context& context,
                                               rectify::events::Change& change,
                                               absl::string_view district, absl::string_view kind);

inline pg::TxOptions ReadOnly(const rpc::Call& call) {
  return {.access = pg::Access::kReadOnly, .deadline = call.deadline};
}

}  // namespace rectify::followup::api

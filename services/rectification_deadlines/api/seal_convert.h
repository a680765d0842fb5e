// Seals between the contract and the domain.
#pragma once

#include "rectify/deadline/v1/seal.pb.h"
#include "services/rectification_deadlines/api/convert.h"
#include "services/rectification_deadlines/domain/seal.h"

namespace rectify::deadline::api {

v1::Seal ToMessage(const domain::Seal& seal, Personal personal);
// The proposal: what the caller may set.
domain::Seal ToSeal(const v1::Seal& message);
domain::SealStudy ToStudy(const v1::SealStudy& message);
domain::SealService ToSealService(const v1::SealService& message);
domain::SealCheck ToCheck(const v1::SealCheck& message);

}  // namespace rectify::deadline::api

// An order as the contract shows it: what its versions are kept as, so that they can be read for as
// long as the contract can, whatever becomes of the tables.
#pragma once

#include <string>

#include "rectify/deadline/v1/order.pb.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::store {

// "张**": the first character, whatever the length.
std::string MaskName(const std::string& name);

v1::ExtendedItem ToMessage(const domain::ExtendedItem& item);

// All but what depends on the reader: `overdue` and `proposals`.
v1::Order ToMessage(const domain::Order& order);

// Who received documents and who witnessed it.
void MaskPersons(v1::Order& order);
// Puts them into an earlier version: they are written once and never change.
void RestorePersons(const domain::Order& present, v1::Order& order);

}  // namespace rectify::deadline::store

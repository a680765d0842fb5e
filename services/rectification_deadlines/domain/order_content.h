// What the people of the approval chain sign: the content of an order in one canonical form, and
// its SHA-256. A signature that names another hash is no signature under this content.
#pragma once

#include <string>

#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::domain {

// A line "rectify-order-content 1", then each value as "<bytes>:<value>\n" in this order: name,
// number of the kind, inspection, day of the inspection (2023-01-04), venue, party, number of
// officers, the officers, number of items, and of each item finding, catalogue code, description,
// basis, required action, term in days and stated due date ("" without one). Lengths keep texts
// from running into each other.
std::string ContentText(const Order& order);

// SHA-256 of ContentText() in lower-case hexadecimal.
std::string ContentHash(const Order& order);

// FAILED_PRECONDITION CONTENT_CHANGED when `hash` is not that of the content (metadata
// `content_hash` is).
absl::Status RequireContent(const Order& order, absl::string_view hash);

}  // namespace rectify::deadline::domain

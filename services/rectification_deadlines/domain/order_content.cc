#include "services/rectification_deadlines/domain/order_content.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/crypto/crypto.h"

namespace rectify::deadline::domain {
namespace {

void Add(std::string& text, absl::string_view value) {
  absl::StrAppend(&text, value.size(), ":", value, "\n");
}

void AddItem(std::string& text, const OrderItem& item) {
  for (const std::string* value :
       {&item.finding, &item.catalog_code, &item.description, &item.basis, &item.required_action}) {
    Add(text, *value);
  }
  Add(text, absl::StrCat(item.term_days));
  Add(text, item.stated_due_date ? FormatCivilDay(*item.stated_due_date) : "");
}

}  // namespace

std::string ContentText(const Order& order) {
  std::string text = "rectify-order-content 1\n";
  Add(text, order.name);
  Add(text, absl::StrCat(static_cast<int>(order.kind)));
  Add(text, order.inspection);
  Add(text, FormatCivilDay(CivilDayOf(order.inspect_time)));
  Add(text, order.venue);
  Add(text, order.party);
  Add(text, absl::StrCat(order.officers.size()));
  for (const std::string& officer : order.officers) Add(text, officer);
  Add(text, absl::StrCat(order.items.size()));
  for (const OrderItem& item : order.items) AddItem(text, item);
  return text;
}

std::string ContentHash(const Order& order) {
  return absl::BytesToHexString(crypto::Sha256(ContentText(order)));
}

absl::Status RequireContent(const Order& order, absl::string_view hash) {
  const std::string present = ContentHash(order);
  if (hash == present) return absl::OkStatus();
  return PreconditionError("CONTENT_CHANGED",
                           {"文书内容与签署时不一致，须重新提交审批",
                            "the content is not the one that was signed; submit it again"},
                           {{"content_hash", present}});
}

}  // namespace rectify::deadline::domain

// Reads a list method to its end, page by page.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/client.h"

namespace rectify::cli {

// `items` picks the repeated field of the response: `[](R& r) { return r.mutable_orders(); }`.
// Reads at most `most` items.
template <typename Item, typename Response, typename Request, typename Items>
absl::StatusOr<std::vector<Item>> ListAll(const rpc::Client& client, absl::string_view method,
                                          Request request, Items items, size_t most = 1000000) {
  std::vector<Item> all;
  request.set_page_size(500);
  do {
    absl::StatusOr<Response> response = client.Unary<Response>(method, request);
    if (!response.ok()) return response.status();
    for (Item& item : *items(*response)) {
      all.push_back(std::move(item));
      if (all.size() == most) return all;
    }
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

}  // namespace rectify::cli

#include "services/gateway/transcode/json_tree.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace rectify::gateway {
namespace {

using nlohmann::json;

constexpr size_t kMaxDepth = 64;

// Follows the parser and stops it.
class Inspector : public nlohmann::json_sax<json> {
 public:
  explicit Inspector(absl::string_view field) : field_(field) {}

  const absl::Status& verdict() const { return verdict_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return Deeper(); }
  bool end_object() override { return Back(); }
  bool start_array(std::size_t) override { return Deeper(); }
  bool end_array() override { return Back(); }
  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    verdict_ =
        Bad(absl::StrCat("中键 ", name, " 重复"), absl::StrCat("has the key ", name, " twice"));
    return false;
  }
  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    verdict_ = Bad(absl::StrCat("不是有效的 JSON（第 ", position, " 字节）"),
                   absl::StrCat("is not valid JSON (byte ", position, ")"));
    return false;
  }

 private:
  absl::Status Bad(absl::string_view zh, absl::string_view en) const {
    const bool body = field_ == "body";
    return FieldError(field_,
                      {absl::StrCat(body ? "请求正文" : absl::StrCat(field_, " "), zh),
                       absl::StrCat(body ? "the body" : field_, " ", en)},
                      "MALFORMED_MESSAGE");
  }
  bool Deeper() {
    keys_.emplace_back();
    if (keys_.size() <= kMaxDepth) return true;
    verdict_ = Bad(absl::StrCat("嵌套超过 ", kMaxDepth, " 层"),
                   absl::StrCat("is nested deeper than ", kMaxDepth));
    return false;
  }
  bool Back() {
    keys_.pop_back();
    return true;
  }

  const std::string field_;
  std::vector<std::set<std::string>> keys_;  // of the objects and arrays that are open
  absl::Status verdict_;
};

}  // namespace

absl::StatusOr<json> ParseJson(absl::string_view text, absl::string_view field) {
  Inspector inspector(field);
  json::sax_parse(text.begin(), text.end(), &inspector);
  if (!inspector.verdict().ok()) return inspector.verdict();
  return json::parse(text.begin(), text.end());
}

}  // namespace rectify::gateway

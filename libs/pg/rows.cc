#include "libs/pg/rows.h"

#include <pqxx/result>
#include <pqxx/row>
#include <stdexcept>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/pg/text_format.h"

namespace rectify::pg {
namespace {

// The message goes to the log, so it holds the place and never the value.
[[noreturn]] void ThrowBadColumn(int column, absl::string_view wanted) {
  throw std::logic_error(absl::StrCat("result column ", column, " is not ", wanted));
}

pqxx::field FieldAt(const pqxx::result& result, int index, int column) {
  if (index < 0 || static_cast<size_t>(index) >= static_cast<size_t>(result.size())) {
    throw std::logic_error(absl::StrCat("result row ", index, " does not exist"));
  }
  if (column < 0 || column >= static_cast<int>(result.columns())) {
    throw std::logic_error(absl::StrCat("result column ", column, " does not exist"));
  }
  return result[static_cast<pqxx::result::size_type>(index)]
               [static_cast<pqxx::row::size_type>(column)];
}

template <typename T>
T ValueOrThrow(std::optional<T> value, int column, absl::string_view wanted) {
  if (!value.has_value()) ThrowBadColumn(column, wanted);
  return *std::move(value);
}

}  // namespace

absl::string_view Row::Raw(int column) const {
  pqxx::field field = FieldAt(*result_, index_, column);
  if (field.is_null()) ThrowBadColumn(column, "set (it is NULL)");
  return absl::string_view(field.c_str(), field.size());
}

int Row::size() const { return static_cast<int>(result_->columns()); }

bool Row::IsNull(int column) const { return FieldAt(*result_, index_, column).is_null(); }

std::string Row::Text(int column) const { return std::string(Raw(column)); }

int64_t Row::Int(int column) const {
  int64_t value = 0;
  if (!absl::SimpleAtoi(Raw(column), &value)) ThrowBadColumn(column, "an integer");
  return value;
}

double Row::Double(int column) const {
  double value = 0;
  if (!absl::SimpleAtod(Raw(column), &value)) ThrowBadColumn(column, "a number");
  return value;
}

bool Row::Bool(int column) const {
  absl::string_view text = Raw(column);
  if (text != "t" && text != "f") ThrowBadColumn(column, "a boolean");
  return text == "t";
}

std::string Row::Bytes(int column) const {
  return ValueOrThrow(ParseBytea(Raw(column)), column, "bytea in hex form");
}

absl::Time Row::Time(int column) const {
  return ValueOrThrow(ParseTimestamp(Raw(column)), column, "a timestamptz in UTC");
}

absl::CivilDay Row::Day(int column) const {
  return ValueOrThrow(ParseDate(Raw(column)), column, "a date");
}

std::vector<std::string> Row::TextArray(int column) const {
  return ValueOrThrow(ParseTextArray(Raw(column)), column, "a one-dimensional array without NULL");
}

std::optional<std::string> Row::OptText(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Text(column);
}

std::optional<int64_t> Row::OptInt(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Int(column);
}

std::optional<double> Row::OptDouble(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Double(column);
}

std::optional<absl::Time> Row::OptTime(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Time(column);
}

std::optional<absl::CivilDay> Row::OptDay(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Day(column);
}

Rows::Rows() : result_(std::make_unique<pqxx::result>()) {}
// libpqxx 6 has no move of a result, 7 has.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
Rows::Rows(pqxx::result result) : result_(std::make_unique<pqxx::result>(std::move(result))) {}
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;
Rows::~Rows() = default;

// A moved-from Rows is empty.
int Rows::size() const { return result_ == nullptr ? 0 : static_cast<int>(result_->size()); }

int64_t Rows::affected() const {
  return result_ == nullptr ? 0 : static_cast<int64_t>(result_->affected_rows());
}

}  // namespace rectify::pg

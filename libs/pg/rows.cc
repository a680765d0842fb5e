#include "libs/pg/rows.h"

#include <libpq-fe.h>

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

void CheckPlace(const PGresult* result, int index, int column) {
  if (index < 0 || index >= PQntuples(result)) {
    throw std::logic_error(absl::StrCat("result row ", index, " does not exist"));
  }
  if (column < 0 || column >= PQnfields(result)) {
    throw std::logic_error(absl::StrCat("result column ", column, " does not exist"));
  }
}

template <typename T>
T ValueOrThrow(std::optional<T> value, int column, absl::string_view wanted) {
  if (!value.has_value()) ThrowBadColumn(column, wanted);
  return *std::move(value);
}

}  // namespace

absl::string_view Row::Raw(int column) const {
  if (IsNull(column)) ThrowBadColumn(column, "set (it is NULL)");
  return absl::string_view(PQgetvalue(result_, index_, column),
                           PQgetlength(result_, index_, column));
}

int Row::size() const { return PQnfields(result_); }

bool Row::IsNull(int column) const {
  CheckPlace(result_, index_, column);
  return PQgetisnull(result_, index_, column) == 1;
}

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

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

// A moved-from Rows is empty, and libpq takes a null result as an empty one.
int Rows::size() const { return PQntuples(result_.get()); }

int64_t Rows::affected() const {
  int64_t count = 0;  // stays 0 for commands that count nothing
  if (result_ != nullptr && absl::SimpleAtoi(PQcmdTuples(result_.get()), &count)) return count;
  return 0;
}

}  // namespace rectify::pg

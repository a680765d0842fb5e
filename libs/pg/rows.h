// Result rows. Columns are read by position, in the order of the SELECT list.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

struct pg_result;  // libpq's PGresult

namespace rectify::pg {

class Rows;

// Valid as long as its Rows. A wrong column number or type is a mistake of the program and aborts
// the transaction with INTERNAL (Transact catches it).
class Row {
 public:
  int size() const;  // columns
  bool IsNull(int column) const;
  std::string Text(int column) const;  // also uuid, numeric, enum text
  int64_t Int(int column) const;
  double Double(int column) const;
  bool Bool(int column) const;
  std::string Bytes(int column) const;                   // bytea
  absl::Time Time(int column) const;                     // timestamptz
  absl::CivilDay Day(int column) const;                  // date
  std::vector<std::string> TextArray(int column) const;  // text[], uuid[]; no NULL elements
  std::optional<std::string> OptText(int column) const;
  std::optional<int64_t> OptInt(int column) const;
  std::optional<double> OptDouble(int column) const;
  std::optional<absl::Time> OptTime(int column) const;
  std::optional<absl::CivilDay> OptDay(int column) const;

 private:
  friend class Rows;
  Row(const pg_result* result, int index) : result_(result), index_(index) {}
  absl::string_view Raw(int column) const;
  const pg_result* result_;
  int index_;
};

class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result) : result_(result) {}  // owns it

  int size() const;
  bool empty() const { return size() == 0; }
  Row operator[](int index) const { return Row(result_.get(), index); }
  int64_t affected() const;  // rows inserted, updated or deleted

  class Iterator {
   public:
    Iterator(const Rows* rows, int index) : rows_(rows), index_(index) {}
    Row operator*() const { return (*rows_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const Rows* rows_;
    int index_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace rectify::pg

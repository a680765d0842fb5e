#include "services/followup_visits/domain/disclosure.h"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace rectify::followup::domain {
namespace {

// A set of visits by their numbers.
class VisitSet {
 public:
  explicit VisitSet(size_t visits) : words_((visits + 63) / 64) {}
  void Add(size_t visit) { words_[visit / 64] |= uint64_t{1} << (visit % 64); }
  void Add(const VisitSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  void Remove(const VisitSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
  }
  bool Contains(const VisitSet& other) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      if ((other.words_[i] & ~words_[i]) != 0) return false;
    }
    return true;
  }
  bool Meets(const VisitSet& other) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      if ((other.words_[i] & words_[i]) != 0) return true;
    }
    return false;
  }
  int size() const {
    size_t count = 0;
    for (uint64_t word : words_) count += std::bitset<64>(word).count();
    return static_cast<int>(count);
  }

 private:
  std::vector<uint64_t> words_;
};

struct Number {
  VisitSet visits;
  int size;
  Cell* cell;  // nullptr when it is out already
};

class Guard {
 public:
  Guard(int k, const std::vector<Cell>& published, std::vector<Cell>& cells) : k_(k) {
    std::map<std::string, size_t> ids;
    const auto number_visits = [&](const std::vector<Cell>& list) {
      for (const Cell& cell : list) {
        for (const std::string& visit : cell.members) ids.emplace(visit, ids.size());
      }
    };
    number_visits(published);
    number_visits(cells);
    const auto add = [&](const Cell& cell, Cell* own, const std::string& table) {
      VisitSet visits(ids.size());
      for (const std::string& visit : cell.members) visits.Add(ids.at(visit));
      const int size = static_cast<int>(cell.members.size());
      if (size > 0) tables_[table].push_back({std::move(visits), size, own});
    };
    for (const Cell& cell : published) add(cell, nullptr, "published/" + cell.table);
    for (Cell& cell : cells) add(cell, &cell, "cells/" + cell.table);
  }

  void Run() {
    for (auto& [table, numbers] : tables_) {
      for (Number& number : numbers) {
        if (number.cell != nullptr && number.size < k_) number.cell->withheld = true;
      }
    }
    DropWithheld();
    while (Cell* weak = FindWeak()) {
      weak->withheld = true;
      DropWithheld();
    }
  }

 private:
  using Terms = std::vector<const Number*>;

  void DropWithheld() {
    all_.clear();
    for (auto& [table, numbers] : tables_) {
      std::erase_if(numbers, [](const Number& number) {
        return number.cell != nullptr && number.cell->withheld;
      });
      for (const Number& number : numbers) all_.push_back(&number);
    }
  }

  // A cell that must be withheld, if any.
  Cell* FindWeak() const {
    for (size_t i = 0; i < all_.size(); ++i) {
      if (Cell* weak = Attack(all_[i]->visits, {all_[i]})) return weak;
      for (size_t j = 0; j < i; ++j) {
        if (all_[i]->visits.Meets(all_[j]->visits)) continue;
        VisitSet sum = all_[i]->visits;
        sum.Add(all_[j]->visits);
        if (Cell* weak = Attack(sum, {all_[i], all_[j]})) return weak;
      }
    }
    return nullptr;
  }

  Cell* Attack(const VisitSet& sum, const Terms& terms) const {
    if (Cell* weak = SubtractTables(sum, terms)) return weak;
    return SubtractParts(sum, terms);
  }

  // Subtracts all that one table has of the sum. Fewer of its parts leave more by at least one
  // part, which is no smaller than k.
  Cell* SubtractTables(const VisitSet& sum, const Terms& terms) const {
    for (const auto& [table, numbers] : tables_) {
      VisitSet rest = sum;
      Terms used = terms;
      for (const Number& number : numbers) {
        if (!sum.Contains(number.visits)) continue;
        rest.Remove(number.visits);
        used.push_back(&number);
      }
      if (Cell* weak = Weak(rest, used)) return weak;
    }
    return nullptr;
  }

  // Subtracts two parts of any tables that have no visit in common.
  Cell* SubtractParts(const VisitSet& sum, const Terms& terms) const {
    Terms parts;
    for (const Number* number : all_) {
      if (sum.Contains(number->visits)) parts.push_back(number);
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (parts[i]->visits.Meets(parts[j]->visits)) continue;
        VisitSet rest = sum;
        rest.Remove(parts[i]->visits);
        rest.Remove(parts[j]->visits);
        Terms used = terms;
        used.insert(used.end(), {parts[i], parts[j]});
        if (Cell* weak = Weak(rest, used)) return weak;
      }
    }
    return nullptr;
  }

  // The cell to withhold when `rest` stands for too few visits.
  Cell* Weak(const VisitSet& rest, const Terms& used) const {
    const int left = rest.size();
    return left == 0 || left >= k_ ? nullptr : Smallest(used);
  }

  // The smallest one that is not out already: the least is lost by withholding it.
  static Cell* Smallest(const Terms& numbers) {
    const Number* smallest = nullptr;
    for (const Number* number : numbers) {
      if (number->cell == nullptr) continue;
      if (smallest == nullptr || number->size < smallest->size) smallest = number;
    }
    return smallest == nullptr ? nullptr : smallest->cell;
  }

  const int k_;
  std::map<std::string, std::vector<Number>> tables_;
  std::vector<const Number*> all_;
};

}  // namespace

void Withhold(int k, const std::vector<Cell>& published, std::vector<Cell>& cells) {
  Guard(k, published, cells).Run();
}

}  // namespace rectify::followup::domain

// The fields of a resource that a mask can name: copied, compared and listed by one table of rules.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace rectify::venue::domain {

template <typename Fields>
struct FieldRule {
  std::string path;
  bool (*equal)(const Fields& a, const Fields& b);
  void (*copy)(Fields& into, const Fields& from);
};

template <typename Fields>
using FieldRules = std::vector<FieldRule<Fields>>;

// `Member` is a pointer to a member of Fields.
template <typename Fields, auto Member>
FieldRule<Fields> Rule(std::string path) {
  return {std::move(path), [](const Fields& a, const Fields& b) { return a.*Member == b.*Member; },
          [](Fields& into, const Fields& from) { into.*Member = from.*Member; }};
}

template <typename Fields>
std::vector<std::string> PathsOf(const FieldRules<Fields>& rules) {
  std::vector<std::string> paths;
  for (const FieldRule<Fields>& rule : rules) paths.push_back(rule.path);
  return paths;
}

// Takes the fields named by `mask` from `from`.
template <typename Fields>
void CopyFields(const FieldRules<Fields>& rules, const std::vector<std::string>& mask, Fields& into,
                const Fields& from) {
  for (const FieldRule<Fields>& rule : rules) {
    if (std::find(mask.begin(), mask.end(), rule.path) != mask.end()) rule.copy(into, from);
  }
}

// Paths of the fields in which the two differ.
template <typename Fields>
std::vector<std::string> Differences(const FieldRules<Fields>& rules, const Fields& a,
                                     const Fields& b) {
  std::vector<std::string> paths;
  for (const FieldRule<Fields>& rule : rules) {
    if (!rule.equal(a, b)) paths.push_back(rule.path);
  }
  return paths;
}

// The paths of a mask, "*" replaced by all; INVALID_ARGUMENT on `update_mask` for a path outside
// `known` and for an empty mask.
absl::StatusOr<std::vector<std::string>> CheckMask(const std::vector<std::string>& paths,
                                                   const std::vector<std::string>& known);

}  // namespace rectify::venue::domain

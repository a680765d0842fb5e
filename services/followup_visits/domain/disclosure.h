// Which numbers of an analysis may be published. A number counts a set of visits; who knows several
// numbers also knows their sums and differences. Nothing published, alone or by subtraction, may
// stand for fewer than k visits (but more than none).
#pragma once

#include <string>
#include <vector>

namespace rectify::followup::domain {

// One number: a row of a table, and the visits that it counts. The rows of one table have no visit
// in common.
struct Cell {
  std::string table, row;
  std::vector<std::string> members;  // sorted
  bool withheld = false;
};

// Withholds cells of `cells` until no sum of up to two published numbers, less up to two others of
// any tables or any number of others of one table, stands for 1 to k-1 visits. `published` are
// numbers that are out already (of earlier versions) and can't be taken back.
void Withhold(int k, const std::vector<Cell>& published, std::vector<Cell>& cells);

}  // namespace rectify::followup::domain

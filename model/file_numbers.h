#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/ids.h"

// The numbers and the order that a file gave its locations and mappings, for the one report that shows them. Rows that no
// file knows (made by a merge, or added later) are numbered on from the largest.
namespace model {

class FileNumbers {
 public:
  void Add(LocationId row, uint64_t number) { locations_.Add(row.value, number); }
  void Add(MappingId row, uint64_t number) { mappings_.Add(row.value, number); }

  uint64_t Of(LocationId id) const { return locations_.Of(id.value, 0); }
  uint64_t Of(MappingId id) const { return mappings_.Of(id.value, 1); }

  // All rows of a table of `rows` rows, in the file's order.
  std::vector<LocationId> Locations(size_t rows) const { return locations_.Order<LocationId>(0, rows); }
  std::vector<MappingId> Mappings(size_t rows) const { return mappings_.Order<MappingId>(1, rows); }

 private:
  struct Table {
    std::vector<uint64_t> number;  // by row; 0 = none
    std::vector<uint32_t> order;   // rows as the file has them
    uint64_t largest = 0;

    void Add(uint32_t row, uint64_t value) {
      if (row >= number.size()) number.resize(row + size_t{1} + row / 2);
      number[row] = value;
      order.push_back(row);
      largest = std::max(largest, value);
    }
    uint64_t Of(uint32_t row, uint32_t first_row) const {
      if (row < number.size() && number[row] != 0) return number[row];
      return largest + row + 1 - first_row - order.size();
    }
    template <class RowId>
    std::vector<RowId> Order(uint32_t first_row, size_t rows) const {
      std::vector<RowId> all;
      for (const uint32_t row : order) all.push_back(RowId(row));
      for (uint32_t row = first_row; row < rows; ++row) {
        if (row >= number.size() || number[row] == 0) all.push_back(RowId(row));
      }
      return all;
    }
  };
  Table locations_, mappings_;
};

}  // namespace model

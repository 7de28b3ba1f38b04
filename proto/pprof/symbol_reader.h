#pragma once

#include <cstdint>
#include <vector>

#include "model/profile.h"
#include "proto/pprof/field.h"
#include "proto/pprof/file_strings.h"
#include "proto/pprof/record_place.h"
#include "proto/pprof/row_ids.h"

// Locations, functions and mappings: records that name each other, and are named by samples, by ids the file chose.
namespace proto::pprof {

class SymbolReader {
 public:
  // Both must outlive the reader.
  SymbolReader(RecordPlace& place, model::Profile& profile) : place_(place), profile_(profile) {}

  RowIds& locations() { return location_ids_; }

  void ReadLocation(const Field& field);
  void ReadFunction(const Field& field);
  void ReadMapping(const Field& field);

  // Once all records have come: everything mentioned must have been defined, and string indices become our ids.
  void Resolve(const FileStrings& strings);

 private:
  // What the string table will turn into text, once it has come.
  struct FunctionStrings {
    model::FunctionId row;
    int64_t name = 0, system_name = 0, file = 0, start_line = 0;
    uint64_t byte = 0;
  };
  struct MappingStrings {
    model::MappingId row;
    model::Mapping mapping;
    int64_t file, build_id;
    uint64_t byte;
  };

  model::Line ReadLine(const Field& field);
  uint32_t FunctionRow(uint64_t id, uint64_t byte);
  uint32_t MappingRow(uint64_t id, uint64_t byte);
  void WantNew(bool is_new, uint64_t id, uint64_t byte) const;
  void WantDefined(const RowIds& rows, const char* what, const char* mentioned_in) const;

  RecordPlace& place_;
  model::Profile& profile_;
  RowIds location_ids_, function_ids_, mapping_ids_;
  std::vector<FunctionStrings> functions_;
  std::vector<MappingStrings> mappings_;
  std::vector<model::Line> lines_;  // of one location, kept for its storage
};

}  // namespace proto::pprof

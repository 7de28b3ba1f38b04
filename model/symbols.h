#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "model/ids.h"
#include "model/intern_index.h"
#include "model/string_table.h"

// Where code lives: the tables that every format's frames are turned into. The words and the meaning of the fields
// are profile.proto's (github.com/google/pprof/proto), because it is the richest of the formats we read; a Go trace
// frame or a folded name is a Location with one Line and no mapping.
//
// A Location is one physical frame: an address, and one Line per function inlined there. lines()[0] is the innermost
// (the inlined callee), the last is the outermost, the function that owns the code.
namespace model {

struct Mapping {
  uint64_t start = 0;   // first address
  uint64_t limit = 0;   // first address behind it
  uint64_t offset = 0;  // in the file
  StringId file;
  StringId build_id;
  bool has_functions = false;
  bool has_filenames = false;
  bool has_line_numbers = false;
  bool has_inline_frames = false;
  bool operator==(const Mapping&) const = default;
};

struct Function {
  StringId name;         // as people read it
  StringId system_name;  // as the linker knows it
  StringId file;
  int64_t start_line = 0;
  bool operator==(const Function&) const = default;
};

struct Line {
  FunctionId function;
  int64_t line = 0;    // 0 = not known
  int64_t column = 0;  // 0 = not known
  bool operator==(const Line&) const = default;
};

struct Location {
  MappingId mapping;
  uint64_t address = 0;
  bool is_folded = false;  // several symbols share the address (identical code folding)
};

class Symbols {
 public:
  Symbols();
  Symbols(Symbols&&) noexcept = default;
  Symbols& operator=(Symbols&&) noexcept = default;

  // The same content gives the same id. Amortised O(1) (O(lines) for a location).
  StringId InternString(std::string_view text) { return strings_.Intern(text); }
  FunctionId InternFunction(const Function& function);
  LocationId InternLocation(const Location& location, std::span<const Line> lines);
  LocationId InternFrame(std::string_view function, std::string_view file, int64_t line, uint64_t address = 0);

  // A new row each time: for formats whose files hand out ids before they say what is behind them.
  MappingId AddMapping(const Mapping& mapping) { return mappings_.Add(mapping); }
  FunctionId AddFunction(const Function& function) { return functions_.Add(function); }
  LocationId AddLocation() { return locations_.Add({}); }
  void SetMapping(MappingId id, const Mapping& mapping) { mappings_[id] = mapping; }
  void SetFunction(FunctionId id, const Function& function) { functions_[id] = function; }
  void SetLocation(LocationId id, const Location& location, std::span<const Line> lines);

  std::string_view text(StringId id) const { return strings_[id]; }
  std::string_view function_name(FunctionId id) const { return strings_[functions_[id].name]; }
  const StringTable& strings() const { return strings_; }
  const Column<MappingId, Mapping>& mappings() const { return mappings_; }      // row 0 = none
  const Column<FunctionId, Function>& functions() const { return functions_; }  // row 0 = none
  size_t location_count() const { return locations_.size(); }
  const Location& location(LocationId id) const { return locations_[id].where; }
  std::span<const Line> lines(LocationId id) const;  // innermost first; empty = not symbolised; valid till the next change

 private:
  struct LocationRow {
    Location where;
    uint32_t first_line = 0;
    uint32_t line_count = 0;
  };

  StringTable strings_;
  Column<MappingId, Mapping> mappings_;
  Column<FunctionId, Function> functions_;
  Column<LocationId, LocationRow> locations_;
  std::vector<Line> lines_;
  InternIndex function_index_;
  InternIndex location_index_;
};

}  // namespace model

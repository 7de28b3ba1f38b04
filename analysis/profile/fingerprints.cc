#include "analysis/profile/fingerprints.h"

#include <string_view>
#include <type_traits>

namespace analysis {
namespace {

using model::TextHash;

// Records without gaps between their fields: their bytes are what is hashed.
struct FunctionRecord {
  TextHash name, system_name, file;
  int64_t start_line = 0;
};
struct MappingRecord {
  uint64_t is_known = 0, size = 0, offset = 0;
  TextHash name;
};
struct LineRecord {
  TextHash function;
  int64_t line = 0, column = 0;
};
struct PlaceRecord {
  TextHash mapping;
  uint64_t address = 0, is_folded = 0;
};

class Fingerprinter {
 public:
  Fingerprinter(const model::Symbols& symbols, const model::TextHasher& hash) : symbols_(symbols), hash_(hash) {
    for (uint32_t row = 0; row < symbols.strings().size(); ++row)
      strings_.push_back(hash(symbols.text(model::StringId(row))));
    for (const model::Function& function : symbols.functions()) functions_.push_back(OfFunction(function));
    for (uint32_t row = 0; row < symbols.mappings().size(); ++row) mappings_.push_back(OfMapping(model::MappingId(row)));
  }

  TextHash OfLocation(model::LocationId id) const {
    const model::Location& location = symbols_.location(id);
    TextHash hash = OfRecord(PlaceRecord{.mapping = mappings_[location.mapping.index()],
                                         .address = location.address - symbols_.mappings()[location.mapping].start,
                                         .is_folded = location.is_folded ? 1U : 0U});
    for (const model::Line& line : symbols_.lines(id)) {
      const TextHash with = OfRecord(
          LineRecord{.function = functions_[line.function.index()], .line = line.line, .column = line.column}, hash.low);
      hash = {.low = with.low, .high = with.high ^ model::MixHash(hash.high)};
    }
    return hash;
  }

 private:
  template <class Record>
  TextHash OfRecord(const Record& record, uint64_t with = 0) const {
    static_assert(std::has_unique_object_representations_v<Record>);
    return hash_({reinterpret_cast<const char*>(&record), sizeof record}, with);
  }
  TextHash OfFunction(const model::Function& function) const {
    return OfRecord(FunctionRecord{.name = strings_[function.name.index()],
                                   .system_name = strings_[function.system_name.index()],
                                   .file = strings_[function.file.index()],
                                   .start_line = function.start_line});
  }
  TextHash OfMapping(model::MappingId id) const {
    const MappingKey key = KeyOf(symbols_.mappings()[id]);
    return OfRecord(MappingRecord{.is_known = id == model::MappingId() ? 0U : 1U,
                                  .size = key.size,
                                  .offset = key.offset,
                                  .name = strings_[key.name.index()]});
  }

  const model::Symbols& symbols_;
  const model::TextHasher& hash_;
  std::vector<TextHash> strings_, functions_, mappings_;  // by id
};

}  // namespace

MappingKey KeyOf(const model::Mapping& mapping) {
  constexpr uint64_t kPage = 0x1000;
  return {.size = (mapping.limit - mapping.start + kPage - 1) / kPage * kPage,
          .offset = mapping.offset,
          .name = mapping.build_id != model::StringId() ? mapping.build_id : mapping.file};
}

std::vector<TextHash> LocationFingerprints(const model::Profile& profile, const model::TextHasher& hash) {
  const Fingerprinter fingerprinter(profile.symbols, hash);
  std::vector<TextHash> fingerprints;
  fingerprints.reserve(profile.symbols.location_count());
  for (uint32_t row = 0; row < profile.symbols.location_count(); ++row)
    fingerprints.push_back(fingerprinter.OfLocation(model::LocationId(row)));
  return fingerprints;
}

}  // namespace analysis

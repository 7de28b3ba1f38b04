#pragma once

#include <cstdint>
#include <vector>

#include "model/profile.h"
#include "proto/pprof/field.h"
#include "proto/pprof/file_strings.h"
#include "proto/pprof/known_stacks.h"
#include "proto/pprof/record_place.h"
#include "proto/pprof/row_ids.h"

// Samples: nine tenths of a profile's bytes. Written so that a stack frame costs a few nanoseconds: docs/design.md, "Speed".
namespace proto::pprof {

class SampleReader {
 public:
  // All must outlive the reader. Locations get their rows in `profile` at first mention.
  SampleReader(RecordPlace& place, model::Profile& profile, RowIds& locations)
      : place_(place), profile_(profile), locations_(locations) {}

  // `types`: how many sample types the file has declared so far; 0 = none yet, they may come behind the samples.
  void Read(const Field& field, size_t types);

  // Values of each sample.
  size_t width() const { return width_; }

  // Turns the labels' string indices into our ids, once the string table has come.
  void Resolve(const FileStrings& strings);

 private:
  model::StackId ReadStack(const ByteCursor& cursor, const Field& packed);
  void ReadLocations(const ByteCursor& cursor, const Field& field);
  void ReadLabel(const Field& field);

  RecordPlace& place_;
  model::Profile& profile_;
  RowIds& locations_;
  KnownStacks known_stacks_;
  size_t width_ = 0;

  // One sample, kept for its storage.
  model::TextHash key_;
  std::vector<model::LocationId> stack_;
  std::vector<int64_t> values_;
  std::vector<model::Label> labels_;  // the ids in it are the file's string indices
};

}  // namespace proto::pprof
